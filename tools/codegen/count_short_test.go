//go:build race || purego || pooldebug || 386

package main

// samplesPerType is small where the full number has no more to say.
const samplesPerType = "5"
