package checks

import (
	"context"
	"fmt"
	"slices"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// completion is the suite about server/utilities/completion.
func completion() conformance.Suite {
	return conformance.Suite{ID: "completion", Title: "Completion", Checks: slices.Concat(
		completionOfferChecks(),
		completionResultChecks(),
		completionRefusalChecks(),
	)}
}

// completionOfferChecks judge whether what a server declares and what it does
// agree.
func completionOfferChecks() []conformance.Check {
	return []conformance.Check{{
		ID:     "completion/capability/declared",
		Title:  "a server that completes declares the capability",
		Claims: claims{Handshake: ids{"completion.capability.declared"}},
		Reach:  conformance.Provoke,
		Run:    completionDeclared,
		Fix:    "Put completions into the capabilities of the initialize result.",
	}, {
		ID:     "completion/capability/unsupported",
		Title:  "without the capability, completion/complete is an unknown method",
		Claims: claims{Handshake: ids{"completion.unsupported-32601"}, Stateless: ids{"completion.unsupported"}},
		Needs:  "no-completions",
		Reach:  conformance.Provoke,
		Run:    completionUnsupported,
		Fix:    "Answer with error -32601, or declare completions.",
	}, {
		ID:     "completion/capability/untold",
		Title:  "in 2024-11-05, which has no capability for it, completion/complete gives a result or is an unknown method",
		Claims: claims{Handshake: ids{"completion.unsupported-2024-11-05"}},
		Reach:  conformance.Provoke,
		Run:    completionUntold,
	}}
}

// completionMost bounds how many arguments a check completes.
const completionMost = 6

// completable is an argument of a listed prompt, or a variable of a listed
// template.
type completable struct {
	ref      map[string]any
	argument string
	siblings []string // the other arguments of the same thing
}

func (c completable) String() string {
	of := c.ref["name"]
	if of == nil {
		of = c.ref["uri"]
	}
	return fmt.Sprintf("%.40q of %.60q", c.argument, of)
}

// params ask for completions of a value.
func (c completable) params(value string) map[string]any {
	return map[string]any{"ref": c.ref, "argument": map[string]any{"name": c.argument, "value": value}}
}

// completables are the first few things that can be completed, of prompts and
// templates by turns. Lists that are not given are the affair of others.
func completables(ctx context.Context, p *conformance.Probe) []completable {
	var ofPrompts, ofTemplates []completable
	if p.Missing("prompts") == "" {
		if l, _ := p.List(ctx, "prompts"); l != nil {
			for _, e := range l.Entries {
				if len(ofPrompts) >= completionMost {
					break
				}
				var names []string
				for _, a := range e.Get("arguments").Items() {
					names = append(names, a.Get("name").Text())
				}
				ofPrompts = append(ofPrompts, completablesOf(map[string]any{"type": "ref/prompt", "name": e.Get("name").Text()}, names)...)
			}
		}
	}
	if p.Missing("resources") == "" {
		if l, _ := p.List(ctx, "resources/templates"); l != nil {
			for _, e := range l.Entries {
				if len(ofTemplates) >= completionMost {
					break
				}
				template := e.Get("uriTemplate").Text()
				ofTemplates = append(ofTemplates, completablesOf(map[string]any{"type": "ref/resource", "uri": template}, templateVariables(template))...)
			}
		}
	}
	half := min(len(ofPrompts), max(completionMost/2, completionMost-len(ofTemplates)))
	all := slices.Concat(ofPrompts[:half], ofTemplates)
	return all[:min(len(all), completionMost)]
}

func completablesOf(ref map[string]any, names []string) []completable {
	var all []completable
	names = names[:min(len(names), completionMost)]
	for i, name := range names {
		if name != "" {
			all = append(all, completable{ref, name, slices.Concat(names[:i], names[i+1:])})
		}
	}
	return all
}

// completionAnything is something listed to complete or, when nothing is, an
// argument of a prompt that does not exist; listed says which.
func completionAnything(ctx context.Context, p *conformance.Probe) (c completable, listed bool) {
	if all := completables(ctx, p); len(all) > 0 {
		return all[0], true
	}
	return completable{map[string]any{"type": "ref/prompt", "name": completionNoPrompt}, "argument", nil}, false
}

const completionNoPrompt = "mcpctl-no-such-prompt"

// complete asks for completions, once for all checks.
func complete(ctx context.Context, p *conformance.Probe, params any) (*mcp.Exchange, error) {
	return p.Ask(ctx, "completion/complete", params)
}

func completionDeclared(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	c, _ := completionAnything(ctx, p)
	x, err := complete(ctx, p, c.params(""))
	if err != nil {
		return err
	}
	undeclared := p.Missing("completions") != ""
	switch completes := x.Result().Get("completion").Exists(); {
	case completes && undeclared:
		j.Failf(x, "the server answers completion/complete, but does not declare the capability completions")
	case completes:
		j.Saw(x)
	case undeclared:
		return conformance.Skipf("the server does not complete")
	default:
		return conformance.Unprovenf("the server declares completions, but completing %s gave %s", c, outcome(x))
	}
	return j.Err("")
}

func completionUnsupported(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	c, _ := completionAnything(ctx, p)
	x, err := complete(ctx, p, c.params(""))
	if err != nil {
		return err
	}
	j.Saw(x)
	switch e := x.RPCError(); {
	case e == nil && x.Result().Get("completion").Exists() && p.Revision.Era() == mcp.Handshake:
		return conformance.Blockedf("completion/capability/declared", "the server completes without having declared it")
	case e == nil:
		j.Failf(x, "the server does not declare completions, but completion/complete gave no error but %s", outcome(x))
	case e.Code != mcp.CodeMethodNotFound:
		j.Faultf(answerTo(x), "/error/code", "the server does not declare completions, but completion/complete gave error %d, expected -32601", e.Code)
	}
	return j.Err("")
}

func completionUntold(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	c, listed := completionAnything(ctx, p)
	x, err := complete(ctx, p, c.params(""))
	if err != nil {
		return err
	}
	j.Saw(x)
	switch e := x.RPCError(); {
	case x.Result().Get("completion").Exists():
	case e == nil:
		j.Failf(x, "completing %s gave neither completions nor an error: %s", c, outcome(x))
	case e.Code == mcp.CodeMethodNotFound || !listed && e.Code == mcp.CodeInvalidParams:
	default:
		j.Faultf(answerTo(x), "/error/code", "completing %s gave error %d, expected a result or -32601", c, e.Code)
	}
	return j.Err("")
}
