package checks

import (
	"context"
	"iter"
	"slices"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

func errorsCodeChecks() []conformance.Check {
	return []conformance.Check{{
		ID:     "errors/code/reserved",
		Title:  "no error has a code that is reserved for MCP and not defined",
		Claims: claims{Stateless: ids{"errors.reserved-undefined-codes"}},
		Watch:  errorsReserved,
		Fix:    "Choose codes of your own outside -32768 to -32000.",
	}, {
		ID:     "errors/code/meaning",
		Title:  "the codes that MCP defines are used for what they mean",
		Claims: claims{Stateless: ids{"errors.defined-codes-meaning"}},
		Watch:  errorsMeaning,
	}, {
		ID:     "errors/code/legacy",
		Title:  "no error has a code from -32019 to -32000",
		Claims: claims{Stateless: ids{"errors.legacy-range-avoided"}},
		Watch:  errorsLegacy,
	}, {
		ID:     "errors/code/resource",
		Title:  "an unknown resource is not reported with the retired code -32002",
		Claims: claims{Stateless: ids{"errors.no-32002"}},
		Needs:  "resources",
		Reach:  conformance.Provoke,
		Run:    errorsResource,
		Fix:    "Answer -32602 in this revision.",
	}, {
		ID:     "errors/code/retired",
		Title:  "no error has a code that earlier revisions defined",
		Claims: claims{Stateless: ids{"errors.no-32002", "errors.no-32042"}},
		Watch:  errorsRetired,
	}, {
		ID:     "errors/code/custom",
		Title:  "codes of the server's own lie outside the range that JSON-RPC reserves",
		Claims: claims{Stateless: ids{"errors.custom-codes-outside-reserved"}},
		Watch:  errorsCustom,
		Fix:    "Choose codes of your own outside -32768 to -32000.",
	}}
}

// modernErrors are the errors in answer to requests of the stateless era, with
// their codes: a server of both eras answers those of the other as that asks.
func modernErrors(t *conformance.Traffic) iter.Seq2[conformance.Seen, int64] {
	dual := t.Facts.Missing("dual-era") == ""
	return func(yield func(conformance.Seen, int64) bool) {
		for m := range errorsOf(t) {
			code, whole := m.Get("error", "code").Int()
			if m.Exchange == nil || m.Connection.Bare || !whole {
				continue
			}
			spoken := mcp.Revision(sentMeta(m.Exchange).Get(mcp.MetaVersion).Text())
			untold := spoken == "" && t.Transport == mcp.Stdio && dual
			older := spoken.Known() && spoken.Era() == mcp.Handshake
			if !untold && !older && !yield(m, code) {
				return
			}
		}
	}
}

// judgeCodes judges every error code by a rule that says what is wrong with
// it, "" when nothing is.
func judgeCodes(t *conformance.Traffic, fault func(code int64) string) error {
	j := t.Judge()
	for m, code := range modernErrors(t) {
		j.Met(m)
		if wrong := fault(code); wrong != "" {
			j.Faultf(m, "/error/code", "%s was answered with error %d, %s", m.Exchange.Request.Method, code, wrong)
		}
	}
	return j.Err(noErrors)
}

// mcpCodes are the codes that 2026-07-28 defines: basic/index#error-codes.
func mcpCodes() []int64 {
	return []int64{mcp.CodeHeaderMismatch, mcp.CodeMissingCapability, mcp.CodeUnsupportedVersion}
}

func errorsReserved(t *conformance.Traffic) error {
	return judgeCodes(t, func(code int64) string {
		if code < -32099 || code > -32020 || code == mcp.CodeURLElicitation || slices.Contains(mcpCodes(), code) {
			return ""
		}
		return "which is reserved for MCP and not defined"
	})
}

func errorsMeaning(t *conformance.Traffic) error {
	j := t.Judge()
	for m, code := range modernErrors(t) {
		if !slices.Contains(mcpCodes(), code) {
			continue
		}
		j.Met(m)
		asked := mcp.Revision(sentMeta(m.Exchange).Get(mcp.MetaVersion).Text())
		required := m.Get("error", "data", "requiredCapabilities")
		switch {
		case code == mcp.CodeHeaderMismatch && t.Transport == mcp.Stdio:
			j.Faultf(m, "/error/code", "error %d is about HTTP headers, which stdio does not have", code)
		case code == mcp.CodeUnsupportedVersion && slices.Contains(t.Facts.Named, asked):
			j.Faultf(m, "/error/code", "error %d refuses version %s, which the server names as supported", code, asked)
		case code == mcp.CodeMissingCapability && (!required.Is(mcp.Object) || required.Len() == 0):
			j.Faultf(m, "/error/code", "error %d names no missing capability in data.requiredCapabilities", code)
		}
	}
	return j.Err("the server sent no error with a code that MCP defines")
}

func errorsLegacy(t *conformance.Traffic) error {
	return judgeCodes(t, func(code int64) string {
		if code < -32019 || code > -32000 || code == mcp.CodeResourceNotFound {
			return ""
		}
		return "which new implementations should not use"
	})
}

func errorsResource(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	x, err := p.Ask(ctx, "resources/read", map[string]any{"uri": "mcpctl://no-such-resource"})
	if err != nil {
		return err
	}
	e := x.RPCError()
	if e == nil {
		return conformance.Unprovenf("reading a resource that does not exist was not refused: %s", outcome(x))
	}
	j.Saw(x)
	if e.Code == mcp.CodeResourceNotFound {
		j.Faultf(answerTo(x), "/error/code", "an unknown resource is reported with error %d, which this revision has retired", e.Code)
	}
	return j.Err("")
}

func errorsRetired(t *conformance.Traffic) error {
	return judgeCodes(t, func(code int64) string {
		if code != mcp.CodeResourceNotFound && code != mcp.CodeURLElicitation {
			return ""
		}
		return "which this revision has retired"
	})
}

func errorsCustom(t *conformance.Traffic) error {
	standard := []int64{mcp.CodeParseError, mcp.CodeInvalidRequest, mcp.CodeMethodNotFound, mcp.CodeInvalidParams, mcp.CodeInternalError}
	return judgeCodes(t, func(code int64) string {
		if code < -32768 || code > -32100 || slices.Contains(standard, code) {
			return ""
		}
		return "which JSON-RPC reserves and does not define"
	})
}

func errorsRetryChecks() []conformance.Check {
	return []conformance.Check{{
		ID:     "errors/retry/malformed",
		Title:  "a retry with inputResponses of the wrong type is answered with an error",
		Claims: claims{Stateless: ids{"errors.mrtr-protocol-errors"}},
		Needs:  "tools allowed-tools",
		Reach:  conformance.Invoke,
		Run:    errorsRetry,
	}}
}

func errorsRetry(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	s, err := p.Shared(ctx)
	if err != nil {
		return err
	}
	all, err := askingTools(ctx, p)
	if err != nil {
		return err
	}
	for _, a := range all {
		params := map[string]any{"inputResponses": "mcpctl"}
		for _, m := range mcp.ValueOf(a.request.Params).Members() {
			params[m.Name] = m.Value
		}
		if state := a.asked.Result().Get("requestState"); state.Exists() {
			params["requestState"] = state
		}
		r := a.request
		r.Params = params
		x := s.Do(ctx, r)
		j.Saw(x)
		switch {
		case x.RPCError() != nil:
		case x.Reply() != nil:
			j.Failf(x, "the tool %.60q accepts a string as inputResponses: %s", a.tool(), outcome(x))
		default:
			j.Failf(x, "a retry of the tool %.60q with a string as inputResponses got no error response: %s", a.tool(), outcome(x))
		}
	}
	return j.Err("")
}
