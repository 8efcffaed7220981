// Package archtest checks who may import whom and what may be in the repository. Its tests hold the rules and apply them; the
// functions are apart so that they can be tested themselves.
package archtest
