package checks

import (
	"context"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// discovery is server/discover of 2026-07-28.
func discovery() []conformance.Check {
	return []conformance.Check{{
		ID:     "lifecycle/discover/answers",
		Title:  "server/discover is answered, however often it is asked",
		Claims: claims{Stateless: ids{"lifecycle.discover.implemented", "stdio.discover-without-handshake"}},
		Reach:  conformance.Observe,
		Run:    lifecycleDiscoverAnswers,
	}, {
		ID:     "lifecycle/discover/versions",
		Title:  "supportedVersions lists version strings, the one just used among them",
		Claims: claims{Stateless: ids{"lifecycle.discover.supported-versions"}},
		Reach:  conformance.Observe,
		Run:    lifecycleDiscoverVersions,
	}, {
		ID:      "lifecycle/discover/server-info",
		Title:   "the server gives its name and version in the _meta of server/discover",
		Claims:  claims{Stateless: ids{"lifecycle.discover.server-info"}},
		Reach:   conformance.Observe,
		Run:     lifecycleDiscoverServerInfo,
		General: true, // base/result/server-info judges all results
	}, {
		ID:     "lifecycle/discover/instructions",
		Title:  "instructions, when given, is a string",
		Claims: claims{Stateless: ids{"lifecycle.discover.instructions-string"}},
		Watch:  lifecycleDiscoverInstructions,
	}, {
		ID:     "lifecycle/discover/optional",
		Title:  "other methods are served without server/discover first",
		Claims: claims{Stateless: ids{"lifecycle.discover.optional"}},
		Reach:  conformance.Observe,
		Run:    lifecycleDiscoverOptional,
	}}
}

func lifecycleDiscoverAnswers(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	s, err := p.Shared(ctx)
	if err != nil {
		return err
	}
	for range 2 {
		x := s.Call(ctx, "server/discover", nil)
		j.Saw(x)
		if !x.Result().Is(mcp.Object) {
			j.Failf(x, "server/discover got no result: %s", outcome(x))
			break
		}
	}
	return j.Err("")
}

func lifecycleDiscoverVersions(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	s, err := p.Shared(ctx)
	if err != nil {
		return err
	}
	x := s.Opening()
	j.Saw(x)
	versions := s.Server().Get("supportedVersions")
	if !versions.Is(mcp.Array) {
		j.Failf(x, "supportedVersions is %s, not an array", theKind(versions.Kind()))
		return j.Err("")
	}
	used := false
	for _, v := range versions.Items() {
		if !isRevision.MatchString(v.Text()) {
			j.Failf(x, "supportedVersions holds %.60s, which is no version", v)
		}
		used = used || v.Text() == string(p.Revision)
	}
	if !used {
		j.Failf(x, "supportedVersions lacks %s, in which it was just asked for", p.Revision)
	}
	return j.Err("")
}

func lifecycleDiscoverServerInfo(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	s, err := p.Shared(ctx)
	if err != nil {
		return err
	}
	x := s.Opening()
	j.Saw(x)
	info := s.Server().Get("_meta", mcp.MetaServerInfo)
	switch {
	case info.Get("name").Is(mcp.String) && info.Get("version").Is(mcp.String):
	case s.Server().Has("serverInfo"):
		j.Failf(x, "serverInfo stands beside the result's other members; its place is _meta[%q]", mcp.MetaServerInfo)
	default:
		j.Faultf(answerTo(x), "/result/_meta/"+mcp.EscapePointer(mcp.MetaServerInfo), "_meta[%q] with name and version is missing", mcp.MetaServerInfo)
	}
	return j.Err("")
}

func lifecycleDiscoverInstructions(t *conformance.Traffic) error {
	j := t.Judge()
	for m := range t.Results("server/discover") {
		j.Met(m)
		if v := m.Result().Get("instructions"); v.Exists() && !v.Is(mcp.String) {
			j.Faultf(m, "/result/instructions", "instructions is %s, not a string", theKind(v.Kind()))
		}
	}
	return j.Err("server/discover gave no result")
}

func lifecycleDiscoverOptional(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	request := ordinary(p)
	if request.Method == "ping" {
		return conformance.Unprovenf("the server declares nothing to ask for")
	}
	after, err := p.Ask(ctx, request.Method, nil)
	if err != nil {
		return err
	}
	if !after.Result().Is(mcp.Object) {
		return conformance.Unprovenf("%s is not served after server/discover either: %s", request.Method, outcome(after))
	}
	s, err := p.Bare(ctx)
	if err != nil {
		return err
	}
	x := s.Do(ctx, request)
	j.Saw(x)
	if !x.Result().Is(mcp.Object) {
		j.Failf(x, "%s as the first message of a connection was not served: %s", request.Method, outcome(x))
	}
	return j.Err("")
}
