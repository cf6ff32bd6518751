package lint

import (
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/internal/pattern"
	"github.com/mcpctl/mcpctl/mcp"
)

// maxParameters is how many parameters of its own a tool may have.
const maxParameters = 15

var (
	portableKey = pattern.New(`^[A-Za-z0-9_.-]{1,64}$`)
	vagueName   = pattern.New(`^(?i)(arg|args|argument|param|params|parameter|p|var|val|foo|bar|baz|tmp|temp|obj|thing|stuff|field|misc)_?[0-9]*$`)
	vagueText   = pattern.New(`^(?i)\W*((the|a|an|some|this|input|required|optional) )*(value|parameter|param|argument|arg|input|string|number|integer|int|boolean|bool|array|list|object|data|field|thing|option|todo|tbd)( (value|parameter|argument|string|object|field))?( \((required|optional)\))?\W*$`)
	unitWord    = pattern.New(`(?i)\b(ms|milli\w*|s|secs?|seconds?|minutes?|mins?|hours?|hrs?|days?|weeks?|months?|years?|bytes?|[kmgt]i?b|kilo\w*|mega\w*|giga\w*|px|pixels?|meters?|metres?|km|miles?|percent\w*|iso ?8601|duration string|tokens?|characters?|chars?|lines?|rows?|inch\w*|points?|em|rem|dpi|degrees?)\b|%`)
)

func parameterRules() []rule {
	return []rule{
		{conformance.Rule{
			ID: "lint/param/description-missing", Title: "every parameter has a description", Group: "parameters", Verdict: conformance.Warn,
			Why: "A model fills in parameters by their descriptions. Without one it guesses format, unit and where a value comes from.",
			Fix: "Give each property a description: what it is, in which format, with an example where that helps.",
		}, tools, paramDescriptionMissing},
		{conformance.Rule{
			ID: "lint/param/description-vague", Title: "descriptions of parameters say more than name and type", Group: "parameters", Verdict: conformance.Warn,
			Why: "\"The value\" or the name once more leaves a model where it was.",
			Fix: "Say what is expected there: \"ISO 3166 country code, as in DE\".",
		}, tools, paramDescriptionVague},
		{conformance.Rule{
			ID: "lint/param/name-vague", Title: "names of parameters mean something", Group: "parameters", Verdict: conformance.Warn,
			Why: "arg1, tmp or a bare letter without a description tell a model nothing about what to put there.",
			Fix: "Name what is expected: city, max_results.",
		}, tools, paramNameVague},
		{conformance.Rule{
			ID: "lint/param/name-characters", Title: "names of parameters have only letters, digits, _, - and ., and at most 64 of them", Group: "parameters", Verdict: conformance.Fail,
			Why: "Some model providers refuse a request with a tool that has other parameters, and with it the whole list.",
			Fix: "Rename the parameter; the description has room for the rest.",
		}, tools, paramNameCharacters},
		{conformance.Rule{
			ID: "lint/param/many", Title: "tools have at most 15 parameters", Group: "parameters", Verdict: conformance.Warn,
			Why: "The more parameters, the more often a model leaves out, confuses or invents one.",
			Fix: "Split the tool by what it is used for, or gather what belongs together in one object.",
		}, tools, paramMany},
		{conformance.Rule{
			ID: "lint/param/required-unknown", Title: "required parameters are among the properties", Group: "parameters", Verdict: conformance.Fail,
			Why: "A model cannot know what a parameter takes that is required but described nowhere. It is mostly a renamed property, and every call fails.",
			Fix: "Let required name properties of the same schema, letter by letter.",
		}, tools, paramRequiredUnknown},
		{conformance.Rule{
			ID: "lint/param/untyped", Title: "every parameter has a type", Group: "parameters", Verdict: conformance.Warn,
			Why: "Model providers that make sure of valid arguments need types, some refuse schemas without, and a model sends \"5\" where 5 was meant.",
			Fix: "Give the property a type, an enum, or anyOf of those it takes.",
		}, tools, paramUntyped},
		{conformance.Rule{
			ID: "lint/param/object-open", Title: "parameters that are objects say what is in them", Group: "parameters", Verdict: conformance.Warn,
			Why: "An object without properties is a form without fields: a model makes the fields up.",
			Fix: "Describe the properties; if any name is allowed, give additionalProperties a schema.",
		}, tools, paramObjectOpen},
		{conformance.Rule{
			ID: "lint/param/array-items", Title: "parameters that are arrays say what is in them", Group: "parameters", Verdict: conformance.Fail,
			Why: "Several model providers refuse an array without items, and with it the whole list of tools.",
			Fix: "Add items with the schema of one element.",
		}, tools, paramArrayItems},
		{conformance.Rule{
			ID: "lint/param/unit", Title: "amounts of time and size name their unit", Group: "parameters", Verdict: conformance.Warn,
			Why: "A timeout of 30 is half a minute or nothing at all. A model takes the unit that it has seen most.",
			Fix: "Put the unit into the name or the description: timeout_ms, \"in seconds\".",
		}, tools, paramUnit},
	}
}

// eachParam calls visit for every named parameter of every tool, nested ones too.
func (r *review) eachParam(visit func(t tool, n node)) {
	for _, t := range r.tools {
		for _, n := range t.input {
			if n.name != "" {
				visit(t, n)
			}
		}
	}
}

// text is what the parameter's description says: its own, or that of what it
// refers to.
func (n node) text(of tool) string {
	if own := strings.TrimSpace(n.Get("description").Text()); own != "" {
		return own
	}
	if target := of.resolve(n); target.Exists() {
		return strings.TrimSpace(target.Get("description").Text())
	}
	for _, word := range []string{"anyOf", "oneOf", "allOf"} {
		for _, branch := range n.Get(word).Items() {
			if text := branch.Get("description").Text(); text != "" {
				return text
			}
		}
	}
	return ""
}

func paramDescriptionMissing(r *review) {
	r.eachParam(func(t tool, n node) {
		if n.text(t) == "" {
			r.say(n.subject(t.subject), "there is no description")
		}
	})
}

func paramDescriptionVague(r *review) {
	r.eachParam(func(t tool, n node) {
		text := n.text(t)
		if text == "" {
			return
		}
		said := slices.DeleteFunc(words(text), func(word string) bool {
			return set("the a an of to for parameter value")[word] || slices.Contains(words(n.name), word)
		})
		if len(said) == 0 && n.Get("enum").Len() == 0 || vagueText.MatchString(clip(text)) {
			r.say(n.subject(t.subject), "the description is only %s", quote(text))
		}
	})
}

func paramNameVague(r *review) {
	r.eachParam(func(t tool, n node) {
		if vagueName.MatchString(n.name) || len([]rune(n.name)) == 1 && n.text(t) == "" {
			r.say(n.subject(t.subject), "the name %s says nothing", quote(n.name))
		}
	})
}

func paramNameCharacters(r *review) {
	r.eachParam(func(t tool, n node) {
		if !portableKey.MatchString(n.name) {
			r.say(n.subject(t.subject), "the name %s is refused by model providers", quote(n.name))
		}
	})
}

func paramMany(r *review) {
	for _, t := range r.tools {
		if n := t.Get("inputSchema", "properties").Len(); n > maxParameters {
			r.say(t.subject, "there are %d parameters", n)
		}
	}
}

func paramRequiredUnknown(r *review) {
	for _, t := range r.tools {
		for _, n := range t.input {
			if n.branch && !n.Has("properties") || n.Get("patternProperties").Len() > 0 || n.refers() {
				continue
			}
			for _, name := range n.Get("required").Items() {
				if name.Is(mcp.String) && !n.Get("properties").Has(name.Text()) && !inBranch(n, name.Text()) {
					r.say(n.subject(t.subject), "%s is required and no property", quote(name.Text()))
				}
			}
		}
	}
}

// inBranch reports whether a property is described in a branch of the schema.
func inBranch(n node, name string) bool {
	for _, word := range []string{"anyOf", "oneOf", "allOf"} {
		for _, branch := range n.Get(word).Items() {
			if branch.Has("$ref") || branch.Get("properties").Has(name) {
				return true
			}
		}
	}
	return n.Get("then", "properties").Has(name) || n.Get("else", "properties").Has(name)
}

// refers reports whether the schema's substance stands elsewhere.
func (n node) refers() bool { return n.Has("$ref") || n.Has("$dynamicRef") }

// typed reports whether the schema says of what type its values are.
func (n node) typed() bool {
	for _, word := range []string{"type", "enum", "const", "anyOf", "oneOf", "allOf", "not", "if"} {
		if n.Has(word) {
			return true
		}
	}
	return n.refers()
}

func paramUntyped(r *review) {
	r.eachParam(func(t tool, n node) {
		if !n.typed() && !n.branch {
			r.say(n.subject(t.subject), "there is no type")
		}
	})
}

// is reports whether the schema allows values of a type.
func (n node) is(kind string) bool {
	return n.Get("type").Text() == kind || slices.ContainsFunc(n.Get("type").Items(), func(v mcp.Value) bool { return v.Text() == kind })
}

func paramObjectOpen(r *review) {
	for _, t := range r.tools {
		for _, n := range t.input {
			if n.path == "" || n.branch || !n.is("object") || n.refers() || n.Get("enum").Exists() || n.Get("const").Exists() {
				continue
			}
			said := n.Get("properties").Len() + n.Get("patternProperties").Len() + n.Get("additionalProperties").Len() +
				n.Get("anyOf").Len() + n.Get("oneOf").Len() + n.Get("allOf").Len()
			if said == 0 {
				r.say(n.subject(t.subject), "the object has neither properties nor a schema for additional ones")
			}
		}
	}
}

func paramArrayItems(r *review) {
	for _, t := range r.tools {
		for _, n := range t.input {
			if n.is("array") && !n.Has("items") && !n.Has("prefixItems") && !n.refers() {
				r.say(n.subject(t.subject), "the array has no items")
			}
		}
	}
}

func paramUnit(r *review) {
	amounts := set("timeout duration delay interval ttl expiry age latency wait")
	r.eachParam(func(t tool, n node) {
		if !n.is("number") && !n.is("integer") || n.is("string") {
			return
		}
		all := words(n.name)
		if !slices.ContainsFunc(all, func(word string) bool { return amounts[word] }) {
			return
		}
		if !unitWord.MatchString(strings.Join(all, " ")) && !unitWord.MatchString(clip(n.text(t))) {
			r.say(n.subject(t.subject), "neither name nor description say in which unit")
		}
	})
}
