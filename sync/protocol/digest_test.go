package protocol

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"

	"patio/sync/record"
)

func TestARecordIsInTheBucketThatTheHashOfItsIDNames(t *testing.T) {
	counting := record.ID{}
	for i := range counting {
		counting[i] = byte(i)
	}
	for id, want := range map[record.ID]uint16{{}: 221, counting: 761, Everything: 363} {
		if got := Bucket(id); got != want {
			t.Errorf("%x is in %d, want %d", id, got, want)
		}
	}
	// Ids of one moment lie apart.
	seen := map[uint16]bool{}
	for i := range 4096 {
		seen[Bucket(record.ID{0: 1, 14: byte(i >> 8), 15: byte(i)})] = true
	}
	if len(seen) < Buckets*9/10 {
		t.Errorf("4,096 records in %d buckets", len(seen))
	}
}

func TestSumsAreTheSameInWhateverOrderAndTellEachDifference(t *testing.T) {
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 1))
	type one struct {
		id    record.ID
		kind  uint32
		state []byte
	}
	records := make([]one, 500)
	for i := range records {
		records[i] = one{record.ID{0: byte(i), 1: byte(i >> 8)}, uint32(i % 3), bytes.Repeat([]byte{byte(i)}, i%40)}
	}
	sum := func(list []one) *Sums {
		s := &Sums{}
		for _, rec := range list {
			s.Add(rec.id, rec.kind, rec.state)
		}
		return s
	}
	whole := sum(records)
	shuffled := slices.Clone(records)
	r.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	if got := whole.Differing(sum(shuffled)); len(got) > 0 {
		t.Errorf("seed %d: another order differs in %v", seed, got)
	}
	for range 50 {
		i := r.IntN(len(records))
		other := slices.Clone(records)
		switch r.IntN(3) {
		case 0:
			other = slices.Delete(other, i, i+1)
		case 1:
			other[i].kind++
		default:
			other[i].state = append(slices.Clone(other[i].state), 0)
		}
		if got := sum(other).Differing(whole); !slices.Equal(got, []uint16{Bucket(records[i].id)}) {
			t.Errorf("seed %d: record %d makes %v differ, it is in %d", seed, i, got, Bucket(records[i].id))
		}
	}
	if back, ok := DecodeSums(whole.Encode()); !ok || *back != *whole {
		t.Error("sums don't come back as they went")
	}
	for _, size := range []int{0, 1, Buckets*sumSize - 1, Buckets*sumSize + 1} {
		if _, ok := DecodeSums(make([]byte, size)); ok {
			t.Errorf("%d bytes are sums", size)
		}
	}
}
