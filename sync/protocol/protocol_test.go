package protocol

import (
	"bytes"
	"encoding/hex"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"patio/sync/record"
	"patio/sync/vv"
)

var update = flag.Bool("update", false, "write the golden frames anew: the protocol changed, and its version with it")

func id(b byte) record.ID { return record.ID{0: b, 15: b} }

// frames are one of each message, as version 1 writes them.
func frames() map[string]any {
	s := &record.State{}
	s.Put(record.Key{ID: 1}, vv.Dot{Replica: vv.FirstDevice, N: 7}, record.Clock(1_795_000_000_000))
	s.Put(record.Key{ID: 22, Sub: "a"}, vv.Dot{Replica: vv.FirstDevice, N: 8}, record.Clock(1_795_000_000_000))
	s.Fields[0].Value, s.Fields[1].Value = `"Ana"`, ""
	s.Delete(vv.Dot{Replica: vv.FirstDevice, N: 9}, record.Clock(1_795_000_000_001))
	ask := Ask{Protocol: 1, Workspace: id(1), Replica: vv.FirstDevice, Epoch: id(2), Head: Head{Seq: 40, Token: 1 << 63}, Answered: 3, Hash: [32]byte{1, 2, 3}}
	hub := Hub{Epoch: id(2), Head: Head{Seq: 41, Token: 5}, Time: 1_795_000_000_002, Grants: []Grant{{Number: 1}, {Number: 2, Scope: id(3)}}}
	row := Row{ID: id(4), Kind: 21, Scopes: []record.ID{id(3), id(7)}, Seq: 41, State: s.AppendValues(nil)}
	partial := NewItem(id(4), 21, s.Partial([]record.Key{{ID: 1}, {ID: 5}}, true, 6))
	who := Who{Protocol: 1, Workspace: id(1), Replica: vv.FirstDevice}
	sums := &Sums{}
	sums.Add(id(4), 21, s.AppendValues(nil))
	return map[string]any{
		"digest":       &Digest{Ask: ask, Sums: sums.Encode()},
		"digested":     &Digested{Hub: hub, Buckets: []uint16{3, 1023}},
		"again":        &Again{Ask: ask, Mark: Mark{Grant: 2, Seq: 40}, Buckets: []uint16{3, 1023}},
		"waited":       &Waited{Moved: true},
		"devices":      &Devices{Devices: []Device{{Replica: vv.FirstDevice, Name: "Balcão", User: id(8), State: DeviceRevoked, Joined: 1_795_000_000_000, Seen: 1_795_000_000_003}}, Manages: true},
		"list-devices": &ListDevices{Who: who},
		"revoke":       &Revoke{Who: who, Replica: vv.FirstDevice + 1},
		"revoked":      &Revoked{},
		"push":         &Push{Ask: ask, Batch: 4, Items: []Item{NewItem(id(4), 21, s.Whole()), partial}},
		"pushed":       &Pushed{Hub: hub, Verdicts: []Verdict{{Status: Accepted, Row: &row}, {Status: Refused, Refused: []record.Key{{ID: 1}}, Reason: "role"}, {Status: Whole}, {Status: Gone}, {Status: Erased}}},
		"pull":         &Pull{Ask: ask, Mark: Mark{Grant: 2, Seq: 40}},
		"page":         &Page{Hub: hub, Rows: []Row{row, {ID: id(5), Seq: 42, Left: true}}, Erased: []record.ID{id(6)}, Mark: Mark{Grant: 2, Seq: 42}, More: true},
		"word":         &Word{From: 40, Batch: 3, Grants: []uint64{1, 2}},
		"commit":       &Commit{Epoch: id(2), Head: hub.Head, Rows: []Row{row}},
		"blob":         &Blob{Have: 5 << 20, Whole: true},
	}
}

// What a version of the protocol wrote, every later program that speaks it
// reads, and writes the same.
func TestGoldenFrames(t *testing.T) {
	for name, message := range frames() {
		plain, err := encMode.Marshal(message)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join("testdata", name+".v1.hex")
		if *update {
			if err := os.WriteFile(path, []byte(hex.Dump(plain)), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		golden, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if strings.ReplaceAll(string(golden), "\r\n", "\n") != hex.Dump(plain) {
			t.Errorf("%s is written in other bytes:\n%s", name, hex.Dump(plain))
		}
		frame, err := Encode(message)
		if err != nil {
			t.Fatal(err)
		}
		read := reflect.New(reflect.TypeOf(message).Elem()).Interface()
		if err := Decode(frame, read); err != nil || !reflect.DeepEqual(read, message) {
			t.Errorf("%s reads as %+v, %v", name, read, err)
		}
	}
}

func TestAnItemTellsWhatItsDeltaDid(t *testing.T) {
	push := frames()["push"].(*Push)
	whole, err := push.Items[0].Delta()
	if err != nil || !whole.Complete || len(whole.Fields) != 2 || len(whole.Life) != 1 {
		t.Errorf("%+v %v", whole, err)
	}
	part, err := push.Items[1].Delta()
	if want := []record.Key{{ID: 1}, {ID: 5}}; err != nil || part.Complete || !reflect.DeepEqual(part.Keys, want) || !part.LifeToo || part.Base != 6 {
		t.Errorf("%+v %v", part, err)
	}
}

func TestItemsThatContradictThemselvesAreMalformed(t *testing.T) {
	whole, partial := frames()["push"].(*Push).Items[0], frames()["push"].(*Push).Items[1]
	for name, change := range map[string]func() Item{
		"a complete one with a base":       func() Item { it := whole; it.Base = 1; return it },
		"a complete one with empty fields": func() Item { it := whole; it.Empty = []record.Key{{ID: 3}}; return it },
		"a field both told and empty":      func() Item { it := partial; it.Empty = []record.Key{{ID: 1}}; return it },
		"a life that is not told":          func() Item { it := partial; it.LifeToo = false; return it },
		"no state":                         func() Item { it := whole; it.State = nil; return it },
		"half a state":                     func() Item { it := whole; it.State = it.State[:len(it.State)/2]; return it },
	} {
		it := change()
		var refusal *Error
		if _, err := it.Delta(); !errors.As(err, &refusal) || refusal.Code != CodeMalformed {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestFramesCutAtEveryByteAreRefused(t *testing.T) {
	for name, message := range frames() {
		frame, err := Encode(message)
		if err != nil {
			t.Fatal(err)
		}
		for n := range frame {
			read := reflect.New(reflect.TypeOf(message).Elem()).Interface()
			var refusal *Error
			if err := Decode(frame[:n], read); !errors.As(err, &refusal) || refusal.Code != CodeMalformed {
				t.Fatalf("%s cut at %d of %d: %v", name, n, len(frame), err)
			}
		}
	}
}

func TestAFrameThatUnpacksBeyondTheLimitIsRefused(t *testing.T) {
	bomb := packer.EncodeAll(bytes.Repeat([]byte{0}, MaxMessage+1), nil)
	var refusal *Error
	if err := Decode(bomb, &Page{}); !errors.As(err, &refusal) || refusal.Code != CodeTooLarge {
		t.Errorf("%d bytes: %v", len(bomb), err)
	}
}

func FuzzDecode(f *testing.F) {
	for _, message := range frames() {
		plain, err := encMode.Marshal(message)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(plain)
	}
	f.Add([]byte{0x9f})
	f.Add([]byte{0x83, 0xff})
	f.Fuzz(func(t *testing.T, plain []byte) {
		frame := packer.EncodeAll(plain, nil)
		for _, message := range []any{&Push{}, &Pushed{}, &Pull{}, &Page{}, &Word{}, &Commit{}} {
			if err := Decode(frame, message); err != nil {
				continue
			}
			if p, ok := message.(*Push); ok {
				for i := range p.Items {
					_, _ = p.Items[i].Delta()
				}
			}
			again, err := Encode(message)
			if err != nil {
				t.Fatal(err)
			}
			read := reflect.New(reflect.TypeOf(message).Elem()).Interface()
			if err := Decode(again, read); err != nil {
				t.Fatalf("%+v was read and doesn't read back: %v", message, err)
			}
		}
	})
}
