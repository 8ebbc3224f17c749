package main

import (
	"fmt"
	"math/rand/v2"

	. "floor/common"
)

// Beside the floor as it was brought along: the leads with five activities
// each, which the program's own data have, too.

const ddlActivities = `CREATE TABLE activities(id TEXT PRIMARY KEY NOT NULL,lead_id TEXT,kind TEXT,title TEXT,body TEXT,due_at INTEGER,done_at INTEGER,outcome TEXT,owner TEXT,created_at TEXT);
CREATE INDEX a1 ON activities(lead_id);`

const activitySQL = "INSERT INTO activities VALUES(?,?,?,?,?,?,?,?,?,?)"

// physActivities writes all leads with trigram search, and each activities of
// theirs, in one transaction.
func physActivities(driver string, each int) {
	p := dbPath("w7-" + driver + ".db")
	RmDB(p)
	d := open(driver, p, "FULL")
	mk(d, "fts")
	_, err := d.Exec(ddlActivities)
	Must(err)
	leads := Load(100000)
	kinds := []string{"call", "visit", "message", "note", "test_drive"}
	titles := []string{"Ligação", "Visita à loja", "Mensagem", "Anotação", "Test-drive"}
	r := rand.New(rand.NewPCG(1, 7))
	m := Start(0)
	bulk(d, leads)
	tx, err := d.Begin()
	Must(err)
	st, err := tx.Prepare(activitySQL)
	Must(err)
	n := uint64(0)
	for i := range leads {
		for range each {
			n++
			k := r.IntN(len(kinds))
			body := ""
			if r.IntN(4) == 0 {
				body = frag[r.IntN(len(frag))]
			}
			at := 1_790_000_000_000 + r.Int64N(1<<33)
			id := fmt.Sprintf("%08x-%04x-7%03x-8%03x-%012x", n>>16, n&0xffff, r.IntN(1<<12), r.IntN(1<<12), r.Int64N(1<<48))
			_, err := st.Exec(id, leads[i].ID, kinds[k], titles[k], body, at, at, "Atendeu", leads[i].Owner, leads[i].CreatedAt)
			Must(err)
		}
	}
	st.Close()
	Must(tx.Commit())
	row := m.Stop(Row{"peer": "phys-" + driver, "variant": fmt.Sprintf("FULL/fts, %d activities each", each), "work": "W7bulk", "n": len(leads)})
	_, err = d.Exec("PRAGMA wal_checkpoint(TRUNCATE)")
	Must(err)
	Must(d.Close())
	row["db_mb"] = DBMB(p)
	Emit(row)
	RmDB(p)
}
