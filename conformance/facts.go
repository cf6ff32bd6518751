package conformance

import (
	"net"
	"net/url"
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/mcp"
)

// Facts are what the opening of a session tells about a server in one
// revision: what checks may take for granted.
type Facts struct {
	Revision  mcp.Revision
	Transport mcp.TransportKind
	// Server is the result of initialize or server/discover.
	Server mcp.Value
	// Speaks are all revisions found to be spoken.
	Speaks []mcp.Revision
	// Named are the revisions that server/discover names.
	Named []mcp.Revision
	// Sessions says that the server gave an Mcp-Session-Id.
	Sessions bool
	// Local says that the server runs on this machine.
	Local bool
	// AllowsTools says that the user has allowed tools to be called.
	AllowsTools bool
}

// learn adds what the opening of sessions has told about all revisions.
func (f *Facts) learn(spoken mcp.Spoken) {
	for _, r := range mcp.Timeline() {
		s := spoken.Sessions[r]
		if s == nil {
			continue
		}
		f.Speaks = append(f.Speaks, r)
		for _, named := range s.Server().Get("supportedVersions").Items() {
			f.Named = append(f.Named, mcp.Revision(named.Text()))
		}
	}
}

// of are the facts for the revision of a session.
func (f Facts) of(s *mcp.Session) Facts {
	f.Revision, f.Server, f.Sessions = s.Revision(), s.Server(), s.ID() != ""
	return f
}

// Capability is what the server declares at a dotted path, such as
// "resources.subscribe"; Absent when it declares nothing there.
func (f Facts) Capability(path string) mcp.Value {
	return f.Server.Get("capabilities").Get(strings.Split(path, ".")...)
}

// Missing returns why the needs are not met, "" when they are. The words:
//
//	stdio http sse       the transport (http is Streamable HTTP)
//	sessions             the server gave a session id
//	local                the server runs on this machine
//	dual-era             it speaks revisions of both eras
//	stateless-only       it speaks the stateless era alone
//	allowed-tools        the user allowed tools to be called
//	notifies             it declares some listChanged or subscribe
//	no-X                 it does not declare capability X
//	tools, tools.listChanged, resources.subscribe, …   it declares that
func (f Facts) Missing(needs string) string {
	for need := range strings.FieldsSeq(needs) {
		if why := f.missing(need); why != "" {
			return why
		}
	}
	return ""
}

func (f Facts) missing(need string) string {
	simple := map[string]struct {
		met bool
		why string
	}{
		"stdio":          {f.Transport == mcp.Stdio, "for stdio only"},
		"http":           {f.Transport == mcp.HTTP, "for Streamable HTTP only"},
		"sse":            {f.Transport == mcp.SSE, "for HTTP+SSE only"},
		"sessions":       {f.Sessions, "the server gives no session id"},
		"local":          {f.Local, "the server does not run on this machine"},
		"dual-era":       {f.speaks(mcp.Handshake) && f.speaks(mcp.Stateless), "the server speaks one era only"},
		"stateless-only": {!f.speaks(mcp.Handshake), "the server also speaks handshake revisions"},
		"allowed-tools":  {f.AllowsTools, "no tool may be called; allow some with --allow-tool GLOB"},
		"notifies":       {f.notifies(), "the server declares neither listChanged nor subscribe"},
	}
	if s, ok := simple[need]; ok {
		if s.met {
			return ""
		}
		return s.why
	}
	if name, ok := strings.CutPrefix(need, "no-"); ok {
		if f.declares(name) {
			return "the server declares " + name
		}
		return ""
	}
	if !f.declares(need) {
		return "the server does not declare " + need
	}
	return ""
}

// declares reports a capability that is there and not false. Completion was
// no capability yet in 2024-11-05, so there it may be tried.
func (f Facts) declares(path string) bool {
	if path == "completions" && f.Revision == mcp.Rev20241105 {
		return true
	}
	v := f.Capability(path)
	return v.Exists() && !v.Is(mcp.Null) && (!v.Is(mcp.Bool) || v.True())
}

func (f Facts) notifies() bool {
	return slices.ContainsFunc([]string{"tools.listChanged", "resources.listChanged", "prompts.listChanged", "resources.subscribe"}, f.declares)
}

func (f Facts) speaks(era mcp.Era) bool {
	return slices.ContainsFunc(f.Speaks, func(r mcp.Revision) bool { return r.Era() == era })
}

// local reports whether a target runs on this machine.
func local(t mcp.Target) bool {
	if t.URL == "" {
		return true
	}
	u, err := url.Parse(t.URL)
	if err != nil {
		return false
	}
	host := u.Hostname()
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
