package checks

import (
	"context"
	"fmt"
	"slices"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/internal/pattern"
	"github.com/mcpctl/mcpctl/mcp"
)

// versioning is the suite about agreeing on a revision: in the handshake by
// initialize, in the stateless era by every request.
func versioning() conformance.Suite {
	return conformance.Suite{ID: "versioning", Title: "Version negotiation", Checks: slices.Concat(handshakeVersioning(), versionHeader(), statelessVersioning())}
}

func handshakeVersioning() []conformance.Check {
	return []conformance.Check{{
		ID:     "versioning/initialize/echo",
		Title:  "a supported version is answered with that very version",
		Claims: claims{Handshake: ids{"lifecycle.initialize.version-echo"}},
		Reach:  conformance.Observe,
		Run:    versioningEcho,
		Fix:    "Compare the requested version with all that the server supports, not with the newest alone.",
	}, {
		ID:     "versioning/fallback/answers",
		Title:  "an unsupported version is answered with one that the server supports",
		Claims: claims{Handshake: ids{"lifecycle.initialize.version-fallback"}},
		Reach:  conformance.Provoke,
		Run:    versioningFallback,
		Fix:    "Answer initialize with a result that names the newest supported version, not with an error.",
	}, {
		ID:     "versioning/fallback/latest",
		Title:  "the version offered instead is the newest that the server supports",
		Claims: claims{Handshake: ids{"lifecycle.initialize.version-fallback-latest"}},
		Reach:  conformance.Provoke,
		Run:    versioningFallbackLatest,
	}, {
		ID:     "versioning/fallback/honest",
		Title:  "the version offered instead is one that the server then speaks",
		Claims: claims{Handshake: ids{"lifecycle.initialize.version-fallback-honest"}},
		Reach:  conformance.Provoke,
		Run:    versioningFallbackHonest,
	}, {
		ID:      "versioning/operation/respected",
		Title:   "the server sends only methods and content that the negotiated revision has",
		Claims:  claims{Handshake: ids{"lifecycle.operation.respect-version", "lifecycle.operation.respect-version-should"}},
		Watch:   versioningRespected,
		General: true, // tools/result/block-types and the like judge the same content
		Fix:     "Choose what to send by the version that initialize settled on.",
	}}
}

// initializeAs opens a connection with the version of the caller's choice,
// once for all revisions.
func initializeAs(ctx context.Context, p *conformance.Probe, version string) (*mcp.Exchange, error) {
	return conformance.OnceForAll(ctx, p, "initialize "+version, func(ctx context.Context) (*mcp.Exchange, error) {
		s, err := p.Revised(ctx, mcp.Rev20251125)
		if err != nil {
			return nil, err
		}
		return s.Do(ctx, initializeRequest(s, version)), nil
	})
}

// initializeRequest is an otherwise ordinary initialize that asks for version.
func initializeRequest(s *mcp.Session, version string) mcp.Request {
	r := s.InitializeRequest()
	r.Params.(map[string]any)["protocolVersion"] = version
	return r
}

func versioningEcho(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	for _, version := range known(p) {
		x, err := initializeAs(ctx, p, version)
		if err != nil {
			return err
		}
		if x.Reply() == nil && x.Err() != nil {
			return x.Err() // it did settle on that version when the run began
		}
		j.Saw(x)
		if got := x.Result().Get("protocolVersion").Text(); got != version {
			j.Failf(x, "the server supports %s, but initialize with it was answered with %q", version, got)
		}
	}
	return j.Err("")
}

// known are the handshake revisions that the server is known to support: those
// that it speaks, and those that it names in the other era.
func known(p *conformance.Probe) []string {
	var all []string
	for _, r := range mcp.Timeline() {
		if r.Era() == mcp.Handshake && (slices.Contains(p.Speaks, r) || slices.Contains(p.Named, r)) {
			all = append(all, string(r))
		}
	}
	return all
}

// unknownVersions are versions that no server supports, one before and one
// after all that exist.
func unknownVersions() []string { return []string{"1900-01-01", "2099-12-31"} }

var isRevision = pattern.New(`^\d{4}-\d{2}-\d{2}$`)

func versioningFallback(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	for _, version := range unknownVersions() {
		x, err := initializeAs(ctx, p, version)
		if err != nil {
			return err
		}
		j.Saw(x)
		got := x.Result().Get("protocolVersion").Text()
		switch {
		case !x.Result().Is(mcp.Object):
			j.Failf(x, "initialize with version %s got no result: %s", version, outcome(x))
		case got == version:
			j.Failf(x, "initialize with version %s, which does not exist, was answered with the same", version)
		case !isRevision.MatchString(got):
			j.Failf(x, "initialize with version %s was answered with %.40q, which is no version", version, got)
		}
	}
	return j.Err("")
}

// fallback is what the server offers in place of an unknown version.
func fallback(ctx context.Context, p *conformance.Probe) (*mcp.Exchange, string, error) {
	x, err := initializeAs(ctx, p, unknownVersions()[0])
	if err != nil {
		return nil, "", err
	}
	offered := x.Result().Get("protocolVersion").Text()
	if !isRevision.MatchString(offered) || offered == unknownVersions()[0] {
		return x, "", conformance.Blockedf("versioning/fallback/answers", "the server offers no version in place of an unknown one")
	}
	return x, offered, nil
}

func versioningFallbackLatest(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	x, offered, err := fallback(ctx, p)
	if err != nil {
		return err
	}
	j.Saw(x)
	newest := slices.Max(known(p))
	if offered < newest {
		j.Failf(x, "the server offers %s in place of an unknown version, but it also speaks %s", offered, newest)
	}
	return j.Err("")
}

func versioningFallbackHonest(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	_, offered, err := fallback(ctx, p)
	if err != nil {
		return err
	}
	x, err := initializeAs(ctx, p, offered)
	if err != nil {
		return err
	}
	j.Saw(x)
	if got := x.Result().Get("protocolVersion").Text(); got != offered {
		j.Failf(x, "the server offers %s in place of an unknown version, but answers initialize with %s with %q", offered, offered, got)
	}
	return j.Err("")
}

// appeared tells since when the revisions have a method that servers send, or
// a type of content; what is not listed has been there from the start.
func appeared() map[string]mcp.Revision {
	return map[string]mcp.Revision{
		"elicitation/create":                 mcp.Rev20250618,
		"notifications/elicitation/complete": mcp.Rev20251125,
		"notifications/tasks/status":         mcp.Rev20251125,
		"tasks/get":                          mcp.Rev20251125,
		"tasks/result":                       mcp.Rev20251125,
		"tasks/list":                         mcp.Rev20251125,
		"tasks/cancel":                       mcp.Rev20251125,
		"audio":                              mcp.Rev20250326,
		"resource_link":                      mcp.Rev20250618,
	}
}

func versioningRespected(t *conformance.Traffic) error {
	j := t.Judge()
	since := appeared()
	late := func(what string) bool { return since[what] > t.Revision }
	for m := range t.Received() {
		if m.Method() != "" {
			j.Met(m)
			if late(m.Method()) {
				j.Faultf(m, "/method", "%s came with %s and does not exist in %s", m.Method(), since[m.Method()], t.Revision)
			}
		}
	}
	for m := range t.Results("tools/call", "prompts/get") {
		j.Met(m)
		check := func(block mcp.Value, pointer string) {
			if kind := block.Get("type").Text(); late(kind) {
				j.Faultf(m, pointer+"/type", "content of type %s came with %s and does not exist in %s", kind, since[kind], t.Revision)
			}
		}
		for i, block := range m.Result().Get("content").Items() {
			check(block, fmt.Sprintf("/result/content/%d", i))
		}
		for i, message := range m.Result().Get("messages").Items() {
			check(message.Get("content"), fmt.Sprintf("/result/messages/%d/content", i))
		}
	}
	for m := range t.Results() {
		j.Met(m)
	}
	return j.Err("the server sent nothing")
}
