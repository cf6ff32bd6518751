package lint

import (
	"regexp/syntax"
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/internal/pattern"
)

// maxPattern is the length of expressions that are taken apart, in bytes.
const maxPattern = 2000

// foreign are pieces of expressions that only some languages know.
var foreign = pattern.New(`\\[AZzhHGQE]|\(\?[imsxU]+[):]|\(\?-|\(\?P[<=>]|\(\?>|\(\?#|\[\[:[a-z]+:\]|\\p\{(Is|In)`)

func patternRules() []rule {
	return []rule{
		{conformance.Rule{
			ID: "lint/schema/pattern-portable", Title: "patterns in schemas mean the same to every client", Group: "schemas", Verdict: conformance.Warn,
			Why: "JSON Schema takes regular expressions as JavaScript has them. What only Python, Java or Perl understand makes clients in other languages refuse the schema, or match something else.",
			Fix: "Write ^ and $ in place of \\A and \\Z, [A-Za-z] in place of (?i)[a-z], and name no groups.",
		}, tools, patternPortable},
		{conformance.Rule{
			ID: "lint/schema/pattern-slow", Title: "patterns in schemas cannot be made to run for ages", Group: "schemas", Verdict: conformance.Warn,
			Why: "A repetition within a repetition, as in (a+)+, takes most engines exponential time on a value that nearly matches. Whoever can choose the value can stop the client, or the server.",
			Fix: "Rewrite the expression without nested repetition: a+ in place of (a+)+.",
		}, tools, patternSlow},
	}
}

// eachPattern calls visit for every expression in the schemas of tools.
func (r *review) eachPattern(visit func(subject, expression string)) {
	for _, t := range r.tools {
		for _, n := range slices.Concat(t.input, t.output) {
			if p := n.Get("pattern").Text(); p != "" && len(p) <= maxPattern {
				visit(n.subject(t.subject), p)
			}
			for _, m := range n.Get("patternProperties").Members() {
				if len(m.Name) <= maxPattern {
					visit(n.subject(t.subject), m.Name)
				}
			}
		}
	}
}

func patternPortable(r *review) {
	r.eachPattern(func(subject, expression string) {
		if found := foreign.FindString(expression); found != "" {
			r.say(subject, "the pattern %s has %s, which JavaScript does not know or takes for something else", quote(expression), quote(found))
		}
	})
}

func patternSlow(r *review) {
	r.eachPattern(func(subject, expression string) {
		// The parser joins (?:a+)+ to a+ by itself, others do not.
		tree, err := syntax.Parse(strings.ReplaceAll(expression, "(?:", "("), syntax.Perl)
		if err == nil && nested(tree, false) {
			r.say(subject, "the pattern %s repeats a repetition", quote(expression))
		}
	})
}

// nested reports whether an unbounded repetition may match one text in many
// ways: it holds another whose matches can follow each other with nothing that
// tells them apart.
func nested(e *syntax.Regexp, within bool) bool {
	repeats := e.Op == syntax.OpStar || e.Op == syntax.OpPlus || e.Op == syntax.OpRepeat && e.Max == -1
	if repeats && within {
		return true
	}
	for i, sub := range e.Sub {
		// In (x,)* or (,x)* a comma stands between any two, so x may repeat.
		alone := within
		switch {
		case repeats:
			alone = true
		case e.Op == syntax.OpConcat && within:
			alone = !fixedBeside(e.Sub, i)
		}
		if nested(sub, alone) {
			return true
		}
	}
	return false
}

// fixedBeside reports whether something that is always there stands beside the
// part i of a sequence.
func fixedBeside(parts []*syntax.Regexp, i int) bool {
	for j, p := range parts {
		if j == i {
			continue
		}
		switch p.Op {
		case syntax.OpLiteral, syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL:
			return true
		case syntax.OpPlus, syntax.OpConcat, syntax.OpCapture:
			return true
		}
	}
	return false
}
