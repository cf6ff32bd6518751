package tui

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/mcpctl/mcpctl/internal/redact"
	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/auth"
	"github.com/mcpctl/mcpctl/publish/refusal"
)

// row draws a step, or how the sign-in stands.
func (s *signIn) row(row signRow, w int) Line {
	if row.n == 0 {
		return s.standing().Cut(w)
	}
	step := row.step
	right := L(Plain, "    ")
	if step.Status != 0 {
		right = L(Plain, fmt.Sprintf(" %d", step.Status))
	}
	if step.Duration > 0 && w >= 44 {
		right = append(right, S(Dim, fmt.Sprintf("%8s", millis(step.Duration))))
	}
	line := append(s.sign(step), S(Plain, fmt.Sprintf(" %d %s", row.n, shortened(step.Title, 80))))
	return line.Ends(right, w)
}

// sign says how a step went: by its worst check.
func (s *signIn) sign(step auth.Step) Line {
	sign := s.room.Theme.Sign
	line := L(OK, sign.Check)
	if slices.ContainsFunc(step.Checks, func(c auth.Check) bool { return c.Level == auth.Warned }) {
		line = L(Warn, sign.Warn)
	}
	if step.Problem != "" {
		line = L(Bad, sign.Cross)
	}
	return line
}

// standing is how the sign-in stands, in a line.
func (s *signIn) standing() Line {
	r := s.room
	sign := r.Theme.Sign
	waited := func(text string) Line {
		return Line{S(Warn, "? "+text), S(Dim, "  "+seconds(r.now().Sub(s.since)))}
	}
	switch s.stage {
	case signRunning:
		return L(Accent, r.Spinner()+" asking")
	case signAgree:
		return waited("agree to " + plural(len(s.hosts), "host"))
	case signVisit:
		return waited("consent in your browser")
	case signPaste:
		return waited("paste where your browser ended")
	case signDone:
		return L(OK, sign.Check+" signed in")
	case signFailed:
		return Line{S(Bad, sign.Cross+" not signed in"), S(Dim, "  "+oneLine(s.err.Error()))}
	}
	if _, ok := tokenSource(r.options.Target); ok {
		return L(OK, sign.Check+" signed in")
	}
	if r.wantsToken() {
		return L(Warn, sign.Warn+" the server wants a token")
	}
	return L(Dim, sign.Ring+" not signed in")
}

func (s *signIn) detailTitle() string {
	if row, ok := s.list.current(); ok && row.n > 0 {
		return fmt.Sprintf("Step %d", row.n)
	}
	return "What to do"
}

// lines tell of the row under the cursor.
func (s *signIn) lines(int) ([]Line, bool) {
	if row, ok := s.list.current(); ok && row.n > 0 {
		return s.stepLines(row.step), false
	}
	return append([]Line{nil}, s.todo()...), false
}

// stepLines tell of a step with all that was checked.
func (s *signIn) stepLines(step auth.Step) []Line {
	sign := s.room.Theme.Sign
	lines := []Line{nil, L(Strong, step.Title)}
	if step.URL != "" {
		lines = append(lines, L(Accent, strings.TrimSpace(step.Method+" "+step.URL)))
	}
	if step.Status != 0 {
		lines = append(lines, Line{S(Plain, fmt.Sprintf("HTTP status %d", step.Status)), S(Dim, "  after "+millis(step.Duration))})
	}
	if len(step.Checks) > 0 {
		lines = append(lines, nil)
	}
	for _, c := range step.Checks {
		mark := S(OK, sign.Check)
		switch c.Level {
		case auth.Warned:
			mark = S(Warn, sign.Warn)
		case auth.Failed:
			mark = S(Bad, sign.Cross)
		}
		lines = append(lines, Line{mark, S(Plain, " "+c.Text)})
	}
	if step.Problem != "" {
		lines = append(lines, nil, L(Bad, step.Problem))
	}
	return lines
}

// todo tells how it stands, and what the user can do.
func (s *signIn) todo() []Line {
	key := func(k, text string) Line { return Line{S(Accent, k), S(Plain, " "+text)} }
	switch s.stage {
	case signRunning:
		return []Line{L(Accent, s.room.Spinner()+" asking; each address is a step on the left"), nil, key("esc", "cancels")}
	case signAgree:
		lines := []Line{L(Strong, "Signing in leads to"), nil}
		for _, h := range s.hosts {
			lines = append(lines, Line{S(Warn, shortened(h.Origin, 300)), S(Dim, "  "+h.Why)})
		}
		return append(lines, nil, L(Plain, "None of them has been asked yet."), nil, key("y", "agrees"), key("n", "refuses"))
	case signVisit, signPaste:
		return s.visiting(key)
	case signDone:
		return append([]Line{L(OK, s.room.Theme.Sign.Check+" You are signed in.")}, append(grantLines(s.grant), row("kept in", s.place), nil,
			key("X", "signs out"))...)
	case signFailed:
		lines := []Line{L(Bad, s.room.Theme.Sign.Cross+" You are not signed in.")}
		lines = append(lines, Wrap(Plain, shortened(s.err.Error(), 2000), 1000)...)
		if why, ok := refusal.Of(s.err); ok {
			lines = append(lines, nil, L(Warn, why.Mend), nil, L(Dim, why.Code+" in docs/login.md"))
		}
		return append(lines, nil, key("enter", "begins again"))
	}
	return s.before(key)
}

func (s *signIn) visiting(key func(k, text string) Line) []Line {
	lines := []Line{L(Strong, "Consent in your browser, at"), nil, L(Accent, s.address), nil}
	word := "opens it in your browser"
	if s.opened {
		word = "opens it once more"
	}
	lines = append(lines, key("o", word), key("y", "copies the address"))
	if s.stage == signPaste {
		return append(lines, key("p", "pastes the address where your browser ends; it shows an error there"), nil, key("esc", "cancels"))
	}
	return append(lines, key("p", "is for a browser on another machine"), key("esc", "cancels"), nil,
		L(Dim, "The answer comes to a port on this machine, which closes with it."))
}

// before is what there is to know before it begins.
func (s *signIn) before(key func(k, text string) Line) []Line {
	t := s.room.options.Target
	if why := s.whyNot(); why != "" {
		return []Line{L(Dim, why)}
	}
	var lines []Line
	switch from, ok := tokenSource(t); {
	case ok:
		lines = append([]Line{L(OK, "You are signed in.")}, append(grantLines(from.Grant()), nil, key("X", "signs out"))...)
	case s.room.wantsToken():
		var e *mcp.ConnectError
		_ = errors.As(s.room.Conn.Err, &e) // it wants a token: that is one
		lines = []Line{L(Warn, s.room.Theme.Sign.Warn+" "+shortened(e.What, 600))}
	default:
		lines = []Line{L(Dim, "The server has not asked for a token.")}
	}
	lines = append(lines, nil, row("server", s.room.address()), row("client", s.clientWord()), row("scopes", wordsOr(s.scopes, "those that the server names")))
	if s.client.Issuer != "" {
		lines = append(lines, row("issuer", s.client.Issuer))
	}
	if s.paste {
		lines = append(lines, row("browser", "elsewhere: its last address is pasted"))
	}
	return append(lines, nil, key("enter", "signs in: hosts are named before they are asked"), key("i", "sets client, scopes and issuer"), key("p", s.pasteWord()))
}

func (s *signIn) clientWord() string {
	switch {
	case s.client.ID != "" && s.secretEnv != "":
		return s.client.ID + ", with the secret in $" + s.secretEnv
	case s.client.ID != "":
		return s.client.ID
	case s.client.Document != "":
		return s.client.Document
	}
	return "registers itself"
}

func wordsOr(words []string, otherwise string) string {
	if len(words) == 0 {
		return otherwise
	}
	return strings.Join(words, " ")
}

// grantLines tell of a grant; its tokens are in none.
func grantLines(g auth.Grant) []Line {
	lines := []Line{row("with", g.Issuer), row("client", g.Client+"  ("+g.Registration+")"), row("scopes", wordsOr(g.Scopes, "not said"))}
	switch {
	case g.Renewable():
		lines = append(lines, row("ends", "renewed as needed"))
	case !g.Expires.IsZero():
		lines = append(lines, row("ends", g.Expires.UTC().Format(time.RFC3339)))
	}
	return lines
}

// address is where the server is, without secrets, and what it is called where it
// is configured.
func (r *Room) address() string {
	var none *redact.Redactor
	t := r.options.Target
	shown := r.redacted(none.URL(t.URL))
	if t.Name != "" && !strings.Contains(t.Name, "://") {
		shown += "  (" + t.Name + ")"
	}
	return shown
}

// sends tells which headers a target's requests carry besides those of the
// protocol, and whose token. Values are secrets.
func (r *Room) sends() []Line {
	t := r.options.Target
	if t.URL == "" {
		return nil
	}
	var none *redact.Redactor
	var lines []Line
	shown := none.Header(t.Header)
	for _, name := range slices.Sorted(maps.Keys(shown)) {
		lines = append(lines, append(row("sends", name), S(Dim, ": "+r.redacted(strings.Join(shown[name], ", ")))))
	}
	if from, ok := tokenSource(t); ok {
		g := from.Grant()
		lines = append(lines, append(row("sends", "Authorization"), S(Dim, ": your token from "+g.Issuer)))
	}
	return lines
}
