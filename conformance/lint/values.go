package lint

import (
	"fmt"
	"slices"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/conformance/schema"
	"github.com/mcpctl/mcpctl/internal/term"
	"github.com/mcpctl/mcpctl/mcp"
)

const (
	maxEnum  = 100   // values that a model can be expected to choose from
	maxTried = 1_000 // schemas compiled to try their defaults on
)

func valueRules() []rule {
	return []rule{
		{conformance.Rule{
			ID: "lint/param/enum-large", Title: "enums have at most 100 values", Group: "parameters", Verdict: conformance.Warn,
			Why: "Each value is paid for in every request, and model providers bound their number.",
			Fix: "Take a string and say in the description where its values are listed, by a tool or a resource.",
		}, tools, enumLarge},
		{conformance.Rule{
			ID: "lint/param/enum-values", Title: "enums have values, of the type of the parameter, each once", Group: "parameters", Verdict: conformance.Fail,
			Why: "A value of another type can never be sent; an empty enum forbids every call.",
			Fix: "Take out what does not belong there, or correct the type.",
		}, tools, enumValues},
		{conformance.Rule{
			ID: "lint/param/default-invalid", Title: "defaults and examples keep their own schema", Group: "parameters", Verdict: conformance.Fail,
			Why: "Models and forms send the default as it stands there, and the server then refuses it.",
			Fix: "Correct the value, or the schema beside it.",
		}, tools, defaultInvalid},
		{conformance.Rule{
			ID: "lint/param/bounds", Title: "bounds of parameters can be kept", Group: "parameters", Verdict: conformance.Fail,
			Why: "When the least value is above the greatest, no argument is valid.",
			Fix: "Exchange the bounds.",
		}, tools, bounds},
		{conformance.Rule{
			ID: "lint/param/default-required", Title: "required parameters have no default", Group: "parameters", Verdict: conformance.Warn,
			Why: "A default says that the parameter may be left out, required that it may not. Models then leave it out, and the call fails.",
			Fix: "Take the parameter out of required, or drop the default.",
		}, tools, defaultRequired},
	}
}

func enumLarge(r *review) {
	for _, t := range r.tools {
		for _, n := range t.input {
			if count := n.Get("enum").Len(); count > maxEnum {
				r.say(n.subject(t.subject), "there are %d values", count)
			}
		}
	}
}

func enumValues(r *review) {
	for _, t := range r.tools {
		for _, n := range t.input {
			values := n.Get("enum")
			if !values.Exists() {
				continue
			}
			if values.Len() == 0 {
				r.say(n.subject(t.subject), "the enum has no values")
			}
			seen := map[string]bool{}
			for _, v := range values.Items() {
				if key := v.String(); seen[key] {
					r.say(n.subject(t.subject), "%s stands in the enum twice", term.SafeLine(term.Clip(key, maxQuote)))
				} else {
					seen[key] = true
				}
				if n.Has("type") && !n.takes(v) && !n.branch {
					r.say(n.subject(t.subject), "%s in the enum is not of type %s", shown(v), shown(n.Get("type")))
				}
			}
		}
	}
}

// takes reports whether the type of the schema allows a value.
func (n node) takes(v mcp.Value) bool {
	switch v.Kind() {
	case mcp.Number:
		return n.is("number") || n.is("integer") && v.Whole()
	case mcp.Bool:
		return n.is("boolean")
	}
	return n.is(v.Kind().String())
}

// defaultInvalid tries values on the schema that they stand in. A schema that
// refers to another part of the tool's cannot be compiled alone; its values are
// left to the live test.
func defaultInvalid(r *review) {
	tried := 0
	for _, t := range r.tools {
		for _, n := range t.input {
			values := slices.Clone(n.Get("examples").Items())
			if d := n.Get("default"); d.Exists() && !(d.Is(mcp.Null) && n.depth > 0) { // null means that there is none
				values = append(values, d)
			}
			if len(values) == 0 || n.Has("$ref") || tried >= maxTried {
				continue
			}
			tried++
			v, err := schema.Compile(n.Raw())
			if err != nil {
				continue // the judge of the protocol says so
			}
			for _, value := range values {
				if problems, err := v.Validate(value.Raw()); err == nil && len(problems) > 0 {
					r.say(n.subject(t.subject), "%s does not keep the schema: %s", shown(value), quote(fmt.Sprint(problems[0])))
				}
			}
		}
	}
}

func bounds(r *review) {
	for _, t := range r.tools {
		for _, n := range t.input {
			for _, pair := range [][2]string{{"minimum", "maximum"}, {"minLength", "maxLength"}, {"minItems", "maxItems"}, {"minProperties", "maxProperties"}} {
				least, hasLeast := n.Get(pair[0]).Float()
				most, hasMost := n.Get(pair[1]).Float()
				if hasLeast && hasMost && least > most {
					r.say(n.subject(t.subject), "%s is above %s", pair[0], pair[1])
				}
			}
		}
	}
}

func defaultRequired(r *review) {
	for _, t := range r.tools {
		for _, n := range t.input {
			for _, name := range n.Get("required").Items() {
				if p := n.Get("properties").Get(name.Text()); p.Has("default") {
					r.say(node{path: joined(n.path, name.Text())}.subject(t.subject), "it is required and has the default %s", shown(p.Get("default")))
				}
			}
		}
	}
}
