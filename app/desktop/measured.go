//go:build measure

package desktop

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"slices"
	"strconv"

	"github.com/wailsapp/wails/v2/pkg/runtime"
)

// measure.js times what the page shows; windowtest reads its figures.
//
//go:embed measure.js
var measureScript []byte

// headScript has the page loaded again as often as PATIO_MEASURE_RELOADS says.
func headScript() []byte {
	reloads, err := strconv.Atoi(os.Getenv("PATIO_MEASURE_RELOADS"))
	if err != nil {
		reloads = 0
	}
	return slices.Concat(bridgeScript, fmt.Appendf(nil, "const measureReloads = %d;\n", reloads), measureScript)
}

// watch prints what measure.js tells, one JSON object a line.
func (p *program) watch(ctx context.Context) {
	runtime.EventsOn(ctx, "measured", func(args ...any) {
		for _, line := range args {
			fmt.Println(line)
		}
	})
}
