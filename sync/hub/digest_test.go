package hub_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"patio/sync/hub"
	"patio/sync/protocol"
	"patio/sync/record"
	"patio/sync/vv"
)

// digest answers the buckets that differ from these records.
func (d *desk) digest(rows []protocol.Row) ([]uint16, error) {
	sums := &protocol.Sums{}
	for _, row := range rows {
		sums.Add(row.ID, row.Kind, row.State)
	}
	answer, err := d.s.Digest(d.s.t.Context(), d.key, &protocol.Digest{Ask: d.ask, Sums: sums.Encode()})
	if err != nil {
		return nil, err
	}
	return answer.Buckets, nil
}

// again answers all records of buckets in a device's grants, once each.
func (d *desk) again(buckets []uint16) map[record.ID]protocol.Row {
	d.s.t.Helper()
	out := map[record.ID]protocol.Row{}
	for _, g := range d.grants() {
		for mark := (protocol.Mark{Grant: g.Number}); ; {
			page, err := d.s.Again(d.s.t.Context(), d.key, &protocol.Again{Ask: d.ask, Mark: mark, Buckets: buckets})
			if err != nil {
				d.s.t.Fatal(err)
			}
			if len(page.Rows) > protocol.MaxRecords {
				d.s.t.Errorf("a page of %d", len(page.Rows))
			}
			for _, row := range page.Rows {
				out[row.ID] = row
			}
			if !page.More {
				break
			}
			mark = page.Mark
		}
	}
	return out
}

func (d *desk) grants() (grants []protocol.Grant) {
	d.s.t.Helper()
	if err := d.s.store.Read(d.s.t.Context(), d.s.ws, func(v hub.View) error {
		found, err := v.Device(d.ask.Replica)
		grants = found.Grants
		return err
	}); err != nil {
		d.s.t.Fatal(err)
	}
	return grants
}

var everyBucket = func() (all []uint16) {
	for b := range uint16(protocol.Buckets) {
		all = append(all, b)
	}
	return all
}()

func TestADigestIsOfWhatADeviceSees(t *testing.T) {
	s := newShop(t)
	boss, near := s.join(hub.Everything), s.join(record.ID{'a'}, record.ID{'b'})
	var items []protocol.Item
	for i := range 1200 { // more than a page
		st := state(boss.ask.Replica, uint64(2*i+1), 1, fmt.Sprint("Ana ", i))
		st.Put(record.Key{ID: 9}, vv.Dot{Replica: boss.ask.Replica, N: uint64(2*i + 2)}, record.Clock(1_795_000_000_000))
		st.Fields[1].Value = string("abc"[i%3])
		items = append(items, whole(record.ID{0: 1, 14: byte(i >> 8), 15: byte(i)}, st))
	}
	for chunk := range slices.Chunk(items, protocol.MaxRecords) {
		if _, err := boss.push(boss.frame(chunk...)); err != nil {
			t.Fatal(err)
		}
	}
	for d, want := range map[*desk]int{boss: 1200, near: 800} {
		rows := slices.Collect(maps.Values(d.again(everyBucket)))
		if len(rows) != want {
			t.Errorf("%d records, want %d", len(rows), want)
		}
		if got, err := d.digest(rows); err != nil || len(got) > 0 {
			t.Errorf("what is the same differs in %v, %v", got, err)
		}
		lost := rows[7]
		bucket := []uint16{protocol.Bucket(lost.ID)}
		if got, err := d.digest(slices.Delete(rows, 7, 8)); err != nil || !slices.Equal(got, bucket) {
			t.Errorf("a lost record makes %v differ, want %v: %v", got, bucket, err)
		}
		found := d.again(bucket)
		if row, there := found[lost.ID]; !there || !slices.Equal(row.State, lost.State) || len(row.Scopes) == 0 {
			t.Errorf("%+v", row)
		}
		for id := range found {
			if protocol.Bucket(id) != bucket[0] {
				t.Errorf("%x is in another bucket", id)
			}
		}
	}
}

func TestADigestIsRefusedAsAPullIs(t *testing.T) {
	for name, c := range map[string]struct {
		change func(s *shop, d *desk)
		code   protocol.Code
	}{
		"another secret":       {func(_ *shop, d *desk) { d.key = nil }, protocol.CodeUnknown},
		"another copy's bytes": {func(_ *shop, d *desk) { d.ask.Hash[0]++ }, protocol.CodeForked},
		"a commit of no hub":   {func(_ *shop, d *desk) { d.ask.Head = protocol.Head{Seq: 99, Token: 1} }, protocol.CodeEpoch},
		"revoked": {func(s *shop, d *desk) {
			if err := s.Revoke(t.Context(), s.ws, d.ask.Replica); err != nil {
				t.Fatal(err)
			}
		}, protocol.CodeRevoked},
	} {
		for _, asks := range []func(d *desk) error{
			func(d *desk) error { return errOf(d.digest(nil)) },
			func(d *desk) error {
				return errOf(d.s.Again(d.s.t.Context(), d.key, &protocol.Again{Ask: d.ask, Mark: protocol.Mark{Grant: 1}}))
			},
		} {
			s := newShop(t)
			d := s.join()
			d.mustPush(whole(one, state(d.ask.Replica, 1, 1, "Ana")))
			c.change(s, d)
			wantCode(t, name, asks(d), c.code)
		}
	}
}

func TestWhatIsNoDigestIsMalformed(t *testing.T) {
	s := newShop(t)
	d := s.join()
	wantCode(t, "sums", errOf(s.Digest(t.Context(), d.key, &protocol.Digest{Ask: d.ask, Sums: make([]byte, 5)})), protocol.CodeMalformed)
	wantCode(t, "a bucket", errOf(s.Again(t.Context(), d.key, &protocol.Again{Ask: d.ask, Buckets: []uint16{protocol.Buckets}})), protocol.CodeMalformed)
	// A grant that it has no more is asked about by nobody for long.
	page, err := s.Again(t.Context(), d.key, &protocol.Again{Ask: d.ask, Mark: protocol.Mark{Grant: 99}, Buckets: []uint16{1}})
	if err != nil || len(page.Rows) > 0 || page.More || len(page.Hub.Grants) == 0 {
		t.Errorf("%+v, %v", page, err)
	}
}
