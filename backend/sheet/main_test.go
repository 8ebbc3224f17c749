package sheet

import (
	"os"
	"testing"
	_ "time/tzdata" // Windows has no zones of its own
)

func TestMain(m *testing.M) {
	if IsChild(os.Args) {
		os.Exit(ChildMain(os.Args, os.Stdin, os.Stdout))
	}
	os.Exit(m.Run())
}
