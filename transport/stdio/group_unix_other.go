//go:build unix && !linux

package stdio

// waitable waits until a child has ended, without reaping it, and reports false if it cannot.
func waitable(int) bool { return false }
