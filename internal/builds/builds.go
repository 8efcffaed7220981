// Package builds tells tests how they were built. All tests are run in several builds: what comes out the same in each of them, as nothing that is built
// in another way has a part in it, is done once.
package builds

import "testing"

// PlainOnly skips a test that is the same in all builds, but in the plain one.
func PlainOnly(t testing.TB) {
	t.Helper()
	if !Plain {
		t.Skip("it is the same in all builds, and run in the plain one")
	}
}
