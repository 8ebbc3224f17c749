//go:build linux && race

package crash_test

const raceDetector = true
