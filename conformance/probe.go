package conformance

import (
	"context"
	"path"

	"github.com/mcpctl/mcpctl/mcp"
)

// Probe is how a check asks a server. Every Probe belongs to one check in one
// revision; what it opens is closed when the check returns.
type Probe struct {
	Facts
	arena *arena
	judge *Judge
	owned []owned
	// alone says that the case is judged again by itself, on new processes.
	alone  bool
	reused bool
}

// owned is a session that a check has opened; plain ones were opened as any
// client would.
type owned struct {
	*mcp.Session
	plain bool
}

// Judge is the judge of the check that asks.
func (p *Probe) Judge() *Judge { return p.judge }

// Shared is a session that other checks use at the same time: for well-formed
// requests that leave the server as it was, and whose answers carry their id.
func (p *Probe) Shared(ctx context.Context) (*mcp.Session, error) { return p.arena.shared(ctx) }

// Fresh is a session of the check's own, in a process of its own on stdio: for
// whatever may upset the server or must be seen in order. The process may have
// served another check before that left it as it was; what is found wrong on
// such a one is judged again on a new one before it counts.
func (p *Probe) Fresh(ctx context.Context) (*mcp.Session, error) {
	if !p.alone {
		if s := p.arena.reuse(); s != nil {
			p.reused = true
			p.owned = append(p.owned, owned{s, true})
			return s, nil
		}
	}
	return p.open(ctx, true, func(*mcp.Options) {})
}

// FreshWith is Fresh with other options, such as other client capabilities.
func (p *Probe) FreshWith(ctx context.Context, change func(*mcp.Options)) (*mcp.Session, error) {
	return p.open(ctx, false, change)
}

func (p *Probe) open(ctx context.Context, plain bool, change func(*mcp.Options)) (*mcp.Session, error) {
	s, err := p.arena.open(ctx, func(o *mcp.Options) {
		if p.alone {
			o.Limits.Start *= morePatience
			o.Limits.Call *= morePatience
		}
		change(o)
	})
	if err != nil {
		return nil, err
	}
	p.owned = append(p.owned, owned{s, plain})
	return s, nil
}

// morePatience is how many times longer a second look waits: what comes then
// was late, not missing.
const morePatience = 3

// Bare is a connection of the check's own on which nothing was sent yet: for
// what goes wrong while a session opens. Session.Open opens it.
func (p *Probe) Bare(ctx context.Context) (*mcp.Session, error) {
	return p.FreshWith(ctx, func(o *mcp.Options) { o.Bare = true })
}

// Revised is a Bare connection that speaks another revision.
func (p *Probe) Revised(ctx context.Context, r mcp.Revision) (*mcp.Session, error) {
	return p.FreshWith(ctx, func(o *mcp.Options) { o.Bare, o.Revision = true, r })
}

// Ask sends a well-formed request on the shared session, once for all checks
// that ask the same.
func (p *Probe) Ask(ctx context.Context, method string, params any) (*mcp.Exchange, error) {
	return p.arena.askFor(ctx, mcp.Request{Method: method, Params: params}, p.alone)
}

// Control proves that a session still answers before a negative probe is
// judged on it, or after one: a well-formed list or ping request must get a
// result. The exchange it made is returned; an error says what came instead.
func (p *Probe) Control(ctx context.Context, s *mcp.Session) (*mcp.Exchange, error) {
	method := controlMethod(p.Revision)
	x := s.Call(ctx, method, nil)
	if x.Result().Is(mcp.Object) {
		return x, nil
	}
	if x.Reply() != nil {
		return x, Unprovenf("the control request %s was answered with %v", method, x.RPCError())
	}
	return x, Unprovenf("the control request %s was not answered: %v", method, x.Err())
}

// List is all pages of a list of the server's: "tools", "resources",
// "resources/templates" or "prompts". It is asked for once. When the server
// does not give it, the error is Blocked by the check that judges the list.
func (p *Probe) List(ctx context.Context, what string) (*Listing, error) {
	return p.arena.list(ctx, what, p.alone)
}

// AllowedTools are the listed tools that the user has allowed to be called.
func (p *Probe) AllowedTools(ctx context.Context) ([]Entry, error) {
	if !p.AllowsTools {
		return nil, Unprovenf("no tool may be called; allow some with --allow-tool GLOB")
	}
	tools, err := p.List(ctx, "tools")
	if err != nil {
		return nil, err
	}
	var allowed []Entry
	for _, t := range tools.Entries {
		if p.arena.options.allows(t.Get("name").Text()) {
			allowed = append(allowed, t)
		}
	}
	if len(allowed) == 0 {
		return nil, Unprovenf("no listed tool is allowed by --allow-tool")
	}
	return allowed, nil
}

// allows reports whether the user allowed the tool of that name to be called.
func (o Options) allows(name string) bool {
	if o.Reach < Invoke {
		return false
	}
	for _, glob := range o.AllowTools {
		if ok, err := path.Match(glob, name); err == nil && ok {
			return true
		}
	}
	return false
}

// close ends what the check opened; process care goes on in the background
// and is waited for at the end of the run.
func (p *Probe) close() {
	for _, s := range p.owned {
		p.arena.release(s.Session, s.plain)
	}
	p.owned = nil
}
