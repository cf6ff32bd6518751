package tui

import (
	"context"
	"errors"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/auth"
)

const signInName = "Auth"

// SigningIn is what signing in needs. Its functions may be called on any
// goroutine; the zero SigningIn cannot.
type SigningIn struct {
	// Options are what a sign-in begins with: how mcpctl is known, how long the
	// user may take. What asks and tells is the screen's own.
	Options auth.Options
	// Keep keeps a grant for later commands too, and says where.
	Keep func(auth.Grant) (place string, err error)
	// Lend is the target with the token of a grant.
	Lend func(mcp.Target, auth.Grant) mcp.Target
	// Forget revokes and forgets the token of an address, and says what it did.
	Forget func(ctx context.Context, address string) (said string, err error)
}

// signStage is how far a sign-in is.
type signStage uint8

const (
	signIdle    signStage = iota
	signRunning           // something is asked over the network
	signAgree             // the user is to agree to hosts
	signVisit             // the user is to consent in a browser
	signPaste             // the user is to paste where the browser ended
	signDone
	signFailed
)

// signRow is a row of the list: a step, or, last, how it stands.
type signRow struct {
	n    int // of the step, from 1; 0 for how it stands
	step auth.Step
}

// signIn is the screen on which the user signs in at the server, step by step.
type signIn struct {
	room   *Room
	list   listPane[signRow]
	detail docPane

	client    auth.Client
	secretEnv string
	scopes    []string
	paste     bool // the browser is on another machine

	used    bool
	turn    int // tells sign-ins apart
	stop    context.CancelFunc
	server  string
	stage   signStage
	since   time.Time // in this stage
	steps   []auth.Step
	hosts   []auth.Host
	agree   chan<- bool
	address string // where to consent
	opened  bool
	pasted  chan<- string
	err     error
	grant   auth.Grant
	place   string
}

// signMsg is news of a sign-in: a step, a question or the end.
type signMsg struct {
	turn    int
	step    *auth.Step
	hosts   []auth.Host
	agree   chan<- bool
	address string
	pasted  chan<- string
	over    bool
	err     error
	grant   auth.Grant
	place   string
}

// signedOutMsg is the end of signing out.
type signedOutMsg struct {
	server, said string
	err          error
}

func newSignIn(r *Room) *signIn {
	o := r.options.SignIn.Options
	s := &signIn{room: r, client: o.Client, scopes: o.Scopes}
	s.list = listPane[signRow]{
		room: r, row: s.row, own: s.keys, empty: func() []Line { return nil },
		text:   func(row signRow) string { return row.step.Title + " " + row.step.URL },
		same:   func(a, b signRow) bool { return a.n == b.n },
		title:  func() string { return "Sign in" },
		chosen: func() tea.Cmd { s.detail.set(s.lines); return nil },
		enter:  func(signRow) tea.Cmd { return r.goTo("", 1) },
	}
	s.detail = docPane{room: r, title: s.detailTitle, own: s.keys}
	s.relist()
	return s
}

func (s *signIn) Name() string   { return signInName }
func (s *signIn) Badge() string  { return "" }
func (s *signIn) Panes() []Pane  { return []Pane{&signPane{&s.list, s}, &signText{&s.detail, s}} }
func (s *signIn) Hidden() bool   { return !s.used }
func (s *signIn) TabKey() string { return "A" }
func (s *signIn) Shown() tea.Cmd { s.used = true; return nil }
func (s *signIn) Waiting() bool  { return s.busy() }

// Layout gives both panes about the same.
func (s *signIn) Layout(int, int) ([]int, bool) { return []int{46}, false }

// Urgent shows in the header that the sign-in waits for the user.
func (s *signIn) Urgent() string {
	switch s.stage {
	case signAgree, signVisit, signPaste:
		return "? sign-in"
	}
	return ""
}

func (s *signIn) Items() []Item {
	items := []Item{{Kind: "sign in", Name: "sign in at this server", Hint: "A", Do: func() tea.Cmd {
		if why := s.whyNot(); why != "" {
			return tea.Batch(s.room.goTo(signInName, 0), s.room.toast(Warn, why))
		}
		return tea.Batch(s.room.goTo(signInName, 0), s.begin())
	}}}
	if s.whyNotOut() == "" {
		items = append(items, Item{Kind: "sign in", Name: "sign out of this server", Do: func() tea.Cmd {
			return tea.Batch(s.room.goTo(signInName, 0), s.askOut())
		}})
	}
	return items
}

// signPane and signText are the two panes. Esc cancels in either.
type (
	signPane struct {
		*listPane[signRow]
		of *signIn
	}
	signText struct {
		*docPane
		of *signIn
	}
)

func (p *signPane) Back() bool { return p.of.cancel() }
func (p *signText) Back() bool { return p.of.cancel() }

func (s *signIn) busy() bool { return s.stage >= signRunning && s.stage <= signPaste }

// cancel gives the sign-in up; nothing listens any more then.
func (s *signIn) cancel() bool {
	if !s.busy() {
		return false
	}
	s.stop()
	s.turn++ // what still comes of it is of no interest
	s.err = errors.New("you cancelled it; nothing was kept")
	s.enter(signFailed)
	return true
}

// enter begins a stage and shows it.
func (s *signIn) enter(stage signStage) {
	s.stage, s.since = stage, s.room.now()
	s.relist()
}

// relist lists the steps; the cursor follows how it stands.
func (s *signIn) relist() {
	rows := make([]signRow, 0, len(s.steps)+1)
	for i, step := range s.steps {
		rows = append(rows, signRow{i + 1, step})
	}
	follows := s.list.rows.at >= len(s.list.found)-1
	s.list.set(append(rows, signRow{}))
	if follows {
		s.list.rows.at = len(s.list.found) - 1
	}
	s.detail.set(s.lines)
}

func (s *signIn) Update(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case signMsg:
		return s.told(m)
	case signedOutMsg:
		return s.signedOut(m)
	case connMsg:
		if address := s.room.options.Target.URL; s.server != address && !s.busy() {
			s.server, s.steps, s.err = address, nil, nil
			s.enter(signIdle)
		}
		s.detail.stale()
	case tickMsg:
		s.detail.stale()
	}
	return nil
}

// told takes in news of the sign-in under way.
func (s *signIn) told(m signMsg) tea.Cmd {
	if m.turn != s.turn {
		return nil
	}
	switch {
	case m.over && m.err != nil:
		s.err = m.err
		s.enter(signFailed)
		return s.room.toast(Bad, "not signed in: "+oneLine(m.err.Error()))
	case m.over:
		return s.signedIn(m)
	case m.step != nil:
		s.steps = append(s.steps, *m.step)
		if s.stage == signVisit || s.stage == signPaste {
			if m.step.Stage == auth.Callback {
				s.enter(signRunning)
			}
		}
		s.relist()
		return nil
	case m.agree != nil:
		s.hosts, s.agree = m.hosts, m.agree
		s.enter(signAgree)
	case m.pasted != nil:
		s.pasted = m.pasted
		s.enter(signPaste)
	default:
		s.address, s.opened = m.address, false
		s.enter(signVisit)
	}
	return s.room.goTo(signInName, 1)
}

// signedIn opens the connection anew with the token.
func (s *signIn) signedIn(m signMsg) tea.Cmd {
	s.grant, s.place, s.err = m.grant, m.place, nil
	s.enter(signDone)
	said := s.room.toast(OK, "signed in; the token is in the "+m.place)
	if s.room.options.Target.URL != s.server {
		return said // another server was chosen meanwhile
	}
	s.room.options.Target = s.room.options.SignIn.Lend(s.room.options.Target, m.grant)
	s.room.Conn.Attempt = 0
	return tea.Batch(said, s.room.Connect(), s.room.send(connMsg{}))
}

// wantsToken reports whether the server could not be connected with because it
// wants a token that the user can be asked for.
func (r *Room) wantsToken() bool {
	var e *mcp.ConnectError
	return r.options.SignIn.Keep != nil && r.options.Target.URL != "" && r.Conn.Attempt == 0 &&
		errors.As(r.Conn.Err, &e) && e.Cause == mcp.CauseAuth
}

// tokenSource is the source of the token that a target is given, if it has one.
func tokenSource(t mcp.Target) (*auth.Source, bool) {
	s, ok := t.Authorizer.(*auth.Source)
	return s, ok && s != nil
}

// trace is the sign-in for people who look into its faults; it holds no secret.
func (s *signIn) trace() string {
	return mcp.ValueOf(map[string]any{"server": s.room.address(), "steps": slices.Clone(s.steps)}).String()
}
