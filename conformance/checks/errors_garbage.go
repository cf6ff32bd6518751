package checks

import (
	"context"
	"slices"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

func errorsGarbageChecks() []conformance.Check {
	survive := "Answer what cannot be read with an error and go on reading; one bad message must not end the connection."
	return []conformance.Check{{
		ID:     "errors/parse/code",
		Title:  "text that is no JSON is reported as -32700, and the server goes on",
		Claims: claims{Handshake: ids{"errors.parse-error"}, Stateless: ids{"errors.parse-error"}},
		Reach:  conformance.Provoke,
		Run:    errorsParse,
		Fix:    survive,
	}, {
		ID:     "errors/parse/id",
		Title:  "the error about a text without a readable id makes up none",
		Claims: claims{Stateless: ids{"base.jsonrpc.error-id-unreadable"}},
		Reach:  conformance.Provoke,
		Run:    errorsParseID,
	}, {
		ID:     "errors/request/version",
		Title:  `a request with a jsonrpc other than "2.0" is refused with -32600`,
		Claims: claims{Handshake: ids{"errors.invalid-request"}, Stateless: ids{"errors.invalid-request"}},
		Reach:  conformance.Provoke,
		Run:    errorsRequestVersion,
	}, {
		ID:     "errors/request/shape",
		Title:  "JSON that is no message is refused with -32600, and the server goes on",
		Claims: claims{Handshake: ids{"errors.invalid-request"}, Stateless: ids{"errors.invalid-request"}},
		Reach:  conformance.Provoke,
		Run:    errorsRequestShape,
		Fix:    survive,
	}, {
		ID:     "errors/request/null-id",
		Title:  "a request with id null is not served",
		Claims: claims{Handshake: ids{"errors.null-id-not-processed"}, Stateless: ids{"base.jsonrpc.null-id-request"}},
		Reach:  conformance.Provoke,
		Run:    errorsNullID,
	}}
}

// refusedGarbage judges the answer to a text that is no proper message. Over
// HTTP a status of the 4xx kind is a refusal, and need not have a JSON-RPC
// body: the specification demands one for requests alone.
func refusedGarbage(j *conformance.Judge, p *conformance.Probe, g provoked, codes ...int64) {
	j.Saw(g.Exchange)
	e := g.RPCError()
	byHTTP := g.Status >= 400 && g.Status <= 499
	if p.Transport == mcp.HTTP && p.Revision.Era() == mcp.Stateless {
		codes = append(codes, mcp.CodeHeaderMismatch) // the headers are compared with a body that says nothing
	}
	switch {
	case g.broken() != "":
		j.Failf(g.Exchange, "%s", g.broken())
	case g.Reply() != nil && e == nil:
		j.Failf(g.Exchange, "%s was answered with %s", g.what, outcome(g.Exchange))
	case byHTTP && (e == nil || p.Revision.Era() == mcp.Handshake):
	case e != nil && !slices.Contains(codes, e.Code):
		j.Faultf(answerTo(g.Exchange), "/error/code", "%s was refused with error %d, expected %d", g.what, e.Code, codes[0])
	case e == nil && g.silent():
		j.Failf(g.Exchange, "%s got no answer at all, expected error %d", g.what, codes[0])
	case e == nil:
		j.Failf(g.Exchange, "%s got no error, expected %d: HTTP status %d", g.what, codes[0], g.Status)
	}
}

// maySilence reports whether silence is let pass: in the stateless era a line
// in which no request can be seen may be taken for a response to nothing.
func maySilence(p *conformance.Probe, g provoked) bool {
	return p.Revision.Era() == mcp.Stateless && p.Transport == mcp.Stdio && g.silent() && g.broken() == ""
}

func errorsParse(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	all, err := garbageOf(ctx, p, garbageTruncated)
	if err != nil {
		return err
	}
	if maySilence(p, all[0]) {
		return conformance.Unprovenf("the server passes over %s in silence and goes on", garbageTruncated)
	}
	refusedGarbage(j, p, all[0], mcp.CodeParseError)
	return j.Err("")
}

func errorsParseID(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	all, err := garbageOf(ctx, p, garbageTruncated)
	if err != nil {
		return err
	}
	g := all[0]
	if g.RPCError() == nil {
		return conformance.Unprovenf("%s is answered with no JSON-RPC error", garbageTruncated)
	}
	j.Saw(g.Exchange)
	if id := g.Reply().ID(); !nobody(id) {
		j.Failf(g.Exchange, "the error about %s has the id %.60s, which nobody gave", garbageTruncated, id)
	}
	return j.Err("")
}

func errorsRequestVersion(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	all, err := garbageOf(ctx, p, garbageVersion)
	if err != nil {
		return err
	}
	refusedGarbage(j, p, all[0], mcp.CodeInvalidRequest)
	return j.Err("")
}

func errorsRequestShape(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	all, err := garbageOf(ctx, p, garbageNoMethod, garbageEmpty, garbageNumber)
	if err != nil {
		return err
	}
	codes := []int64{mcp.CodeInvalidRequest}
	if p.Revision.Era() == mcp.Stateless {
		codes = append(codes, mcp.CodeInvalidParams) // for want of _meta
	}
	for _, g := range all {
		if !maySilence(p, g) {
			refusedGarbage(j, p, g, codes...)
		}
	}
	return j.Err("the server passes over JSON that is no message in silence and goes on")
}

func errorsNullID(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	all, err := garbageOf(ctx, p, garbageNullID)
	if err != nil {
		return err
	}
	g := all[0]
	j.Saw(g.Exchange)
	switch {
	case g.broken() != "":
		j.Failf(g.Exchange, "%s", g.broken())
	case g.Result().Exists():
		j.Failf(g.Exchange, "%s was served: %s", g.what, outcome(g.Exchange))
	}
	return j.Err("")
}
