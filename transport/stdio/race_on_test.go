//go:build unix && race

package stdio_test

// race says that everything takes its time.
const race = true
