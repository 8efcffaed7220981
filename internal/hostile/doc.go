// Package hostile holds tests of what bad input gets: the same verdict in every mode, whether a value is typed, skipped, raw, inside an
// unknown variant or in the params of an envelope; no panic; linear time.
package hostile
