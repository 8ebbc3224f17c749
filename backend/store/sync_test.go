package store

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"patio/backend/crm"
	"patio/sync/record"
	"patio/sync/vv"
)

const me = vv.FirstDevice + 1

// joined makes a store a replica of a workspace.
func joined(t testing.TB, s *Store) {
	t.Helper()
	inSync(t, s, func(x *SyncTx) error {
		m, err := x.Meta()
		if err != nil {
			return err
		}
		if err := x.Rename(m.Replica, me, true); err != nil {
			return err
		}
		return x.SetMeta(SyncMeta{Replica: me, Rest: []byte("r")})
	})
}

func inSync(t testing.TB, s *Store, f func(*SyncTx) error) {
	t.Helper()
	if err := s.Sync(context.Background(), f); err != nil {
		t.Fatal(err)
	}
}

// told answers a record as a hub tells it: fields in turn, by another replica.
func told(id string, kind uint32, values ...any) *Held {
	h := &Held{ID: record.ID(blob(id)), Kind: kind}
	for i := 0; i < len(values); i += 2 {
		k := values[i].(record.Key)
		d := vv.Dot{Replica: me + 1, N: uint64(i + 1)}
		h.State.Put(k, d, record.Clock(int64(i+1)))
		h.State.Fields[slices.IndexFunc(h.State.Fields, func(f record.Field) bool { return f.Dot == d })].Value = values[i+1].(string)
	}
	h.Hub = slices.Clone(h.State.Seen)
	return h
}

func keyOf(id uint16) record.Key { return record.Key{ID: id} }

// Others hold values that were written so: they never change.
func TestValuesAreToldAsTheyEverWere(t *testing.T) {
	s := openAt(t, t.TempDir())
	stage := crm.ReadyPipelines()[0].Stages[0].ID
	tag := NamedID(crm.KindTag, "troca")
	var ids []string
	if _, err := s.Transact(context.Background(), Op{Label: "lead.create"}, func(tx *Tx) error {
		c := crm.Contact{Type: "person", Name: "Conceição", Phones: []crm.Entry{{Key: "+5511933334444", Label: "esposa|", Pos: 2}}, Emails: []crm.Entry{{Key: "c@example.com"}}}
		if err := Put(tx, &c); err != nil {
			return err
		}
		l := crm.Lead{ContactID: c.ID, StageID: stage, Rank: "a0:V", StageSince: 1_795_000_000_000, ValueCents: -7, ShopID: crm.ReadyShop, Tags: []string{tag}}
		if err := Put(tx, &l); err != nil {
			return err
		}
		a := crm.Activity{LeadID: l.ID, Kind: crm.ActivityCall, DueDay: "2026-12-24", Inbound: true}
		ids = []string{c.ID, l.ID, ""}
		err := Put(tx, &a)
		ids[2] = a.ID
		return err
	}); err != nil {
		t.Fatal(err)
	}
	got := map[record.Key]string{}
	want := []map[record.Key]string{
		{keyOf(1): "person", keyOf(2): "Conceição", {ID: 11, Sub: "+5511933334444"}: "2|esposa|", {ID: 12, Sub: "c@example.com"}: "0|"},
		{keyOf(1): ids[0], keyOf(2): "36:" + stage + "4:a0:V13:1795000000000", keyOf(5): "01900000-0000-7000-8000-000000000001", keyOf(6): "-7", {ID: 22, Sub: tag}: ""},
		{keyOf(1): ids[1], keyOf(2): "call", keyOf(5): "1:010:2026-12-24", keyOf(10): "1"},
	}
	inSync(t, s, func(x *SyncTx) error {
		for i, id := range ids {
			h, err := x.Held(record.ID(blob(id)))
			if err != nil {
				return err
			}
			clear(got)
			for _, f := range h.State.Fields {
				got[f.Key] = f.Value
			}
			if !reflect.DeepEqual(got, want[i]) {
				t.Errorf("record %d is told as %v, want %v", i, got, want[i])
			}
		}
		return nil
	})
}

// Read together or one by one, records are the same; also those that aren't
// there, of a kind that is unknown, or changed since.
func TestRecordsReadTogetherAreTheSame(t *testing.T) {
	s := openAt(t, t.TempDir())
	joined(t, s)
	const strange, none, dropped, saved = "01900000-0000-7000-8000-0000000f0001", "01900000-0000-7000-8000-0000000f0002", "01900000-0000-7000-8000-0000000f0003", "01900000-0000-7000-8000-0000000f0004"
	inSync(t, s, func(x *SyncTx) error {
		return errors.Join(x.Save(told(strange, 60_000, keyOf(1), "?")), x.Save(told(dropped, uint32(crm.KindSource), keyOf(1), "Rádio")))
	})
	var ids []record.ID
	inSync(t, s, func(x *SyncTx) (err error) {
		ids, err = x.tx.recordIDs("SELECT id FROM sync_records ORDER BY id")
		return err
	})
	ids = append(ids, record.ID(blob(none)), record.ID(blob(saved)))
	read := func(look bool) (out []*Held) {
		givenUp := errors.New("so that the other one finds the same")
		if err := s.Sync(t.Context(), func(x *SyncTx) error {
			if look {
				if err := x.Look(ids); err != nil {
					return err
				}
			}
			if err := errors.Join(x.Drop(record.ID(blob(dropped))), x.Save(told(saved, uint32(crm.KindSource), keyOf(1), "Feirão"))); err != nil {
				return err
			}
			for range 2 {
				if look {
					if err := x.Look(ids); err != nil {
						return err
					}
				}
				for _, id := range ids {
					h, err := x.Held(id)
					if err != nil {
						return err
					}
					out = append(out, h)
				}
			}
			return givenUp
		}); !errors.Is(err, givenUp) {
			t.Fatal(err)
		}
		return out
	}
	alone, together := read(false), read(true)
	if len(ids) < 20 || !reflect.DeepEqual(alone, together) {
		t.Errorf("of %d records\n%+v, one by one\n%+v", len(ids), together, alone)
	}
}

func TestWhatIsNoRegisterIsNotRead(t *testing.T) {
	for _, value := range []string{"", "x", "1", "1:", "-1:a", "2:a", "1:a1:b1:c1:", "1:a1:b"} {
		if texts, ok := Unpacked(value, 3); ok {
			t.Errorf("%q is read as %q", value, texts)
		}
	}
	texts := []string{"", "a:1", "ção"}
	if got, ok := Unpacked(Packed(texts), 3); !ok || !slices.Equal(got, texts) {
		t.Errorf("%q", got)
	}
}

func TestWaitsAreReadAsTheyWereWritten(t *testing.T) {
	for _, list := range [][]Wait{{}, {{N: 7}}, {{N: 1 << 60}, {record.Key{ID: 65535, Sub: "ção"}, 3}}} {
		encoded := encodeWaits(list)
		if got, err := decodeWaits(encoded); err != nil || !slices.Equal(got, list) {
			t.Errorf("%v: %v", got, err)
		}
		for cut := range encoded {
			if got, err := decodeWaits(encoded[:cut]); err == nil && len(got) >= len(list) && len(list) > 0 {
				t.Errorf("%v of %d bytes of %v", got, cut, list)
			}
		}
	}
}

// A program that knows less keeps what it doesn't know; the first that does
// shows it.
func TestAProgramThatKnowsMoreShowsWhatAnOlderOneKept(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	s := openAt(t, dir)
	joined(t, s)
	tag, newer := NamedID(crm.KindTag, "troca"), s.NewID()
	s.stopBackground()            // it asks for all kinds
	delete(s.tables, crm.KindTag) // the older program
	inSync(t, s, func(x *SyncTx) error {
		if err := x.Save(told(tag, uint32(crm.KindTag), keyOf(1), "Troca", keyOf(2), "amber")); err != nil {
			return err
		}
		return x.Save(told(newer, 200, keyOf(1), "Ana", keyOf(2), "x"))
	})
	if err := s.SetDevice(ctx, deviceFields, "older"); err != nil {
		t.Fatal(err)
	}
	closeStore(t, s)
	s = openAt(t, dir)
	got, err := Read[crm.Tag](ctx, s, tag)
	if err != nil || got.Name != "Troca" || got.Color != "amber" {
		t.Errorf("%+v %v", got, err)
	}
	if was, err := s.Device(ctx, deviceFields); err != nil || was != s.fields() {
		t.Errorf("%s %v", was, err)
	}
	inSync(t, s, func(x *SyncTx) error {
		h, err := x.Held(record.ID(blob(newer)))
		if err != nil || h == nil || h.Kind != 200 || len(h.State.Fields) != 2 || h.State.Fields[0].Value != "Ana" {
			t.Errorf("%+v %v", h, err)
		}
		return nil
	})
	wantWhole(t, s)
}

func TestAFieldThatIsUnknownIsAdopted(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	s := openAt(t, dir)
	joined(t, s)
	id := s.NewID()
	h := told(id, uint32(crm.KindReason), keyOf(1), "lost", keyOf(2), "Preço alto demais", keyOf(99), "de outro tempo")
	inSync(t, s, func(x *SyncTx) error { return x.Save(h) })
	// As an older program left it, which knew no names of reasons.
	if _, err := s.writer.ExecContext(ctx, "UPDATE guard SET open=1; UPDATE reasons SET name='' WHERE name='Preço alto demais'; INSERT INTO sync_values SELECT id,2,'',?,3,CAST('Preço alto demais' AS BLOB) FROM reasons WHERE id=?; UPDATE sync_records SET kept=2 WHERE id=?; UPDATE guard SET open=0",
		int64(me+1), blob(id), blob(id)); err != nil {
		t.Fatal(err)
	}
	if err := s.SetDevice(ctx, deviceFields, "older"); err != nil {
		t.Fatal(err)
	}
	closeStore(t, s)
	s = openAt(t, dir)
	if r, err := Read[crm.Reason](ctx, s, id); err != nil || r.Name != "Preço alto demais" {
		t.Errorf("%+v %v", r, err)
	}
	inSync(t, s, func(x *SyncTx) error {
		got, err := x.Held(h.ID)
		if err != nil || len(got.State.Fields) != 3 || got.State.Fields[2].Value != "de outro tempo" {
			t.Errorf("%+v %v", got, err)
		}
		return nil
	})
	wantWhole(t, s)
}

// Recovery brings back what the hub refused, too.
func TestARecoveryKeepsRefusedWrites(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	s := openAt(t, dir)
	ids := fill(t, s, seeded(t), 5)
	joined(t, s)
	if _, err := s.TakeSnapshot(ctx, SnapshotManual); err != nil {
		t.Fatal(err)
	}
	inSync(t, s, func(x *SyncTx) error {
		return x.File(Refusal{ID: record.ID(blob(ids[0])), Kind: uint32(crm.KindLead), Key: keyOf(8), Value: "recusado", At: record.Clock(5), Reason: "policy.role"})
	})
	closeStore(t, s)
	path := filepath.Join(dir, FileName)
	b := must(os.ReadFile(path))
	clear(b[:4096])
	writeFile(t, path, string(b))
	s = openAt(t, dir)
	list, err := s.RefusedWrites(ctx, 10)
	if err != nil || len(list) != 1 || list[0].Value != "recusado" || list[0].Field != "subject" || list[0].RecordID != ids[0] || list[0].At != 5 {
		t.Errorf("%+v %v", list, err)
	}
	if s.replica != me || !s.joins.joined {
		t.Errorf("replica %d", s.replica)
	}
	wantWhole(t, s)
}

func TestOnlyTransactWritesWhatStandsBesideRows(t *testing.T) {
	s := openAt(t, t.TempDir())
	if _, err := s.writer.ExecContext(context.Background(), "INSERT INTO sync_values VALUES (x'00',1,'',1,1,x'')"); err == nil {
		t.Error("written")
	}
}

func TestVerifyTellsWhatIsWrongForSync(t *testing.T) {
	ctx := context.Background()
	s := openAt(t, t.TempDir())
	joined(t, s)
	id := s.NewID()
	inSync(t, s, func(x *SyncTx) error {
		return x.Save(told(id, uint32(crm.KindReason), keyOf(1), "lost", keyOf(99), "x"))
	})
	wantWhole(t, s)
	for _, harm := range []string{
		"UPDATE sync_records SET kept=5 WHERE kept=1", "UPDATE sync_records SET conflicts=3 WHERE kept=1", "UPDATE sync_records SET waits=7 WHERE kept=1",
		"DELETE FROM sync_values", "INSERT INTO sync_values VALUES (x'00',1,'',1,1,x'00')",
	} {
		if _, err := s.writer.ExecContext(ctx, "UPDATE guard SET open=1; "+harm+"; UPDATE guard SET open=0"); err != nil {
			t.Fatal(err)
		}
		if r := must(s.Verify(ctx)); r.Count == 0 || r.Problems[0].Check != CheckDots {
			t.Errorf("%s: %+v", harm, r.Problems)
		}
		if _, err := s.writer.ExecContext(ctx, `UPDATE guard SET open=1; DELETE FROM sync_values; INSERT INTO sync_values VALUES ((SELECT id FROM reasons ORDER BY rid DESC LIMIT 1),99,'',?,3,x'78');
			UPDATE sync_records SET kept=1,conflicts=NULL,waits=NULL WHERE kept>0; UPDATE guard SET open=0`, int64(me+1)); err != nil {
			t.Fatal(err)
		}
		wantWhole(t, s)
	}
}
