package cli

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/mcpctl/mcpctl/inspect"
	"github.com/mcpctl/mcpctl/inspect/tape"
	"github.com/mcpctl/mcpctl/internal/term"
	"github.com/mcpctl/mcpctl/mcp"
)

// maxValue is how much of a differing value is shown as text.
const maxValue = 160

// replayText writes a report for a person.
func (a *app) replayText(out io.Writer, r *tape.Report) {
	session := 0
	for _, c := range r.Answers {
		if c.Session != session {
			session = c.Session
			fmt.Fprintf(out, "session %d\n", session+1)
		}
		fmt.Fprintf(out, "%-8s #%d %s  %s, recorded %s\n", c.Verdict, c.N, a.safe(strings.TrimSpace(c.Method+" "+c.Name)), took(c.LiveTook), took(c.RecordedTook))
		if c.Why != "" {
			fmt.Fprintf(out, "  %s\n", a.safe(c.Why))
		}
		for _, d := range c.Differences {
			pointer := d.Pointer
			if pointer == "" {
				pointer = "(all of it)"
			}
			fmt.Fprintf(out, "  %s\n    recorded %s\n    now      %s\n", a.safe(pointer), a.value(d.Recorded), a.value(d.Live))
		}
	}
	for _, i := range r.Learnt {
		fmt.Fprintf(out, "not compared, as it changes by itself: %s\n", a.safe(i.String()))
	}
	for _, method := range r.Unanswered {
		fmt.Fprintf(out, "the server asked for %s, which the recorded client was not asked\n", a.safe(method))
	}
	fmt.Fprintf(out, "%d same, %d differ, %d missing, %d extra\n", r.Count(tape.Same), r.Count(tape.Differs), r.Count(tape.Missing), r.Count(tape.Extra))
}

func took(d time.Duration) string { return d.Round(time.Millisecond / 10).String() }

func (a *app) value(v mcp.Value) string { return a.safe(term.Clip(v.String(), maxValue)) }

// replayJSON is a report for a program. Values are those of the servers, with
// what no terminal should see escaped.
func (a *app) replayJSON(r *tape.Report) map[string]any {
	answers := []any{}
	for _, c := range r.Answers {
		differences := []any{}
		for _, d := range c.Differences {
			differences = append(differences, map[string]any{"pointer": d.Pointer, "recorded": a.raw(d.Recorded), "now": a.raw(d.Live)})
		}
		answer := map[string]any{
			"session": c.Session, "n": c.N, "method": c.Method, "name": a.redact.String(c.Name), "verdict": c.Verdict, "differences": differences,
			"recordedMs": c.RecordedTook.Seconds() * 1000, "nowMs": c.LiveTook.Seconds() * 1000,
		}
		if c.Why != "" {
			answer["why"] = a.redact.String(c.Why)
		}
		if len(c.Ignored) > 0 {
			answer["ignored"] = c.Ignored
		}
		answers = append(answers, answer)
	}
	learnt := []string{}
	for _, i := range r.Learnt {
		learnt = append(learnt, i.String())
	}
	return map[string]any{
		"schema": "mcpctl.replay/v1", "revision": r.Revision, "answers": answers, "volatile": learnt, "unanswered": append([]string{}, r.Unanswered...),
		"summary": map[string]any{"same": r.Count(tape.Same), "differs": r.Count(tape.Differs), "missing": r.Count(tape.Missing), "extra": r.Count(tape.Extra)},
	}
}

// raw is a value as JSON, null when it is not there.
func (a *app) raw(v mcp.Value) any {
	if !v.Exists() {
		return nil
	}
	safe, err := mcp.Parse(inspect.SafeJSON(a.redact.Bytes(v.Raw())))
	if err != nil { // redaction has broken it
		return a.redact.String(v.String())
	}
	return safe
}
