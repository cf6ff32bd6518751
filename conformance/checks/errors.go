package checks

import (
	"context"
	"slices"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// rpcErrors is the suite about errors: which requests are refused, how, and
// with what codes.
func rpcErrors() conformance.Suite {
	return conformance.Suite{ID: "errors", Title: "Errors", Checks: slices.Concat(
		errorsMethodChecks(),
		errorsGarbageChecks(),
		errorsObjectChecks(),
		errorsCodeChecks(),
		errorsRetryChecks(),
	)}
}

func errorsMethodChecks() []conformance.Check {
	return []conformance.Check{{
		ID:     "errors/method/refused",
		Title:  "a request for an unknown method is answered with an error",
		Claims: claims{Handshake: ids{"errors.unknown-method.error"}, Stateless: ids{"errors.method-not-found"}},
		Reach:  conformance.Provoke,
		Run:    errorsUnknownMethod,
	}, {
		ID:     "errors/method/code",
		Title:  "the error for an unknown method has the code -32601",
		Claims: claims{Handshake: ids{"errors.unknown-method.code"}, Stateless: ids{"errors.method-not-found"}},
		Reach:  conformance.Provoke,
		Run:    errorsUnknownMethodCode,
	}, {
		ID:     "errors/method/undeclared",
		Title:  "methods of capabilities that are not declared are refused with -32601",
		Claims: claims{Stateless: ids{"errors.method-gated-by-capability"}},
		Reach:  conformance.Provoke,
		Run:    errorsUndeclared,
	}, {
		ID:     "errors/params/refused",
		Title:  "a request without its required params is answered with an error",
		Claims: claims{Handshake: ids{"errors.invalid-params.error"}},
		Reach:  conformance.Provoke,
		Run:    errorsMissingParams,
		// A missing level may be taken for an unknown one: logging/set-level/unknown.
		General: true,
	}, {
		ID:     "errors/params/code",
		Title:  "the error for missing params has the code -32602",
		Claims: claims{Handshake: ids{"errors.invalid-params.code"}},
		Reach:  conformance.Provoke,
		Run:    errorsMissingParamsCode,
	}}
}

func errorsUnknownMethod(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	s, err := p.Shared(ctx)
	if err != nil {
		return err
	}
	if _, err := p.Control(ctx, s); err != nil {
		return err
	}
	x, err := p.Ask(ctx, unknownMethod, nil)
	if err != nil {
		return err
	}
	j.Saw(x)
	switch {
	case x.RPCError() != nil:
	case x.Reply() != nil:
		j.Failf(x, "the unknown method %s was answered with %s", unknownMethod, outcome(x))
	default:
		j.Failf(x, "the unknown method %s got no error response: %s", unknownMethod, outcome(x))
	}
	return j.Err("")
}

func errorsUnknownMethodCode(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	x, err := p.Ask(ctx, unknownMethod, nil)
	if err != nil {
		return err
	}
	e := x.RPCError()
	if e == nil {
		return conformance.Blockedf("errors/method/refused", "the unknown method %s got no error", unknownMethod)
	}
	j.Saw(x)
	if e.Code != mcp.CodeMethodNotFound {
		j.Faultf(answerTo(x), "/error/code", "the unknown method %s was refused with error %d, expected %d", unknownMethod, e.Code, mcp.CodeMethodNotFound)
	}
	return j.Err("")
}

func errorsUndeclared(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	for _, of := range []struct {
		capability, method string
		params             any
	}{
		{"tools", "tools/list", nil},
		{"resources", "resources/list", nil},
		{"resources", "resources/templates/list", nil},
		{"prompts", "prompts/list", nil},
		{"completions", "completion/complete", map[string]any{
			"ref":      map[string]any{"type": "ref/prompt", "name": "mcpctl-no-such-prompt"},
			"argument": map[string]any{"name": "mcpctl", "value": ""},
		}},
	} {
		if p.Missing(of.capability) == "" {
			continue
		}
		x, err := p.Ask(ctx, of.method, of.params)
		if err != nil {
			return err
		}
		j.Saw(x)
		switch e := x.RPCError(); {
		case e == nil:
			j.Failf(x, "%s was not refused, though %s is not declared: %s", of.method, of.capability, outcome(x))
		case e.Code != mcp.CodeMethodNotFound:
			j.Faultf(answerTo(x), "/error/code", "%s, of which the capability is not declared, was refused with error %d, expected %d", of.method, e.Code, mcp.CodeMethodNotFound)
		}
	}
	return j.Err("the server declares tools, resources, prompts and completions")
}

// missingParams asks for what the server declares without saying what for, on
// a session that it must leave as it was.
func missingParams(ctx context.Context, p *conformance.Probe) ([]*mcp.Exchange, error) {
	var all []*mcp.Exchange
	for _, of := range [][2]string{
		{"tools", "tools/call"}, {"prompts", "prompts/get"}, {"resources", "resources/read"}, {"logging", "logging/setLevel"},
	} {
		if p.Missing(of[0]) != "" {
			continue
		}
		x, err := p.Ask(ctx, of[1], map[string]any{})
		if err != nil {
			return nil, err
		}
		all = append(all, x)
	}
	if len(all) == 0 {
		return nil, conformance.Unprovenf("the server declares neither tools, prompts, resources nor logging")
	}
	return all, nil
}

func errorsMissingParams(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	s, err := p.Shared(ctx)
	if err != nil {
		return err
	}
	if _, err := p.Control(ctx, s); err != nil {
		return err
	}
	all, err := missingParams(ctx, p)
	if err != nil {
		return err
	}
	for _, x := range all {
		j.Saw(x)
		switch {
		case x.RPCError() != nil:
		case x.Reply() != nil:
			j.Failf(x, "%s with empty params was answered with %s", x.Request.Method, outcome(x))
		default:
			j.Failf(x, "%s with empty params got no error response: %s", x.Request.Method, outcome(x))
		}
	}
	return j.Err("")
}

func errorsMissingParamsCode(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	all, err := missingParams(ctx, p)
	if err != nil {
		return err
	}
	refused := false
	for _, x := range all {
		e := x.RPCError()
		if e == nil {
			continue
		}
		refused = true
		j.Saw(x)
		if e.Code != mcp.CodeInvalidParams {
			j.Faultf(answerTo(x), "/error/code", "%s with empty params was refused with error %d, expected %d", x.Request.Method, e.Code, mcp.CodeInvalidParams)
		}
	}
	if !refused {
		return conformance.Blockedf("errors/params/refused", "no request without its params got an error")
	}
	return j.Err("")
}
