// Package frontend carries the built pages inside the program.
package frontend

import (
	"embed"
	"io/fs"
)

// An embed can't reach "..", hence this file beside the pages. dist holds only
// .keep until the pages are built; all: lets that compile.
//
//go:embed all:dist
var dist embed.FS

// Pages is the built site with index.html at its root. Before the first build
// it is there and empty.
func Pages() fs.FS {
	pages, err := fs.Sub(dist, "dist")
	if err != nil { // only for an invalid name, and "dist" is none
		panic(err)
	}
	return pages
}
