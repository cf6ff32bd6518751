package checks

import (
	"context"
	"net/http"
	"slices"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

func statelessVersioning() []conformance.Check {
	return []conformance.Check{{
		ID:     "versioning/unsupported/code",
		Title:  "a request in an unsupported version is refused with -32022",
		Claims: claims{Stateless: ids{"versioning.unsupported.code"}},
		Reach:  conformance.Provoke,
		Run:    versioningUnsupportedCode,
		Fix:    "Check the version in _meta before the method is looked at.",
	}, {
		ID:     "versioning/unsupported/supported",
		Title:  "the refusal lists the supported versions, and one of them works",
		Claims: claims{Stateless: ids{"versioning.unsupported.supported-list"}},
		Reach:  conformance.Provoke,
		Run:    versioningSupportedList,
	}, {
		ID:     "versioning/unsupported/requested",
		Title:  "the refusal repeats the version that was asked for",
		Claims: claims{Stateless: ids{"versioning.unsupported.requested-echo"}},
		Reach:  conformance.Provoke,
		Run:    versioningRequestedEcho,
	}, {
		ID:     "versioning/unsupported/status",
		Title:  "the refusal comes with HTTP status 400 and a JSON body",
		Claims: claims{Stateless: ids{"versioning.unsupported.http-400", "http.version-header.unsupported"}},
		Needs:  "http",
		Reach:  conformance.Provoke,
		Run:    versioningStatus,
	}, {
		ID:     "versioning/unsupported/discover",
		Title:  "server/discover as the very first message is held to the same rule",
		Claims: claims{Stateless: ids{"versioning.unsupported.discover-too"}},
		Reach:  conformance.Provoke,
		Run:    versioningDiscoverToo,
	}, {
		ID:     "versioning/unsupported/handshake-version",
		Title:  "a handshake version in _meta is refused by a server that does not speak it",
		Claims: claims{Stateless: ids{"versioning.unsupported.legacy-version-in-meta"}},
		Needs:  "stateless-only",
		Reach:  conformance.Provoke,
		Run:    versioningHandshakeVersion,
	}, {
		ID:     "versioning/unsupported/agrees",
		Title:  "the refusal lists the same versions as server/discover",
		Claims: claims{Stateless: ids{"versioning.unsupported.matches-discover"}},
		Reach:  conformance.Provoke,
		Run:    versioningAgrees,
	}, {
		ID:     "versioning/supported/accepted",
		Title:  "every stateless version that server/discover names is accepted",
		Claims: claims{Stateless: ids{"versioning.supported.accepted"}},
		Reach:  conformance.Observe,
		Run:    versioningAccepted,
	}}
}

// inVersion is a request whose _meta and header both name version.
func inVersion(method, version string) mcp.Request {
	return mcp.Request{Method: method, Meta: map[string]any{mcp.MetaVersion: version}}
}

// refusedDiscover is server/discover in a version that does not exist, asked
// once on the shared session: the refusal must leave it as it was.
func refusedDiscover(ctx context.Context, p *conformance.Probe) (*mcp.Exchange, error) {
	return conformance.Once(ctx, p, "discover in 1900-01-01", func(ctx context.Context) (*mcp.Exchange, error) {
		s, err := p.Shared(ctx)
		if err != nil {
			return nil, err
		}
		return s.Do(ctx, inVersion("server/discover", unknownVersions()[0])), nil
	})
}

// refusal is refusedDiscover when it was refused as it should be; else the
// check that asks for more is blocked by the one that says so.
func refusal(ctx context.Context, p *conformance.Probe) (*mcp.Exchange, error) {
	x, err := refusedDiscover(ctx, p)
	if err != nil {
		return nil, err
	}
	if e := x.RPCError(); e == nil || e.Code != mcp.CodeUnsupportedVersion {
		return nil, conformance.Blockedf("versioning/unsupported/code", "an unsupported version is not refused with -32022")
	}
	return x, nil
}

func versioningUnsupportedCode(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	s, err := p.Shared(ctx)
	if err != nil {
		return err
	}
	first, err := refusedDiscover(ctx, p)
	if err != nil {
		return err
	}
	all := []*mcp.Exchange{first}
	for _, version := range append(unknownVersions()[1:], "not-a-date") {
		all = append(all, s.Do(ctx, inVersion("server/discover", version)))
	}
	if list, err := p.Ask(ctx, "tools/list", nil); err == nil && list.Result().Exists() {
		all = append(all, s.Do(ctx, inVersion("tools/list", unknownVersions()[0])))
	}
	for _, x := range all {
		j.Saw(x)
		if e := x.RPCError(); e == nil || e.Code != mcp.CodeUnsupportedVersion {
			version := x.Request.Meta[mcp.MetaVersion]
			j.Failf(x, "%s in version %v was not refused with -32022: %s", x.Request.Method, version, outcome(x))
		}
	}
	return j.Err("")
}

func versioningSupportedList(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	x, err := refusal(ctx, p)
	if err != nil {
		return err
	}
	j.Saw(x)
	supported := x.RPCError().Data.Get("supported")
	if !supported.Is(mcp.Array) || supported.Len() == 0 {
		j.Failf(x, "data.supported is no list of versions: %.80s", supported)
		return j.Err("")
	}
	works := false
	for _, v := range supported.Items() {
		if !v.Is(mcp.String) {
			j.Failf(x, "data.supported holds %.80s, which is no string", v)
		}
		works = works || slices.Contains(p.Speaks, mcp.Revision(v.Text()))
	}
	if !works {
		j.Failf(x, "of the versions in data.supported, %.80s, the server speaks none", supported)
	}
	return j.Err("")
}

func versioningRequestedEcho(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	x, err := refusal(ctx, p)
	if err != nil {
		return err
	}
	j.Saw(x)
	if got := x.RPCError().Data.Get("requested"); got.Text() != unknownVersions()[0] {
		j.Failf(x, "data.requested is %.80s, not the version asked for, %q", got, unknownVersions()[0])
	}
	return j.Err("")
}

func versioningStatus(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	x, err := refusal(ctx, p)
	if err != nil {
		return err
	}
	j.Saw(x)
	if x.Status != http.StatusBadRequest {
		j.Failf(x, "the refusal came with HTTP status %d, not 400", x.Status)
	}
	return j.Err("")
}

func versioningDiscoverToo(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	s, err := p.Bare(ctx)
	if err != nil {
		return err
	}
	if _, err := refusal(ctx, p); err != nil {
		return err
	}
	x := s.Do(ctx, inVersion("server/discover", unknownVersions()[0]))
	j.Saw(x)
	if e := x.RPCError(); e == nil || e.Code != mcp.CodeUnsupportedVersion {
		j.Failf(x, "server/discover in version %s, sent first, was not refused with -32022: %s", unknownVersions()[0], outcome(x))
	}
	return j.Err("")
}

func versioningHandshakeVersion(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	s, err := p.Shared(ctx)
	if err != nil {
		return err
	}
	x := s.Do(ctx, inVersion("server/discover", string(mcp.Rev20251125)))
	j.Saw(x)
	if e := x.RPCError(); e == nil || e.Code != mcp.CodeUnsupportedVersion {
		j.Failf(x, "a request in version %s was not refused with -32022: %s", mcp.Rev20251125, outcome(x))
	}
	return j.Err("")
}

func versioningAgrees(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	x, err := refusal(ctx, p)
	if err != nil {
		return err
	}
	j.Saw(x)
	var listed []mcp.Revision
	for _, v := range x.RPCError().Data.Get("supported").Items() {
		listed = append(listed, mcp.Revision(v.Text()))
	}
	named := slices.Clone(p.Named)
	slices.Sort(named)
	slices.Sort(listed)
	if !slices.Equal(slices.Compact(named), slices.Compact(listed)) {
		j.Failf(x, "the refusal lists %q, server/discover names %q", listed, named)
	}
	return j.Err("")
}

func versioningAccepted(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	s, err := p.Shared(ctx)
	if err != nil {
		return err
	}
	for _, v := range p.Named {
		if v.Era() != mcp.Stateless {
			continue
		}
		x := s.Do(ctx, inVersion("server/discover", string(v)))
		j.Saw(x)
		if !x.Result().Is(mcp.Object) {
			j.Failf(x, "server/discover names %.40q but refuses it: %s", v, outcome(x))
		}
	}
	return j.Err("server/discover names no stateless version")
}
