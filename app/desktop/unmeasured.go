//go:build !measure

package desktop

import "context"

// headScript runs in the page before its own scripts.
func headScript() []byte { return bridgeScript }

// watch does nothing: only a program built with the tag measure watches its page.
func (p *program) watch(context.Context) {}
