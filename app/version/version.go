// Package version knows which build this is.
package version

import "runtime/debug"

// Number is the one place where the version stands: the window, patioctl, the
// Windows resources, the installer and the .deb all read it from here.
// Semantic, without a leading v.
const Number = "0.1.0"

// Revision is the commit that was built, with "+" for a tree with changes, or
// "" when the toolchain recorded none.
func Revision() string {
	build, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	var revision, changed string
	for _, s := range build.Settings {
		switch s.Key {
		case "vcs.revision":
			revision = s.Value
		case "vcs.modified":
			if s.Value == "true" {
				changed = "+"
			}
		}
	}
	if len(revision) > 12 {
		revision = revision[:12]
	}
	if revision == "" {
		return ""
	}
	return revision + changed
}
