package lint

import (
	"net/url"
	"strings"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/internal/pattern"
)

var (
	mimeType   = pattern.New(`^[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]*/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]*( *;.*)?$`)
	scheme     = pattern.New(`^[A-Za-z][A-Za-z0-9+.-]*:`)
	expression = pattern.New(`^[+#./;?&]?[A-Za-z0-9_%]+(\.[A-Za-z0-9_%]+)*(\*|:[0-9]{1,4})?(,[A-Za-z0-9_%]+(\.[A-Za-z0-9_%]+)*(\*|:[0-9]{1,4})?)*$`)
)

func promptRules() []rule {
	return []rule{
		{conformance.Rule{
			ID: "lint/prompt/description-missing", Title: "every prompt has a description", Group: "prompts", Verdict: conformance.Warn,
			Why: "People choose prompts from a menu, by name and description.",
			Fix: "Say in one sentence what the prompt is for.",
		}, prompts, func(r *review) { undescribed(r, r.prompts) }},
		{conformance.Rule{
			ID: "lint/prompt/argument-description", Title: "arguments of prompts have descriptions", Group: "prompts", Verdict: conformance.Warn,
			Why: "Clients ask people for the arguments one by one and show the description beside each.",
			Fix: "Describe each argument: what it is, in which format.",
		}, prompts, argumentDescription},
		{conformance.Rule{
			ID: "lint/prompt/name-characters", Title: "names of prompts can be typed as commands", Group: "prompts", Verdict: conformance.Warn,
			Why: "Clients offer prompts as /server:name. Spaces and other characters cannot be typed there.",
			Fix: "Use letters, digits, _, - and .; put what people shall read into title.",
		}, prompts, promptCharacters},
		{conformance.Rule{
			ID: "lint/prompt/name-duplicate", Title: "no two prompts have one name", Group: "prompts", Verdict: conformance.Fail,
			Why: "Only one of them can be asked for.",
			Fix: "Give every prompt a name of its own.",
		}, prompts, func(r *review) { twice(r, r.prompts) }},
	}
}

func resourceRules() []rule {
	return []rule{
		{conformance.Rule{
			ID: "lint/resource/description-missing", Title: "every resource has a description", Group: "resources", Verdict: conformance.Warn,
			Why: "People and models choose resources from a list, by name and description.",
			Fix: "Say in one sentence what is in it.",
		}, resources, func(r *review) { undescribed(r, r.resources) }},
		{conformance.Rule{
			ID: "lint/resource/mime-type", Title: "every resource says of which media type it is", Group: "resources", Verdict: conformance.Warn,
			Why: "Clients decide by it whether to show, attach or leave out a resource before they read it.",
			Fix: "Set mimeType, as in text/markdown.",
		}, resources, mimeTypes},
		{conformance.Rule{
			ID: "lint/resource/uri", Title: "addresses of resources are absolute URIs", Group: "resources", Verdict: conformance.Fail,
			Why: "Without a scheme an address means something else to each client; one with spaces is cut when it is passed on.",
			Fix: "Begin with a scheme (file:, https:, or one of your own), and percent-encode what is no letter or digit.",
		}, resources, resourceURI},
		{conformance.Rule{
			ID: "lint/resource/uri-duplicate", Title: "no two resources have one address", Group: "resources", Verdict: conformance.Fail,
			Why: "Only one of them can be read.",
			Fix: "List each resource once.",
		}, resources, func(r *review) { twice(r, r.resources) }},
		{conformance.Rule{
			ID: "lint/resource/name-duplicate", Title: "no two resources have one name", Group: "resources", Verdict: conformance.Warn,
			Why: "People choose by the name; two of one name cannot be told apart.",
			Fix: "Let the name say what sets the resource apart; title too.",
		}, resources, resourceNames},
		{conformance.Rule{
			ID: "lint/template/description-missing", Title: "every resource template has a description", Group: "resources", Verdict: conformance.Warn,
			Why: "Nobody can know what to put into {id} unless it is said.",
			Fix: "Say what the template gives and what each variable takes.",
		}, templates, func(r *review) { undescribed(r, r.templates) }},
		{conformance.Rule{
			ID: "lint/template/syntax", Title: "resource templates are templates of RFC 6570, with a variable", Group: "resources", Verdict: conformance.Fail,
			Why: "Clients cannot expand a template with a brace too few. One without variables is a resource.",
			Fix: "Write variables as {name}; list what has none as a resource.",
		}, templates, templateSyntax},
	}
}

func undescribed(r *review, all []item) {
	for _, e := range all {
		if description(e) == "" {
			r.say(e.subject, "there is no description")
		}
	}
}

func twice(r *review, all []item) {
	repeats(all, func(e item) string { return e.name }, func(_, e item) { r.say(e.subject, "it is listed twice") })
}

func argumentDescription(r *review) {
	for _, p := range r.prompts {
		for _, a := range p.Get("arguments").Items() {
			if strings.TrimSpace(a.Get("description").Text()) == "" {
				r.say(p.subject+"#"+a.Get("name").Text(), "there is no description")
			}
		}
	}
}

func promptCharacters(r *review) {
	for _, p := range r.prompts {
		if p.name != "" && !portableName.MatchString(p.name) {
			r.say(p.subject, "the name has %s", quote(strangers(p.name)))
		}
	}
}

func mimeTypes(r *review) {
	for _, e := range r.resources {
		switch mime := e.Get("mimeType").Text(); {
		case mime == "":
			r.say(e.subject, "there is no mimeType")
		case !mimeType.MatchString(clip(mime)):
			r.say(e.subject, "%s is no media type", quote(mime))
		}
	}
}

func resourceURI(r *review) {
	for _, e := range r.resources {
		_, err := url.Parse(e.name)
		if err != nil || !scheme.MatchString(e.name) || strings.ContainsAny(e.name, " \t\n<>\"{}|\\^`") {
			r.say(e.subject, "%s is no absolute URI", quote(e.name))
		}
	}
}

func resourceNames(r *review) {
	repeats(r.resources, func(e item) string { return strings.ToLower(e.Get("name").Text() + e.Get("title").Text()) }, func(first, e item) {
		if first.name != e.name {
			r.say(e.subject, "%s has the name %s too", quote(first.name), quote(e.Get("name").Text()))
		}
	})
}

func templateSyntax(r *review) {
	for _, e := range r.templates {
		if wrong := templateFault(clip(e.name)); wrong != "" {
			r.say(e.subject, "%s", wrong)
		}
	}
}

// templateFault says what is wrong with a URI template, "" for nothing.
func templateFault(s string) string {
	variables := 0
	for {
		before, rest, opens := strings.Cut(s, "{")
		if strings.Contains(before, "}") {
			return "a } closes nothing"
		}
		if !opens {
			break
		}
		inside, after, closes := strings.Cut(rest, "}")
		if !closes {
			return "a { is not closed"
		}
		if !expression.MatchString(inside) {
			return "{" + quote(inside) + "} is no expression"
		}
		variables++
		s = after
	}
	if variables == 0 {
		return "there is no variable in it"
	}
	return ""
}
