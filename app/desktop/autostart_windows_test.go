package desktop

import (
	"testing"

	"golang.org/x/sys/windows/registry"
)

func TestTheProgramStartsWithThePCByAValueOfTheRegistry(t *testing.T) {
	const key = `Software\Patio Test\Run`
	t.Cleanup(func() {
		_ = registry.DeleteKey(registry.CURRENT_USER, key) // it isn't there when the test failed early
		_ = registry.DeleteKey(registry.CURRENT_USER, `Software\Patio Test`)
	})
	v := runValue{key, "Patio"}
	a := &autostart{[]string{`C:\Program Files\Pátio\patio.exe`, "--minimised"}, v}
	for _, want := range []string{"", `"C:\Program Files\Pátio\patio.exe" --minimised`, ""} {
		for range 2 {
			if err := a.set(want != ""); err != nil {
				t.Fatal(err)
			}
			if got, err := v.read(); err != nil || got != want {
				t.Errorf("%q, %v, want %q", got, err, want)
			}
			if on, err := a.on(); err != nil || on != (want != "") {
				t.Errorf("on %v, %v", on, err)
			}
		}
	}
}
