//go:build linux

package main

import (
	"path/filepath"
	"testing"

	"patio/app/hubd"
	"patio/backend/crm"
	"patio/sync/hub/pgstore/pgtest"
	"patio/sync/protocol"
)

func TestPostgreSQLIsBroughtBackByItsOwnToolsAndTheHubGoesOn(t *testing.T) {
	p, hub := stocked(t, pgtest.Start(t).Database(t))
	d := join(t, p.enrolled("Dois Irmãos", "Carla"))
	d.pushed(d.lead(leadID(1, 1), "Gol"))
	p.refuses(exitRefused, crm.CodeUnsupported, "backup", filepath.Join(t.TempDir(), "backup"))
	p.refuses(exitLocked, crm.CodeLocked, "restore")
	before := ask[struct{ Workspaces []hubd.Workspace }](p, "workspace", "list")
	if exit := hub.stop(); exit != exitDone {
		t.Fatalf("exit %d\n%s", exit, hub.log)
	}
	p.refuses(exitRefused, crm.CodeUnsupported, "restore", program)
	if r := ask[hubd.Restored](p, "restore"); len(r.Workspaces) != 1 || r.Workspaces[0].Epoch == before.Workspaces[0].Epoch {
		t.Errorf("%+v after %+v", r, before)
	}
	again := p.serve("--listen", hub.at.Listen)
	_, err := d.pulled()
	wantCode(t, "a device of before", err, protocol.CodeEpoch)
	if exit := again.stop(); exit != exitDone {
		t.Errorf("exit %d", exit)
	}
	database := p.database
	p.database = ""
	p.refuses(exitRefused, hubd.CodeOtherStore, "workspace", "list")
	p.database = database + "_none"
	p.refuses(exitInternal, crm.CodeInternal, "workspace", "list")
}
