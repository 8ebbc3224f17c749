package sim

import (
	"context"
	"os"
	"strconv"
	"testing"
	"time"
)

// mixes are worlds, each hostile in its own way.
var mixes = map[string]Mix{
	"peace":    {Devices: 3, Records: 3, Steps: 40, Sync: 300, Meanwhile: 150},
	"deletes":  {Devices: 3, Records: 2, Steps: 40, Sync: 300, Meanwhile: 150, Delete: 200},
	"wire":     {Devices: 3, Records: 3, Steps: 60, Sync: 400, Meanwhile: 150, Delete: 50, LoseRequest: 150, LoseAnswer: 250, Repeat: 150},
	"cuts":     {Devices: 3, Records: 3, Steps: 60, Sync: 400, Meanwhile: 150, Delete: 50, Cut: 200},
	"kills":    {Devices: 3, Records: 3, Steps: 60, Sync: 400, Meanwhile: 150, Delete: 50, Kill: 150, LoseAnswer: 100},
	"restores": {Devices: 3, Records: 3, Steps: 60, Sync: 350, Meanwhile: 150, Restore: 80, LoseAnswer: 100},
	"copies":   {Devices: 2, Records: 3, Steps: 60, Sync: 350, Meanwhile: 150, Copy: 40, LoseAnswer: 100},
	"scopes":   {Devices: 3, Records: 3, Steps: 70, Sync: 400, Meanwhile: 150, Delete: 50, Scopes: 2, Grant: 60, LoseRequest: 150, LoseAnswer: 100},
	"erasure":  {Devices: 3, Records: 4, Steps: 60, Sync: 400, Meanwhile: 150, Erase: 30, LoseAnswer: 100},
	"revoked":  {Devices: 3, Records: 3, Steps: 70, Sync: 400, Meanwhile: 150, Delete: 50, Revoke: 50, LoseAnswer: 100, Kill: 50},
	"hub":      {Devices: 3, Records: 3, Steps: 70, Sync: 350, Meanwhile: 150, Delete: 50, HubRestore: 30, LoseAnswer: 50},
	"rollback": {Devices: 3, Records: 3, Steps: 70, Sync: 350, Meanwhile: 150, Delete: 50, HubRollback: 30, LoseAnswer: 50},
	"family":   {Devices: 3, Records: 6, Steps: 80, Sync: 350, Meanwhile: 150, Delete: 250, Scopes: 2, Grant: 60, Everything: 250, Family: true, LoseAnswer: 100},
	"moves":    {Devices: 2, Records: 3, Steps: 150, Sync: 350, Meanwhile: 50, Scopes: 2, Grant: 250, Family: true, LoseRequest: 300, LoseAnswer: 100},
	"tatters":  {Devices: 3, Records: 6, Steps: 80, Sync: 350, Meanwhile: 150, Delete: 50, Scopes: 2, Grant: 40, Everything: 250, Family: true, Erase: 15, LoseRequest: 100, LoseAnswer: 100, Repeat: 100, Cut: 50, Kill: 50},
	"strays":   {Devices: 2, Records: 6, Steps: 80, Sync: 350, Meanwhile: 150, Delete: 50, Scopes: 2, Grant: 40, Everything: 250, Family: true, Restore: 30, Copy: 20, LoseAnswer: 100},
	"ruins":    {Devices: 3, Records: 6, Steps: 80, Sync: 350, Meanwhile: 150, Delete: 50, Scopes: 2, Grant: 30, Everything: 250, Family: true, Erase: 5, HubRestore: 15, HubRollback: 10, LoseAnswer: 50},
	"flips":    {Devices: 3, Records: 6, Steps: 80, Sync: 350, Meanwhile: 150, Delete: 50, Scopes: 2, Grant: 40, Everything: 250, Family: true, Erase: 10, LoseRequest: 100, LoseAnswer: 100, Compare: 300, Flip: 500},
	"words":    {Devices: 3, Records: 3, Steps: 120, Sync: 250, Word: 350, Meanwhile: 100, Delete: 50, Scopes: 2, Grant: 30, LoseAnswer: 100, Kill: 50},
	"echoes":   {Devices: 2, Records: 3, Steps: 100, Sync: 250, Word: 350, Meanwhile: 100, Restore: 30, Copy: 20, LoseAnswer: 100},
	"tales":    {Devices: 3, Records: 6, Steps: 120, Sync: 250, Word: 350, Meanwhile: 100, Delete: 50, Scopes: 2, Grant: 20, Everything: 250, Family: true, Erase: 10, Revoke: 10, LoseAnswer: 50},
	"rumours":  {Devices: 2, Records: 3, Steps: 120, Sync: 150, Word: 500, Meanwhile: 100, Delete: 50, HubRestore: 10, HubRollback: 30, LoseAnswer: 50},
	"clocks":   {Devices: 3, Records: 3, Steps: 40, Sync: 300, Meanwhile: 150, Delete: 50, Skew: 87_600 * time.Hour},
}

// number answers an environment variable's; without one, the other.
func number(t *testing.T, name string, otherwise int) int {
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestReplicasAgreeAndNothingIsLost(t *testing.T) {
	ctx := context.Background()
	only := os.Getenv("PATIO_SIM_MIX")
	from, runs := number(t, "PATIO_SIM_FROM", 0), number(t, "PATIO_SIM_SEEDS", 25) // of each mix
	for name, mix := range mixes {
		if only != "" && name != only {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			heard := 0
			for seed := from; seed < from+runs; seed++ {
				w, err := newWorld(ctx, mix, uint64(seed), t.TempDir())
				if err == nil {
					err = w.run(ctx)
				}
				if err == nil {
					err = w.store.Close()
				}
				if err != nil {
					t.Fatalf("seed %d: %v", seed, err)
				}
				heard += w.heard
			}
			if mix.Word > 0 && heard < runs {
				t.Errorf("%d words were taken in, in %d runs", heard, runs)
			}
		})
	}
}
