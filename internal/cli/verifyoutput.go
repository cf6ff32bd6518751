package cli

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/mcpctl/mcpctl/internal/pattern"
	"github.com/mcpctl/mcpctl/internal/term"
	"github.com/mcpctl/mcpctl/publish/verify"
)

// printVerified shows a result: one line a check, and for what failed what to do.
func (a *app) printVerified(f verifyFlags, r *verify.Result) error {
	if f.format == "json" {
		return writeIndented(a.Out, r)
	}
	t := verifyText{app: a, color: a.color(f.color, a.OutTTY)}
	t.head(r)
	for _, c := range r.Checks {
		t.check(c)
	}
	t.foot(r, f.strict)
	_, err := a.Out.Write(t.out.Bytes())
	return err
}

// verifyText is a result being written for people. All that a server or registry
// said goes through safe; colours are put around after that.
type verifyText struct {
	app   *app
	out   bytes.Buffer
	color bool
}

// The colours of verdicts, as in the reports of `mcpctl test`.
const (
	verifyBold, verifyDim, verifyRed, verifyGreen, verifyYellow = "1", "2", "1;31", "32", "33"
)

func (t *verifyText) in(color, s string) string {
	if !t.color {
		return s
	}
	return "\x1b[" + color + "m" + s + "\x1b[0m"
}

// reasonLimit bounds what is shown of a reason that a stranger may have chosen.
const reasonLimit = 1000

func (t *verifyText) safe(s string) string { return t.app.safe(term.Clip(s, reasonLimit)) }

func (t *verifyText) head(r *verify.Result) {
	name := r.Name
	if r.Version != "" {
		name += "@" + r.Version
	}
	if name == "" {
		name = r.Source
	}
	fmt.Fprintf(&t.out, "%s\n\n", t.in(verifyBold, t.safe(name)))
}

func (t *verifyText) check(c verify.Check) {
	sign, color := "✓", verifyGreen
	switch c.Verdict {
	case verify.Fail:
		sign, color = "✗", verifyRed
	case verify.Warn:
		sign, color = "!", verifyYellow
	case verify.Skip:
		sign, color = "–", verifyDim
	}
	code := ""
	if c.Code != "" {
		code = " [" + c.Code + "]"
	}
	reason := t.safe(c.Reason)
	if c.Verdict == verify.Pass {
		reason = longDigest.ReplaceAllString(reason, "$1…")
	}
	if c.Check == "package" {
		reason = t.safe(c.Subject) + ": " + reason
	}
	fmt.Fprintf(&t.out, "  %s %-11s %s%s\n", t.in(color, sign), c.Check, reason, t.in(verifyDim, code))
	if c.Mend != "" {
		fmt.Fprintf(&t.out, "    %-11s %s\n", "", t.in(verifyDim, t.safe(advice(c.Mend))))
	}
}

// longDigest is a digest that nobody has to compare by eye; JSON has it in full.
var longDigest = pattern.New(`(sha(?:256|384|512):[0-9a-f]{16})[0-9a-f]+`)

// advice begins and ends like a sentence, whichever room gave it.
func advice(s string) string { return strings.TrimSuffix(sentence(s), ".") + "." }

func (t *verifyText) foot(r *verify.Result, strict bool) {
	count := map[verify.Verdict]int{}
	for _, c := range r.Checks {
		count[c.Verdict]++
	}
	var words []string
	for _, w := range []struct {
		verdict verify.Verdict
		words   string
	}{{verify.Pass, "held"}, {verify.Fail, "failed"}, {verify.Warn, "warned"}, {verify.Skip, "left out"}} {
		if n := count[w.verdict]; n > 0 {
			words = append(words, fmt.Sprintf("%d %s", n, w.words))
		}
	}
	line := t.in(verifyGreen, "✓ verified")
	if r.Kind(strict) != 0 {
		line = t.in(verifyRed, "✗ not verified")
	}
	fmt.Fprintf(&t.out, "\n%s: %s\n", line, strings.Join(words, ", "))
}
