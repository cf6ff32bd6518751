package checks

import (
	"iter"
	"slices"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

func baseResultChecks() []conformance.Check {
	return []conformance.Check{{
		ID:     "base/result/type-present",
		Title:  "every result says its resultType",
		Claims: claims{Stateless: ids{"base.result.result-type-present"}},
		Watch:  baseResultType,
		Fix:    `Add "resultType": "complete" to every result.`,
	}, {
		ID:     "base/result/type-known",
		Title:  "every resultType is one that both sides know",
		Claims: claims{Stateless: ids{"base.result.result-type-known"}},
		Watch:  baseResultTypeKnown,
	}, {
		ID:     "base/result/server-info",
		Title:  "every result names the server in its _meta",
		Claims: claims{Stateless: ids{"base.meta.server-info-on-results"}},
		Watch:  baseServerInfo,
	}, {
		ID:     "base/result/server-info-shape",
		Title:  "the serverInfo of a result has a name and a version",
		Claims: claims{Stateless: ids{"base.meta.server-info-shape"}},
		Watch:  baseServerInfoShape,
	}}
}

// modernResults are the results that answer requests of the traffic's own
// revision. A server of both eras answers others in its other voice.
func modernResults(t *conformance.Traffic) iter.Seq[conformance.Seen] {
	return func(yield func(conformance.Seen) bool) {
		for m := range t.Results() {
			spoken := sentMeta(m.Exchange).Get(mcp.MetaVersion).Text()
			older := slices.Contains([]string{"initialize", "ping"}, m.Exchange.Request.Method)
			if mcp.Revision(spoken) == t.Revision && !older && m.Result().Is(mcp.Object) && !yield(m) {
				return
			}
		}
	}
}

func baseResultType(t *conformance.Traffic) error {
	j := t.Judge()
	for m := range modernResults(t) {
		j.Met(m)
		if v := m.Result().Get("resultType"); !v.Is(mcp.String) {
			j.Faultf(m, "/result/resultType", "the result of %s has the resultType %.40s, which is no string", m.Exchange.Request.Method, v)
		}
	}
	return j.Err("the server sent no result")
}

func baseResultTypeKnown(t *conformance.Traffic) error {
	j := t.Judge()
	for m := range modernResults(t) {
		v := m.Result().Get("resultType")
		extended := sentMeta(m.Exchange).Get(mcp.MetaCapabilities, "extensions").Len() > 0
		if !v.Is(mcp.String) || extended {
			continue
		}
		j.Met(m)
		if v.Text() != "complete" && v.Text() != "input_required" {
			j.Faultf(m, "/result/resultType", "the result of %s has the unknown resultType %.60q", m.Exchange.Request.Method, v.Text())
		}
	}
	return j.Err("the server sent no result with a resultType")
}

func baseServerInfo(t *conformance.Traffic) error {
	j := t.Judge()
	var lacking []conformance.Seen
	all := 0
	for m := range modernResults(t) {
		all++
		j.Met(m)
		if !m.Result().Get("_meta").Has(mcp.MetaServerInfo) {
			lacking = append(lacking, m)
		}
	}
	if len(lacking) > 0 {
		j.Faultf(lacking[0], "/result/_meta", "%d of %d results do not name the server, such as that of %s", len(lacking), all, lacking[0].Exchange.Request.Method)
	}
	return j.Err("the server sent no result")
}

func baseServerInfoShape(t *conformance.Traffic) error {
	j := t.Judge()
	at := "/result/_meta/" + mcp.EscapePointer(mcp.MetaServerInfo)
	for m := range modernResults(t) {
		info := m.Result().Get("_meta", mcp.MetaServerInfo)
		if !info.Exists() {
			continue
		}
		j.Met(m)
		if !info.Is(mcp.Object) {
			j.Faultf(m, at, "serverInfo must be an object, not %s", theKind(info.Kind()))
			continue
		}
		for _, name := range []string{"name", "version"} {
			if v := info.Get(name); !v.Is(mcp.String) {
				j.Faultf(m, at+"/"+name, "the %s in serverInfo must be a string, not %s", name, theKind(v.Kind()))
			}
		}
	}
	return j.Err("no result names the server")
}
