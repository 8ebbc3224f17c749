//go:build !linux && !windows

package desktop

// systemEntry: nothing is started here yet.
func systemEntry() startEntry { return nil }
