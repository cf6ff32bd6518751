package checks

import (
	"context"
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// lifecycle is the suite about how a conversation opens, what it may then use,
// and how it ends.
func lifecycle() conformance.Suite {
	return conformance.Suite{ID: "lifecycle", Title: "Lifecycle", Checks: slices.Concat(
		handshakeOpening(), discovery(), declaredCapabilities(), removedMethods(), bothEras(), shutdown(),
	)}
}

// handshakeOpening is basic/lifecycle#initialization.
func handshakeOpening() []conformance.Check {
	return []conformance.Check{{
		ID:     "lifecycle/initialize/result",
		Title:  "initialize is answered with protocol version, capabilities and server info",
		Claims: claims{Handshake: ids{"lifecycle.initialize.responds", "lifecycle.initialize.result-shape"}},
		Reach:  conformance.Observe,
		Run:    lifecycleInitializeResult,
	}, {
		ID:     "lifecycle/initialize/first",
		Title:  "requests that come before initialize are not served",
		Claims: claims{Handshake: ids{"lifecycle.initialize.first-interaction"}},
		Reach:  conformance.Provoke,
		Run:    lifecycleInitializeFirst,
	}, {
		ID:     "lifecycle/initialize/unknown-members",
		Title:  "unknown client capabilities and members of initialize are tolerated",
		Claims: claims{Handshake: ids{"lifecycle.initialize.tolerates-unknown-capabilities"}},
		Reach:  conformance.Provoke,
		Run:    lifecycleUnknownMembers,
		Fix:    "Ignore members that are not known; the set of capabilities is open.",
	}, {
		ID:     "lifecycle/initialize/malformed",
		Title:  "a malformed initialize gets an error or a version, and a correct one works after an error",
		Claims: claims{Handshake: ids{"lifecycle.initialize.malformed-handled"}},
		Reach:  conformance.Provoke,
		Run:    lifecycleMalformedInitialize,
	}, {
		ID:     "lifecycle/initialize/missing-client-capability",
		Title:  "tools answer also when the client has no capabilities",
		Claims: claims{Handshake: ids{"lifecycle.initialize.missing-client-capability-handled"}},
		Needs:  "tools allowed-tools",
		Reach:  conformance.Invoke,
		Run:    lifecycleMissingClientCapability,
		Fix:    "Before asking the client for something, look at the capabilities it declared, and answer with a tool error when it lacks one.",
	}, {
		ID:     "lifecycle/initialized/no-early-requests",
		Title:  "the server asks nothing but ping before notifications/initialized",
		Claims: claims{Handshake: ids{"lifecycle.initialized.no-early-requests"}},
		Reach:  conformance.Provoke,
		Run:    lifecycleNoEarlyRequests,
	}, {
		ID:      "lifecycle/initialized/accepted",
		Title:   "normal operation follows notifications/initialized",
		Claims:  claims{Handshake: ids{"lifecycle.initialized.accepted"}},
		Reach:   conformance.Observe,
		Run:     lifecycleInitializedAccepted,
		General: true, // the list that it tries has a check of its own
	}}
}

func lifecycleInitializeResult(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	s, err := p.Shared(ctx)
	if err != nil {
		return err
	}
	x := s.Opening()
	j.Saw(x)
	r := x.Result()
	for _, member := range []struct {
		path []string
		kind mcp.Kind
		must bool
	}{
		{[]string{"protocolVersion"}, mcp.String, true},
		{[]string{"capabilities"}, mcp.Object, true},
		{[]string{"serverInfo"}, mcp.Object, true},
		{[]string{"serverInfo", "name"}, mcp.String, true},
		{[]string{"serverInfo", "version"}, mcp.String, true},
		{[]string{"serverInfo", "title"}, mcp.String, false},
		{[]string{"instructions"}, mcp.String, false},
	} {
		v := r.Get(member.path...)
		if v.Exists() && !v.Is(member.kind) || member.must && !v.Exists() {
			pointer := "/result/" + strings.Join(member.path, "/")
			j.Faultf(answerTo(x), pointer, "%s is %s, not %s", dotted(member.path), theKind(v.Kind()), theKind(member.kind))
		}
	}
	return j.Err("")
}

// ordinary is a request that a session serves once it is open: a list of a
// declared capability, or ping.
func ordinary(p *conformance.Probe) mcp.Request {
	for _, what := range []string{"tools", "resources", "prompts"} {
		if p.Capability(what).Exists() {
			return mcp.Request{Method: what + "/list"}
		}
	}
	return mcp.Request{Method: "ping"}
}

func lifecycleInitializeFirst(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	request := ordinary(p)
	if request.Method == "ping" {
		return conformance.Unprovenf("the server declares nothing to ask for; ping is allowed at any time")
	}
	s, err := p.Bare(ctx)
	if err != nil {
		return err
	}
	x := s.Do(ctx, request)
	j.Saw(x)
	switch {
	case x.Result().Exists():
		j.Failf(x, "%s was served before initialize", request.Method)
	case x.Reply() == nil && p.Transport != mcp.HTTP:
		return servedLate(ctx, j, s, x)
	}
	return j.Err("")
}

// servedLate judges silence about a request before initialize. A process that
// takes long to start answers in order once it has: what came before the answer
// to initialize tells whether the request was served.
func servedLate(ctx context.Context, j *conformance.Judge, s *mcp.Session, x *mcp.Exchange) error {
	opened := s.Do(ctx, s.InitializeRequest())
	for _, m := range dialogue(conformance.Connection{Log: x.Log()}) {
		if m.MessageKind() == mcp.ResponseMessage && mcp.Equal(m.ID(), x.Asked) && m.Result().Exists() {
			j.Faultf(m, "", "%s was served before initialize, though late", x.Request.Method)
			return j.Err("")
		}
	}
	if opened.Reply() == nil && opened.Err() != nil && x.Log().Ended() == nil {
		return conformance.Unprovenf("neither %s nor the initialize after it was answered in time", x.Request.Method)
	}
	return j.Err("")
}

func lifecycleUnknownMembers(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	s, err := p.FreshWith(ctx, func(o *mcp.Options) {
		o.Bare = true
		o.Capabilities = mcp.FullCapabilities(o.Revision)
		o.Capabilities["mcpctl"] = map[string]any{"x": 1}
		o.Capabilities["experimental"] = map[string]any{"com.example/x": map[string]any{}}
	})
	if err != nil {
		return err
	}
	r := s.InitializeRequest()
	r.Params.(map[string]any)["mcpctl"] = "an unknown member"
	x := s.Do(ctx, r)
	j.Saw(x)
	if !x.Result().Is(mcp.Object) {
		j.Failf(x, "initialize with an unknown capability and an unknown member was refused: %s", outcome(x))
	}
	return j.Err("")
}

func lifecycleMalformedInitialize(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	s, err := p.Bare(ctx)
	if err != nil {
		return err
	}
	missing, number := s.InitializeRequest(), s.InitializeRequest()
	delete(missing.Params.(map[string]any), "protocolVersion")
	number.Params.(map[string]any)["protocolVersion"] = 20251125
	for _, bad := range []struct {
		what    string
		request mcp.Request
	}{{"without protocolVersion", missing}, {"with a number as protocolVersion", number}} {
		x := s.Do(ctx, bad.request)
		j.Saw(x)
		if x.Result().Get("protocolVersion").Is(mcp.String) {
			// Offering a version is a clean way too. But the session is open
			// now: another opening could not be judged.
			return j.Err("")
		}
		if x.RPCError() == nil && (x.Status < 400 || x.Status >= 500) {
			j.Failf(x, "initialize %s was not refused with an error, nor was a version offered: %s", bad.what, outcome(x))
			return j.Err("")
		}
	}
	good := s.Do(ctx, s.InitializeRequest())
	j.Saw(good)
	if !good.Result().Is(mcp.Object) {
		j.Failf(good, "after malformed ones a correct initialize was refused: %s", outcome(good))
	}
	return j.Err("")
}

func lifecycleMissingClientCapability(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	tools, err := p.AllowedTools(ctx)
	if err != nil {
		return err
	}
	s, err := p.FreshWith(ctx, func(o *mcp.Options) { o.Capabilities = map[string]any{} })
	if err != nil {
		return err
	}
	for _, tool := range tools[:min(len(tools), maxToolCalls)] {
		r, err := exampleCall(tool)
		if err != nil {
			continue
		}
		x := s.Do(ctx, r)
		j.Saw(x)
		if x.Reply() == nil {
			j.Failf(x, "tool %.60q gave no answer to a client without capabilities: %s", tool.Get("name").Text(), outcome(x))
		}
	}
	return j.Err("no arguments can be made up for an allowed tool")
}

func lifecycleNoEarlyRequests(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	s, err := p.Bare(ctx)
	if err != nil {
		return err
	}
	opening := s.Do(ctx, s.InitializeRequest())
	if !opening.Result().Is(mcp.Object) {
		return conformance.Unprovenf("initialize got no result: %s", outcome(opening))
	}
	s.Adopt(opening)
	if p.Transport == mcp.HTTP {
		stream := s.Listen(ctx, "")
		defer stream.Close()
	}
	// The answer to a ping bounds the wait: what the server meant to ask at
	// once has come by then.
	x := s.Call(ctx, "ping", nil)
	j.Saw(opening)
	j.Saw(x)
	for _, f := range s.Log().Frames() {
		for _, m := range f.Messages() {
			if f.Direction == mcp.Received && m.MessageKind() == mcp.RequestMessage && m.Method() != "ping" {
				j.Failf(opening, "the server sent %.60q before notifications/initialized had come", m.Method())
			}
		}
	}
	return j.Err("")
}

func lifecycleInitializedAccepted(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	x, err := p.Ask(ctx, ordinary(p).Method, nil)
	if err != nil {
		return err
	}
	j.Saw(x)
	if !x.Result().Is(mcp.Object) {
		j.Failf(x, "after notifications/initialized %s was not served: %s", x.Request.Method, outcome(x))
	}
	return j.Err("")
}
