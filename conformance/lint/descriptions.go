package lint

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/internal/pattern"
)

const (
	minWords       = 3    // of a tool's description
	maxEcho        = 40   // words; nobody repeats a name at such length
	maxDescription = 1024 // characters, the limit of several model providers
)

var placeholder = pattern.New(`\b(TODO:|FIXME\b|TBD\b)|(?i)\blorem ipsum\b|^\W*(todo|fixme|tbd|n/?a|none|null|undefined|description|placeholder|string)\W*$|\bdescription (goes )?here\b|<(your|insert) description`)

func descriptionRules() []rule {
	return []rule{
		{conformance.Rule{
			ID: "lint/tool/description-missing", Title: "every tool has a description", Group: "descriptions", Verdict: conformance.Fail,
			Why: "Name and description are all by which a model chooses. Without one it guesses, or leaves the tool alone.",
			Fix: "Say in one to four sentences what the tool does, when to use it, and what it gives back.",
		}, tools, descriptionMissing},
		{conformance.Rule{
			ID: "lint/tool/description-short", Title: "descriptions of tools have at least three words", Group: "descriptions", Verdict: conformance.Warn,
			Why: "One or two words seldom say more than the name does.",
			Fix: "Say what the tool does to what, and what it gives back.",
		}, tools, descriptionShort},
		{conformance.Rule{
			ID: "lint/tool/description-long", Title: "descriptions of tools have at most 1024 characters", Group: "descriptions", Verdict: conformance.Warn,
			Why: "Several model providers refuse or cut longer ones, and every request pays for them again.",
			Fix: "Keep what decides whether to call the tool; move the manual to a resource or prompt.",
		}, tools, descriptionLong},
		{conformance.Rule{
			ID: "lint/tool/description-placeholder", Title: "descriptions of tools are finished", Group: "descriptions", Verdict: conformance.Fail,
			Why: "TODO, a template's hole or the word \"description\" tell a model nothing.",
			Fix: "Write the description.",
		}, tools, descriptionPlaceholder},
		{conformance.Rule{
			ID: "lint/tool/description-echo", Title: "descriptions say more than the name", Group: "descriptions", Verdict: conformance.Warn,
			Why: "\"Gets a user\" beside get_user leaves open by what, which one, and what comes back.",
			Fix: "Add what the name cannot say: by what the thing is found, limits, what is given back.",
		}, tools, descriptionEcho},
		{conformance.Rule{
			ID: "lint/tool/description-duplicate", Title: "no two tools have the same description", Group: "descriptions", Verdict: conformance.Warn,
			Why: "A model cannot tell which of them to call.",
			Fix: "Say in each what sets it apart from the other.",
		}, tools, descriptionDuplicate},
		{conformance.Rule{
			ID: "lint/tool/title-duplicate", Title: "no two tools have the same title", Group: "descriptions", Verdict: conformance.Warn,
			Why: "People who are asked to approve a call see the title.",
			Fix: "Give every tool a title of its own.",
		}, tools, titleDuplicate},
	}
}

func description(e item) string { return strings.TrimSpace(e.Get("description").Text()) }

// title is what people are shown, of the two places for it.
func title(e item) string {
	if t := e.Get("title").Text(); t != "" {
		return t
	}
	return e.Get("annotations", "title").Text()
}

func descriptionMissing(r *review) {
	for _, t := range r.tools {
		if description(t.item) == "" {
			r.say(t.subject, "there is no description")
		}
	}
}

func descriptionShort(r *review) {
	for _, t := range r.tools {
		text := description(t.item)
		if n := len(strings.Fields(text)); n > 0 && n < minWords && utf8.RuneCountInString(text) == len(text) { // other scripts need no spaces
			r.say(t.subject, "the description is only %s", quote(text))
		}
	}
}

func descriptionLong(r *review) {
	for _, t := range r.tools {
		if n := utf8.RuneCountInString(description(t.item)); n > maxDescription {
			r.say(t.subject, "the description has %d characters", n)
		}
	}
}

func descriptionPlaceholder(r *review) {
	for _, t := range r.tools {
		if found := placeholder.FindString(clip(description(t.item))); found != "" {
			r.say(t.subject, "the description has %s", quote(found))
		}
	}
}

func descriptionEcho(r *review) {
	filler := set("a an the this that some one tool function to for of in on from by with and or given specified provided allows you will can is it its used")
	for _, t := range r.tools {
		text := description(t.item)
		if text == "" || len(strings.Fields(text)) < minWords {
			continue // another rule says so
		}
		said := words(clip(text))
		if len(said) > maxEcho {
			continue
		}
		added := slices.DeleteFunc(said, func(word string) bool {
			return filler[word] || slices.ContainsFunc(t.words, func(own string) bool { return sameStem(word, own) })
		})
		if len(added) == 0 {
			r.say(t.subject, "the description %s says what the name says", quote(text))
		}
	}
}

// sameStem reports whether two words differ in an English ending at most.
func sameStem(a, b string) bool {
	for _, end := range []string{"", "s", "es", "ed", "ing", "d"} {
		if a == b+end || b == a+end {
			return true
		}
	}
	return strings.TrimSuffix(a, "e")+"ing" == b || strings.TrimSuffix(b, "e")+"ing" == a
}

func descriptionDuplicate(r *review) {
	repeats(r.tools, func(t tool) string { return strings.Join(words(description(t.item)), " ") }, func(first, t tool) {
		if first.name != t.name {
			r.say(t.subject, "tool %s has the same description", quote(first.name))
		}
	})
}

func titleDuplicate(r *review) {
	repeats(r.tools, func(t tool) string { return strings.ToLower(strings.TrimSpace(title(t.item))) }, func(first, t tool) {
		if first.name != t.name {
			r.say(t.subject, "tool %s has the title %s too", quote(first.name), quote(title(t.item)))
		}
	})
}
