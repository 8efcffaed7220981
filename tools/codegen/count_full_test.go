//go:build !race && !purego && !pooldebug && !386

package main

// samplesPerType is how many instances of each type the generated tests read.
const samplesPerType = "200"
