package api

import (
	"context"

	"patio/app/version"
	"patio/backend/crm"
	"patio/backend/store"
)

// Session tells the window where it is: the workspace's small entities, who
// acts, what happened at the start.
type Session struct {
	store  *store.Store
	events func() int
}

// NewSession binds a Session to an open store. events counts those that pages
// were told.
func NewSession(s *store.Store, events func() int) *Session { return &Session{s, events} }

// Events answers how many events there have been. A page that hears them, and
// was read when there had been fewer, has missed some.
func (a *Session) Events() int { return a.events() }

// Workspace is what the window holds in memory.
type Workspace struct {
	Users     []crm.User        `json:"users"`
	Shops     []crm.Shop        `json:"shops"`
	Pipelines []crm.Pipeline    `json:"pipelines"` // by position
	Stages    []crm.Stage       `json:"stages"`    // by position; deleted ones, too, as long as leads stand there
	Sources   []crm.Source      `json:"sources"`   // by name
	Tags      []crm.Tag         `json:"tags"`      // by name
	Reasons   []crm.Reason      `json:"reasons"`
	Former    []crm.Stage       `json:"former"` // every deleted stage: history names them
	Fields    []crm.Field       `json:"fields"` // custom ones by position
	Views     []crm.View        `json:"views"`  // the acting person's and the shared ones, by position
	Settings  map[string]string `json:"settings"`

	FirstRun       bool            `json:"firstRun"` // nobody has set it up yet
	Sample         bool            `json:"sample"`   // sample data is present
	Version        string          `json:"version"`
	ReferralSource string          `json:"referralSource"` // the ready source of leads whom somebody brought
	ActingUserID   string          `json:"actingUserId"`   // "" until somebody was chosen
	DataFolder     string          `json:"dataFolder"`
	Recovery       *store.Recovery `json:"recovery"` // set when the database was damaged and mended, until dismissed
}

// State answers the workspace; ask again on the event "workspace".
func (a *Session) State() (Workspace, error) {
	ctx := context.Background()
	w, err := a.store.Workspace(ctx)
	if err != nil {
		return Workspace{}, err
	}
	sample, err := a.store.HasSample(ctx)
	if err != nil {
		return Workspace{}, err
	}
	return Workspace{
		Users: w.Users, Shops: w.Shops, Pipelines: w.Pipelines, Stages: w.Stages, Former: w.Former, Sources: w.Sources, Tags: w.Tags, Reasons: w.Reasons, Fields: w.Fields, Views: viewsOf(w.Views, a.store.ActingUser()),
		Settings: w.Settings, FirstRun: w.Settings[store.SettingStarted] == "", Sample: sample, Version: version.Number,
		ReferralSource: store.NamedID(crm.KindSource, crm.SourceReferral), ActingUserID: a.store.ActingUser(), DataFolder: a.store.Dir(), Recovery: a.store.Opened().Recovered,
	}, nil
}

// DismissRecovery ends the message about a damaged database, once it was read.
func (a *Session) DismissRecovery() error {
	return a.store.DismissRecovery(context.Background())
}

// ActAs chooses who acts on this device. Errors: not_found.
func (a *Session) ActAs(userID string) error {
	return a.store.ActAs(context.Background(), userID)
}

// Device keeps this device's own state: theme, density, widths, scroll.
type Device struct {
	store *store.Store
}

// NewDevice binds a Device to an open store.
func NewDevice(s *store.Store) *Device { return &Device{s} }

// pageKeys keeps the page's keys apart from the program's own.
const pageKeys = "page."

// Get answers the value of a key, "" when it was never set.
func (a *Device) Get(key string) (string, error) {
	return a.store.Device(context.Background(), pageKeys+key)
}

// Set keeps a value. Errors: too_long.
func (a *Device) Set(key, value string) error {
	return a.store.SetDevice(context.Background(), pageKeys+key, value)
}
