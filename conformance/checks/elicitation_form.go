package checks

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// elicitationForms are the checks of client/elicitation#form-mode-elicitation-requests.
func elicitationForms() []conformance.Check {
	return []conformance.Check{{
		ID:    "elicitation/form/schema",
		Title: "a form has a requestedSchema of type object with properties",
		Claims: claims{Handshake: ids{"elicitation.form.requested-schema"},
			Stateless: ids{"elicitation.form.requested-schema"}},
		Watch: elicitationSchema,
	}, {
		ID:    "elicitation/form/flat",
		Title: "the properties of a form are strings, numbers, booleans or enums",
		Claims: claims{Handshake: ids{"elicitation.form.flat-primitives"},
			Stateless: ids{"elicitation.form.primitive-properties"}},
		Watch: elicitationFlat,
		Fix:   "Flatten the form: no nested objects, no references, no unions; leave optional members out of required in place of allowing null.",
	}, {
		ID:    "elicitation/form/enums",
		Title: "the enums of a form are lists of strings in the form of the revision",
		Claims: claims{Handshake: ids{"elicitation.form.enum-style"},
			Stateless: ids{"elicitation.form.primitive-properties"}},
		Watch: elicitationEnums,
	}, {
		ID:    "elicitation/form/formats",
		Title: "string formats are email, uri, date or date-time",
		Claims: claims{Handshake: ids{"elicitation.form.string-formats"},
			Stateless: ids{"elicitation.form.formats"}},
		Watch: elicitationFormats,
	}, {
		ID:     "elicitation/form/defaults",
		Title:  "defaults have the type of their property",
		Claims: claims{Stateless: ids{"elicitation.form.defaults-valid"}},
		Watch:  elicitationDefaults,
	}, {
		ID:    "elicitation/form/no-secrets",
		Title: "forms do not ask for passwords, keys, tokens or payment data",
		Claims: claims{Handshake: ids{"elicitation.no-sensitive-data", "elicitation.form.no-credentials"},
			Stateless: ids{"elicitation.form.no-secrets"}},
		Watch: elicitationSecrets,
		Fix:   "Send the user to a page of yours with URL mode, where the revision has it.",
	}, {
		ID:    "elicitation/form/no-links",
		Title: "forms hold no URLs to be clicked",
		Claims: claims{Handshake: ids{"elicitation.form.no-clickable-urls"},
			Stateless: ids{"elicitation.form.no-clickable-urls"}},
		Watch: elicitationLinks,
		Fix:   "Send the user to a URL with URL mode.",
	}}
}

// eachForm judges the requestedSchema of all elicitations by form.
func eachForm(t *conformance.Traffic, look func(j *conformance.Judge, q question, schema mcp.Value)) error {
	return eachQuestion(t, askElicit, func(j *conformance.Judge, q question) {
		if elicitsForm(q) {
			j.Met(q.in)
			look(j, q, q.params().Get("requestedSchema"))
		}
	})
}

// eachField judges the properties of all forms. at is where the property
// stands in the question.
func eachField(t *conformance.Traffic, look func(field mcp.Value) []fault) error {
	return eachForm(t, func(j *conformance.Judge, q question, schema mcp.Value) {
		for _, p := range schema.Get("properties").Members() {
			at := "/params/requestedSchema/properties/" + mcp.EscapePointer(p.Name)
			q.faults(j, under(at, look(p.Value)))
		}
	})
}

func elicitationSchema(t *conformance.Traffic) error {
	const at = "/params/requestedSchema"
	return eachForm(t, func(j *conformance.Judge, q question, schema mcp.Value) {
		switch {
		case !schema.Is(mcp.Object):
			q.fault(j, at, "requestedSchema must be an object, not %s", aKind(schema))
			return
		case schema.Get("type").Text() != "object":
			q.fault(j, at+"/type", "the type of requestedSchema must be \"object\", not %.60s", schema.Get("type"))
		case !schema.Get("properties").Is(mcp.Object):
			q.fault(j, at+"/properties", "the properties of requestedSchema must be an object, not %s", aKind(schema.Get("properties")))
		}
		if required := schema.Get("required"); required.Exists() && !stringsOnly(required) {
			q.fault(j, at+"/required", "required must be an array of strings, not %.60s", required)
		}
	})
}

// stringsOnly reports an array of strings.
func stringsOnly(v mcp.Value) bool {
	return v.Is(mcp.Array) && !slices.ContainsFunc(v.Items(), func(item mcp.Value) bool { return !item.Is(mcp.String) })
}

func elicitationFlat(t *conformance.Traffic) error {
	return eachField(t, func(field mcp.Value) []fault { return fieldFaults(field, t.Revision) })
}

// fieldFaults are the faults of a property that no form may have. What an
// enum lists is for enumFaults to judge; further keywords that only narrow a
// string or number do no harm.
func fieldFaults(field mcp.Value, rev mcp.Revision) []fault {
	if !field.Is(mcp.Object) {
		return []fault{{"", "a property must be a schema object, not " + aKind(field)}}
	}
	for _, keyword := range []string{"$ref", "anyOf", "allOf", "not", "if"} {
		if field.Has(keyword) {
			return []fault{{"/" + keyword, keyword + " is no part of the schemas that a form may use"}}
		}
	}
	switch kind := field.Get("type"); {
	case slices.Contains([]string{"string", "number", "integer", "boolean"}, kind.Text()):
		return nil
	case kind.Text() == "array" && rev >= mcp.Rev20251125:
		items := field.Get("items")
		if items.Get("type").Text() == "string" || items.Has("anyOf") || items.Has("enum") {
			return nil
		}
		return []fault{{"/items", "an array in a form must be a choice among strings"}}
	default:
		return []fault{{"/type", fmt.Sprintf("a property of a form must be a string, number, integer or boolean, not of type %.60s", kind)}}
	}
}

func elicitationEnums(t *conformance.Traffic) error {
	return eachField(t, func(field mcp.Value) []fault { return enumFaults(field, t.Revision) })
}

// enumFaults are the faults of the choices that a property offers. enumNames
// stays allowed in all revisions.
func enumFaults(field mcp.Value, rev mcp.Revision) []fault {
	var all []fault
	if choices := field.Get("enum"); choices.Exists() && !stringsOnly(choices) {
		all = append(all, fault{"/enum", fmt.Sprintf("enum must be an array of strings, not %.60s", choices)})
	}
	if names := field.Get("enumNames"); names.Exists() && !stringsOnly(names) {
		all = append(all, fault{"/enumNames", fmt.Sprintf("enumNames must be an array of strings, not %.60s", names)})
	}
	if field.Has("enum") && field.Get("type").Exists() && field.Get("type").Text() != "string" {
		all = append(all, fault{"/type", fmt.Sprintf("an enum must be of type \"string\", not %.60s", field.Get("type"))})
	}
	if choices := field.Get("oneOf"); choices.Exists() && rev < mcp.Rev20251125 {
		all = append(all, fault{"/oneOf", "choices in oneOf exist only since 2025-11-25"})
	} else if choices.Exists() {
		all = append(all, under("/oneOf", titledFaults(choices))...)
	}
	if items := field.Get("items"); field.Get("type").Text() == "array" && items.Is(mcp.Object) {
		all = append(all, under("/items", itemsFaults(items))...)
	}
	return all
}

// itemsFaults are the faults of the items of a choice of several.
func itemsFaults(items mcp.Value) []fault {
	switch {
	case items.Has("anyOf"):
		return under("/anyOf", titledFaults(items.Get("anyOf")))
	case !items.Has("enum"):
		return []fault{{"", "a choice of several must list its choices in enum or anyOf"}}
	case !stringsOnly(items.Get("enum")):
		return []fault{{"/enum", fmt.Sprintf("enum must be an array of strings, not %.60s", items.Get("enum"))}}
	case items.Get("type").Text() != "string":
		return []fault{{"/type", fmt.Sprintf("the items of a choice must be of type \"string\", not %.60s", items.Get("type"))}}
	}
	return nil
}

// titledFaults are the faults of choices that have titles.
func titledFaults(choices mcp.Value) []fault {
	if !choices.Is(mcp.Array) {
		return []fault{{"", "choices must be an array, not " + aKind(choices)}}
	}
	var all []fault
	for i, choice := range choices.Items() {
		all = append(all, under(fmt.Sprintf("/%d", i), wantStrings(choice, []string{"const", "title"}, nil))...)
	}
	return all
}

func elicitationFormats(t *conformance.Traffic) error {
	return eachField(t, func(field mcp.Value) []fault {
		format := field.Get("format")
		if !format.Exists() || field.Get("type").Text() != "string" ||
			slices.Contains([]string{"email", "uri", "date", "date-time"}, format.Text()) {
			return nil
		}
		return []fault{{"/format", fmt.Sprintf("format must be email, uri, date or date-time, not %.60s", format)}}
	})
}

func elicitationDefaults(t *conformance.Traffic) error {
	kinds := map[string]mcp.Kind{"string": mcp.String, "number": mcp.Number, "integer": mcp.Number, "boolean": mcp.Bool, "array": mcp.Array}
	return eachField(t, func(field mcp.Value) []fault {
		value, kind := field.Get("default"), field.Get("type").Text()
		want, known := kinds[kind]
		if !value.Exists() || !known || value.Is(want) && (kind != "array" || stringsOnly(value)) {
			return nil
		}
		return []fault{{"/default", fmt.Sprintf("the default of a property of type %s is %.60s", kind, value)}}
	})
}

func elicitationLinks(t *conformance.Traffic) error {
	return eachForm(t, func(j *conformance.Judge, q question, schema mcp.Value) {
		look := func(at string, text mcp.Value) {
			if link := linkIn(text.Text()); link != "" {
				q.fault(j, at, "a form shows the URL %.80q", link)
			}
		}
		look("/params/message", q.params().Get("message"))
		for _, p := range schema.Get("properties").Members() {
			if p.Value.Get("format").Text() == "uri" {
				continue // a sample of what to enter is not there to be clicked
			}
			at := "/params/requestedSchema/properties/" + mcp.EscapePointer(p.Name)
			for _, member := range []string{"title", "description"} {
				look(at+"/"+member, p.Value.Get(member))
			}
		}
	})
}

// linkIn is the first web address in a text, "" when there is none. Those of
// hosts that exist only in examples, and of this machine, do not count.
func linkIn(text string) string {
	for word := range strings.FieldsSeq(text) {
		at := max(strings.Index(word, "https://"), strings.Index(word, "http://"))
		if at < 0 {
			continue
		}
		link := strings.TrimRight(word[at:], `.,;:!?)]}>"'`)
		_, rest, _ := strings.Cut(link, "://")
		name, _, _ := strings.Cut(rest, "/")
		host, _, _ := strings.Cut(name, ":")
		if rest != "" && !strings.Contains(host, "example.") && !strings.HasSuffix(host, ".example") && host != "..." && !thisMachine(host) {
			return link
		}
	}
	return ""
}
