//go:build !fullsuite && (race || purego || pooldebug || 386)

package transporttest

// few says that what is slow, and finds in some revisions what it finds in all, is run in these only: with the race detector, with checked buffers,
// without unsafe and on 32 bits, besides the builds that run all of it. The tag fullsuite runs all of it in those, too.
const few = true
