package cli

import (
	"fmt"
	"strings"
	"time"

	"github.com/mcpctl/mcpctl/conformance"
)

// progress is one line on standard error that a person watches. It belongs to
// one run and is shown from one goroutine at a time.
type progress struct {
	app   *app
	on    bool
	drawn int
	last  time.Time
	fails int
	warns int
}

// redraw is how often the line is drawn at most: more cannot be read.
const redraw = 50 * time.Millisecond

// progress draws only where a person watches standard error.
func (a *app) progress(f outputFlags) *progress {
	return &progress{app: a, on: a.ErrTTY && !f.quiet && a.env("TERM") != "dumb" && a.env("CI") == ""}
}

// show draws an event.
func (p *progress) show(e conformance.Event) {
	switch e.Verdict {
	case conformance.Fail:
		p.fails++
	case conformance.Warn:
		p.warns++
	}
	if !p.on || time.Since(p.last) < redraw && e.Done < e.Total {
		return
	}
	p.last = time.Now()
	line := fmt.Sprintf("%d/%d checks  %d fail  %d warn  %s@%s", e.Done, e.Total, p.fails, p.warns, e.Case.Check.ID, e.Case.Revision)
	if most := p.app.Width - 1; len(line) > most {
		line = line[:most]
	}
	fmt.Fprintf(p.app.Err, "\r%s%s", line, strings.Repeat(" ", max(0, p.drawn-len(line))))
	p.drawn = len(line)
}

// clear takes the line away.
func (p *progress) clear() {
	if p.drawn > 0 {
		fmt.Fprintf(p.app.Err, "\r%s\r", strings.Repeat(" ", p.drawn))
	}
}
