//go:build unix && !race

package stdio_test

const race = false
