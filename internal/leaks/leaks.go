// Package leaks looks for goroutines that tests have left behind.
package leaks

import (
	"fmt"
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// Patience is how long goroutines may take to end that are about to. It is much: a machine that has other things to do may not
// get to them for a while, and it passes only where one stays.
const Patience = time.Minute

// Find returns an error that names the goroutines which are there and have not ended within patience. goleak.Find itself gives up after less than
// half a second.
func Find(patience time.Duration, o ...goleak.Option) error {
	for end := time.Now().Add(patience); ; {
		if err := goleak.Find(o...); err == nil || time.Now().After(end) {
			return err
		}
	}
}

// Main runs the tests of a package for its TestMain, and fails if goroutines are there when they have passed.
func Main(m *testing.M) {
	code := m.Run()
	if code == 0 {
		if err := Find(Patience); err != nil {
			fmt.Fprintln(os.Stderr, "the tests have left goroutines behind:", err)
			code = 1
		}
	}
	os.Exit(code)
}
