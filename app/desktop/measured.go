//go:build measure

package desktop

import (
	"context"
	_ "embed"
	"fmt"
	"slices"

	"github.com/wailsapp/wails/v2/pkg/runtime"
)

// measure.js times what the page shows; windowtest reads its figures.
//
//go:embed measure.js
var measureScript []byte

func headScript() []byte { return slices.Concat(bridgeScript, measureScript) }

// watch prints what measure.js tells, one JSON object a line.
func (p *program) watch(ctx context.Context) {
	runtime.EventsOn(ctx, "measured", func(args ...any) {
		for _, line := range args {
			fmt.Println(line)
		}
	})
}
