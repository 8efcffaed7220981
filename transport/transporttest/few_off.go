//go:build fullsuite || (!race && !purego && !pooldebug && !386)

package transporttest

// few says that not all is run in all revisions; see the other one.
const few = false
