package rank

import (
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestAKeyStandsBetweenItsNeighbours(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1)).IntN
		var keys []string
		for range rapid.IntRange(1, 200).Draw(t, "inserts") {
			i := rapid.IntRange(0, len(keys)).Draw(t, "at")
			lo, hi := "", ""
			if i > 0 {
				lo = keys[i-1]
			}
			if i < len(keys) {
				hi = keys[i]
			}
			k, err := Between(lo, hi, random)
			if err != nil || lo != "" && k <= lo || hi != "" && k >= hi {
				t.Fatalf("between %q and %q: %q, %v", lo, hi, k, err)
			}
			keys = slices.Insert(keys, i, k)
		}
	})
}

func TestTenThousandOnTopKeepShortKeys(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2)).IntN
	top, end := "", ""
	for i := range 10000 {
		k, err := Between("", top, random)
		if err != nil || top != "" && k >= top {
			t.Fatalf("%d: %q before %q: %v", i, k, top, err)
		}
		top = k
		if k, err = Between(end, "", random); err != nil || k <= end {
			t.Fatalf("%d: %q after %q: %v", i, k, end, err)
		}
		end = k
	}
	if len(top) > 7 || len(end) > 7 {
		t.Errorf("keys grew to %q and %q", top, end)
	}
}

func TestManyMovesToOnePlaceGrowSlowly(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4)).IntN
	lo, hi := "a0V1", "a1V1"
	for range 1000 {
		k, err := Between(lo, hi, random)
		if err != nil {
			t.Fatal(err)
		}
		hi = k
	}
	if len(hi) > 700 {
		t.Errorf("after 1,000 moves to one place a key has %d digits", len(hi))
	}
}

func TestTheEdgesOfAllKeysStillTakeOne(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6)).IntN
	highest := "z" + string(slices.Repeat([]byte("z"), 26))
	k, err := Between(highest, "", random)
	if err != nil || k <= highest {
		t.Errorf("after the highest: %q, %v", k, err)
	}
	lowest := "A" + string(slices.Repeat([]byte("0"), 26)) + "1"
	if k, err = Between("", lowest, random); err != nil || k >= lowest {
		t.Errorf("before the lowest: %q, %v", k, err)
	}
}

func TestKeysAreSpreadBetweenTheirNeighbours(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 2)).IntN
		lo, hi := "", ""
		var err error
		if rapid.Bool().Draw(t, "below something") {
			if hi, err = Between("", "", random); err != nil {
				t.Fatal(err)
			}
		}
		if rapid.Bool().Draw(t, "above something") {
			if lo, err = Between("", hi, random); err != nil {
				t.Fatal(err)
			}
		}
		n := rapid.IntRange(0, 3000).Draw(t, "n")
		keys, err := Spread(lo, hi, n, random)
		if err != nil || len(keys) != n {
			t.Fatalf("%d keys, %v", len(keys), err)
		}
		for i, k := range keys {
			if k <= lo || hi != "" && k >= hi || len(k) > 12 {
				t.Fatalf("%d of %d: %q between %q and %q", i, n, k, lo, hi)
			}
			lo = k
		}
	})
	if _, err := Spread("a1V1", "a1V1", 1, func(int) int { return 0 }); !errors.Is(err, ErrOrder) {
		t.Error(err)
	}
}

func TestKeysOutOfOrderAreRefused(t *testing.T) {
	random := func(int) int { return 0 }
	for _, p := range [][2]string{{"a1V1", "a1V1"}, {"a2V1", "a1V1"}, {"?", ""}, {"", "a"}, {"a!1", ""}} {
		if k, err := Between(p[0], p[1], random); !errors.Is(err, ErrOrder) {
			t.Errorf("between %q and %q: %q, %v", p[0], p[1], k, err)
		}
	}
}
