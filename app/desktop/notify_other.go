//go:build !windows

package desktop

// nameNotifications concerns Windows only.
func nameNotifications() {}
