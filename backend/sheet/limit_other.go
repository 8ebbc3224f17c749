//go:build !linux && !windows

package sheet

// confine leaves the bound to the garbage collector where the system has none
// that it keeps; the program is not shipped for these systems.
func confine(uint64) error { return nil }
