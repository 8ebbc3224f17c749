package sim

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"patio/sync/hub/sqlitestore"
)

// mixes are worlds, each hostile in its own way.
var mixes = map[string]Mix{
	"peace":    {Devices: 3, Records: 3, Steps: 40, Sync: 300},
	"deletes":  {Devices: 3, Records: 2, Steps: 40, Sync: 300, Delete: 200},
	"wire":     {Devices: 3, Records: 3, Steps: 60, Sync: 400, Delete: 50, LoseRequest: 150, LoseAnswer: 250, Repeat: 150},
	"kills":    {Devices: 3, Records: 3, Steps: 60, Sync: 400, Delete: 50, Kill: 150, LoseAnswer: 100},
	"restores": {Devices: 3, Records: 3, Steps: 60, Sync: 350, Restore: 80, LoseAnswer: 100},
	"copies":   {Devices: 2, Records: 3, Steps: 60, Sync: 350, Copy: 40, LoseAnswer: 100},
	"clocks":   {Devices: 3, Records: 3, Steps: 40, Sync: 300, Delete: 50, Skew: 87_600 * time.Hour},
}

// seeds is how many runs each mix has; PATIO_SIM_SEEDS says otherwise.
func seeds(t *testing.T) int {
	text := os.Getenv("PATIO_SIM_SEEDS")
	if text == "" {
		return 60
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestReplicasAgreeAndNothingIsLost(t *testing.T) {
	ctx := context.Background()
	for name, mix := range mixes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for seed := range seeds(t) {
				store, err := sqlitestore.Open(ctx, filepath.Join(t.TempDir(), fmt.Sprint(seed)))
				if err != nil {
					t.Fatal(err)
				}
				w, err := newWorld(ctx, mix, uint64(seed), store)
				if err == nil {
					err = w.run(ctx)
				}
				if err != nil {
					t.Fatalf("seed %d: %v", seed, err)
				}
				if err := store.Close(); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}
