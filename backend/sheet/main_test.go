package sheet

import (
	"os"
	"testing"
)

func TestMain(m *testing.M) {
	if IsChild(os.Args) {
		os.Exit(ChildMain(os.Args, os.Stdin, os.Stdout))
	}
	os.Exit(m.Run())
}
