package tui

import (
	"cmp"
	"context"
	"errors"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/auth"
)

func (s *signIn) keys() []Key {
	var keys []Key
	switch s.stage {
	case signAgree:
		keys = []Key{{Key: "y", Does: "agree", Do: func() tea.Cmd { return s.decide(true) }}, {Key: "n", Does: "refuse", Do: func() tea.Cmd { return s.decide(false) }}}
	case signVisit, signPaste:
		keys = []Key{
			{Key: "o", Does: "open browser", Do: s.open},
			{Key: "y", Does: "copy address", Do: func() tea.Cmd { return s.room.copyText("the address", s.address) }},
		}
		if s.stage == signPaste {
			keys = append(keys, Key{Key: "p", Does: "paste", Do: s.askPaste})
		} else {
			keys = append(keys, Key{Key: "p", Does: "browser elsewhere", Do: s.elsewhere})
		}
	case signRunning:
	default:
		word := "sign in"
		if s.stage != signIdle {
			word = "sign in again"
		}
		keys = []Key{
			{Key: "enter", Does: word, Why: s.whyNot(), Do: s.begin},
			{Key: "i", Does: "client", Do: s.settings},
			{Key: "p", Does: s.pasteWord(), Do: func() tea.Cmd { s.paste = !s.paste; s.detail.stale(); return nil }, Rare: true},
			{Key: "X", Does: "sign out", Why: s.whyNotOut(), Do: s.askOut},
		}
	}
	if s.busy() {
		keys = append(keys, Key{Key: "esc", Does: "cancel"})
	}
	if len(s.steps) > 0 {
		keys = append(keys, Key{Key: "E", Does: "copy the steps", Do: func() tea.Cmd { return s.room.copyText("the steps", s.room.redacted(s.trace())) }})
	}
	return keys
}

func (s *signIn) pasteWord() string {
	if s.paste {
		return "browser on this machine"
	}
	return "browser elsewhere"
}

// whyNot says why nobody can sign in.
func (s *signIn) whyNot() string {
	switch t := s.room.options.Target; {
	case s.room.Conn.State == Idle:
		return "no server is chosen"
	case t.URL == "":
		return "signing in is for servers at a URL; a command is given secrets in its environment"
	case s.busy():
		return "it is under way"
	}
	return ""
}

func (s *signIn) whyNotOut() string {
	if _, ok := tokenSource(s.room.options.Target); !ok {
		return "mcpctl uses no token of yours here"
	}
	return ""
}

// begin signs the user in, in the background.
func (s *signIn) begin() tea.Cmd {
	r := s.room
	o, err := s.auth()
	if err != nil {
		return r.toast(Bad, err.Error())
	}
	if s.stop != nil {
		s.stop()
	}
	ctx, stop := context.WithCancel(r.ctx)
	s.turn++
	s.stop, s.server, s.steps, s.err, s.address = stop, r.options.Target.URL, nil, nil, ""
	turn, address, keep := s.turn, s.server, r.options.SignIn.Keep
	put := func(m signMsg) { m.turn = turn; r.feed.put(m) }
	s.asking(&o, put)
	s.enter(signRunning)
	r.working.Add(1)
	return func() tea.Msg {
		defer r.working.Done()
		defer stop()
		g, _, err := auth.Login(ctx, address, o)
		place := ""
		if err == nil && ctx.Err() == nil { // a token that nobody waits for is not kept
			place, err = keep(g)
		}
		put(signMsg{over: true, grant: g, place: place, err: cmp.Or(err, ctx.Err())})
		return nil
	}
}

// auth is how to sign in, by what the user has set.
func (s *signIn) auth() (auth.Options, error) {
	o := s.room.options.SignIn.Options
	o.Client, o.Scopes = s.client, s.scopes
	if s.secretEnv != "" {
		secret, ok := s.room.lookup(s.secretEnv)
		if !ok || secret == "" {
			return o, errors.New("the environment variable " + s.secretEnv + " with the client's secret is not set")
		}
		o.Client.Secret = secret
	}
	return o, nil
}

// asking has what asks and tells go through the screen.
func (s *signIn) asking(o *auth.Options, put func(signMsg)) {
	o.Tell = func(step auth.Step) { put(signMsg{step: &step}) }
	o.Agree = func(ctx context.Context, hosts []auth.Host) error {
		reply := make(chan bool, 1)
		put(signMsg{hosts: hosts, agree: reply})
		select {
		case yes := <-reply:
			if !yes {
				return errors.New("you did not agree to these hosts, and none of them was asked")
			}
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	o.Visit = func(_ context.Context, address string) error { put(signMsg{address: address}); return nil }
	o.Paste = nil
	if s.paste {
		o.Paste = func(ctx context.Context) (string, error) {
			reply := make(chan string, 1)
			put(signMsg{pasted: reply})
			select {
			case text := <-reply:
				return text, nil
			case <-ctx.Done():
				return "", context.Cause(ctx)
			}
		}
	}
}

// decide answers whether the hosts may be asked.
func (s *signIn) decide(yes bool) tea.Cmd {
	if s.stage == signAgree {
		s.agree <- yes // it has room for the one answer
		s.enter(signRunning)
	}
	return nil
}

// open opens the page of consent; the user has asked for it.
func (s *signIn) open() tea.Cmd {
	s.opened = true
	s.detail.stale()
	return s.room.OpenURL(s.address)
}

// elsewhere begins anew for a browser that cannot reach this machine.
func (s *signIn) elsewhere() tea.Cmd {
	s.stop()
	s.paste = true
	return tea.Batch(s.begin(), s.room.toast(Dim, "begun anew: the address where your browser ends is to be pasted"))
}

func (s *signIn) askPaste() tea.Cmd {
	q, turn, reply := newAsk("address", ""), s.turn, s.pasted
	q.check = func(text string) (Role, string) {
		if !strings.HasPrefix(strings.TrimSpace(text), "http://127.0.0.1:") {
			return Bad, "it begins with http://127.0.0.1:"
		}
		return Dim, "enter takes it"
	}
	q.done = func(text string) tea.Cmd {
		if turn == s.turn && s.stage == signPaste {
			reply <- text // it has room for the one answer
			s.enter(signRunning)
		}
		return nil
	}
	return s.room.put(q)
}

// settings are the ways to be a client, and what to ask for.
func (s *signIn) settings() tea.Cmd {
	ask := func(label, was, hint string, set func(string)) func() tea.Cmd {
		return func() tea.Cmd {
			q := newAsk(label, was)
			q.check = func(string) (Role, string) { return Dim, hint }
			q.done = func(text string) tea.Cmd { set(strings.TrimSpace(text)); s.detail.stale(); return nil }
			return s.room.put(q)
		}
	}
	return s.room.open(newMenu(s.room, "how to sign in", []Item{
		{Name: "register by itself", Hint: "dynamic registration", Do: func() tea.Cmd {
			s.client.ID, s.client.Document, s.secretEnv = "", "", ""
			s.detail.stale()
			return nil
		}},
		{Name: "metadata document", Hint: "client id metadata, at an https address that you serve", Do: ask("https address", s.client.Document, "it describes the client; docs/login.md shows one", func(text string) {
			s.client.Document, s.client.ID, s.secretEnv = text, "", ""
		})},
		{Name: "known client", Hint: "by an id that was registered by hand", Do: ask("client id", s.client.ID, "empty for none", func(text string) { s.client.ID, s.client.Document = text, "" })},
		{Name: "its secret", Hint: "the variable that holds it", Do: ask("environment variable", s.secretEnv, "its name, not the secret", func(text string) { s.secretEnv = text })},
		{Name: "authorization server", Hint: "one of those that the server names", Do: ask("issuer", s.client.Issuer, "empty for the first", func(text string) { s.client.Issuer = text })},
		{Name: "scopes", Hint: "in place of those that the server names", Do: ask("scopes", strings.Join(s.scopes, " "), "separated by blanks; empty for the server's", func(text string) { s.scopes = strings.Fields(text) })},
		{Name: s.pasteWord(), Hint: "p", Do: func() tea.Cmd { s.paste = !s.paste; s.detail.stale(); return nil }},
	}))
}

// askOut asks whether to sign out.
func (s *signIn) askOut() tea.Cmd {
	return s.room.open(newMenu(s.room, "sign out?", []Item{
		{Name: "stay signed in", Do: func() tea.Cmd { return nil }},
		{Name: "revoke the token, and forget it", Do: s.signOut},
	}))
}

func (s *signIn) signOut() tea.Cmd {
	address, forget, ctx := s.room.options.Target.URL, s.room.options.SignIn.Forget, s.room.ctx
	s.room.working.Add(1)
	return func() tea.Msg {
		defer s.room.working.Done()
		said, err := forget(ctx, address)
		return signedOutMsg{address, said, err}
	}
}

// signedOut goes on without the token.
func (s *signIn) signedOut(m signedOutMsg) tea.Cmd {
	if m.err != nil {
		return s.room.toast(Bad, "not signed out: "+m.err.Error())
	}
	s.grant, s.steps = auth.Grant{}, nil
	s.enter(signIdle)
	said := s.room.toast(OK, m.said)
	if s.room.options.Target.URL != m.server {
		return said
	}
	s.room.options.Target.Authorizer = nil
	return tea.Batch(said, s.room.Connect(), s.room.send(connMsg{}))
}

// headed is a target whose token stands in its header too, for requests that are
// written by hand. It may renew the token, and so take a while.
func headed(ctx context.Context, t mcp.Target) mcp.Target {
	from, ok := tokenSource(t)
	if !ok || t.Header.Get("Authorization") != "" {
		return t
	}
	value, err := from.Authorization(ctx)
	if err != nil {
		return t // the server says what it thinks of that
	}
	t.Header = t.Header.Clone()
	if t.Header == nil {
		t.Header = map[string][]string{}
	}
	t.Header.Set("Authorization", value)
	return t
}
