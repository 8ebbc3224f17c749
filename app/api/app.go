// Package api is all that the pages may call: bound structs, one file a
// feature. Methods take JSON-able arguments and answer (T, error), error or
// nothing. Times are integer milliseconds UTC, money integer cents. It never
// imports the window's library: the same structs serve the window and a browser.
package api

import "patio/app/version"

// About says which build is running.
type About struct {
	Version  string `json:"version"`
	Revision string `json:"revision"` // the commit, or ""
}

// App answers what is known without a database.
type App struct{}

// NewApp makes an App.
func NewApp() *App { return &App{} }

// Version says which build is running.
func (a *App) Version() (About, error) {
	return About{Version: version.Number, Revision: version.Revision()}, nil
}
