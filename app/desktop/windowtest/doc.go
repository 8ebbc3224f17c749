// Package windowtest drives the built program in a real window, with a keyboard
// and a mouse, and reads its screen as a screen reader does. It runs with the
// build tag window, under build/scripts/with-display.sh, which brings an X
// server, a window manager and a message bus: make window-test.
package windowtest
