package lint

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/internal/pattern"
)

// Lengths of names, in characters.
const (
	maxName     = 64 // what the interfaces of model providers take
	maxFullName = 64 // the same, of a name that a client has put the server's before
)

var (
	portableName = pattern.New(`^[A-Za-z0-9_.-]+$`)
	plainName    = pattern.New(`^[A-Za-z][A-Za-z0-9_-]*$`)
)

func nameRules() []rule {
	return []rule{
		{conformance.Rule{
			ID: "lint/tool/name-characters", Title: "tool names have only letters, digits, _, - and .", Group: "names", Verdict: conformance.Fail,
			Why: "The interfaces of model providers refuse every other character. Clients then drop the tool, or rename it so that what the model calls is not what the documentation says.",
			Fix: "Name the tool in the style of get_weather; put what people shall read into title.",
		}, tools, nameCharacters},
		{conformance.Rule{
			ID: "lint/tool/name-plain", Title: "tool names begin with a letter and have no dot", Group: "names", Verdict: conformance.Warn,
			Why: "The protocol allows dots and leading digits, but several model providers do not. Clients have to replace them, and two names may then become one.",
			Fix: "Write an underscore in place of the dot, and begin with a letter.",
		}, tools, namePlain},
		{conformance.Rule{
			ID: "lint/tool/name-length", Title: "tool names have at most 64 characters", Group: "names", Verdict: conformance.Fail,
			Why: "Model providers refuse longer names.",
			Fix: "Shorten the name; the description has room for the rest.",
		}, tools, nameLength},
		{conformance.Rule{
			ID: "lint/tool/name-prefixed-length", Title: "tool names leave room for the server's name before them", Group: "names", Verdict: conformance.Warn,
			Why: "Clients that know several servers put the server's name before the tool's, as in mcp__server__tool. What is then longer than 64 characters is cut or refused.",
			Fix: "Shorten the names of the server or of the tool.",
		}, tools, namePrefixedLength},
		{conformance.Rule{
			ID: "lint/tool/name-verb", Title: "tool names say what the tool does", Group: "names", Verdict: conformance.Warn,
			Why: "A model chooses by the name first. A name without a verb says what a tool is about and leaves open whether it reads, changes or deletes that.",
			Fix: "Begin with a verb: get_directory_tree in place of directory_tree.",
		}, tools, nameVerb},
		{conformance.Rule{
			ID: "lint/tool/name-vague", Title: "tool names say what the tool is for", Group: "names", Verdict: conformance.Warn,
			Why: "Names such as run, process or tool1 fit everything, and collide with those of other servers that the same model is shown.",
			Fix: "Name verb and object: run_query, convert_image.",
		}, tools, nameVague},
		{conformance.Rule{
			ID: "lint/tool/name-style", Title: "all tool names are written in one style", Group: "names", Verdict: conformance.Warn,
			Why: "A model that has seen get_user and list_users will guess get_order, not getOrder. Mixed styles make it call tools that do not exist.",
			Fix: "Choose snake_case, kebab-case or camelCase for all tools; snake_case is the most common.",
		}, tools, nameStyle},
		{conformance.Rule{
			ID: "lint/tool/name-duplicate", Title: "no two tools have one name", Group: "names", Verdict: conformance.Fail,
			Why: "Which of them is called depends on the client.",
			Fix: "Give every tool a name of its own.",
		}, tools, nameDuplicate},
		{conformance.Rule{
			ID: "lint/tool/name-similar", Title: "no two tool names differ only in case or separators", Group: "names", Verdict: conformance.Warn,
			Why: "A model cannot keep get_user and getUser apart, and clients that replace characters make them one.",
			Fix: "Let the names say how the tools differ, or make them one tool.",
		}, tools, nameSimilar},
		{conformance.Rule{
			ID: "lint/tool/name-reserved", Title: "tools are not called like what clients bring along", Group: "names", Verdict: conformance.Warn,
			Why: "Assistants have tools of their own, such as bash, web_search or apply_patch. A tool of the same name is mistaken for them, gets their permissions, or takes over what was meant for them.",
			Fix: "Say in the name what is particular to this tool: search_company_web.",
		}, tools, nameReserved},
	}
}

func nameCharacters(r *review) {
	for _, t := range r.tools {
		if t.name != "" && !portableName.MatchString(t.name) {
			r.say(t.subject, "the name has %s", quote(strangers(t.name)))
		}
	}
}

// strangers are the characters of a name that do not belong there, each once.
func strangers(name string) string {
	var all []rune
	for _, c := range name {
		if (c > unicode.MaxASCII || !unicode.IsLetter(c) && !unicode.IsDigit(c) && !strings.ContainsRune("_.-", c)) && !slices.Contains(all, c) {
			all = append(all, c)
		}
	}
	if len(all) == 1 && all[0] == ' ' {
		return "a space"
	}
	return string(all)
}

func namePlain(r *review) {
	for _, t := range r.tools {
		if portableName.MatchString(t.name) && !plainName.MatchString(t.name) {
			r.say(t.subject, "the name has a dot or does not begin with a letter")
		}
	}
}

func nameLength(r *review) {
	for _, t := range r.tools {
		if n := utf8.RuneCountInString(t.name); n > maxName {
			r.say(t.subject, "the name has %d characters", n)
		}
	}
}

func namePrefixedLength(r *review) {
	for _, t := range r.tools {
		own := utf8.RuneCountInString(t.name)
		if n := len("mcp____") + utf8.RuneCountInString(r.Name) + own; n > maxFullName && own <= maxName && r.Name != "" {
			r.say(t.subject, "mcp__%s__%s has %d characters", r.Name, t.name, n)
		}
	}
}

func nameVerb(r *review) {
	for _, t := range r.tools {
		if len(t.words) > 0 && t.verb == "" {
			r.say(t.subject, "no word of the name says what the tool does")
		}
	}
}

func nameVague(r *review) {
	vague := set("tool function action run do exec execute process handle get set put main helper util utils misc test call invoke perform go api data object thing")
	for _, t := range r.tools {
		named := slices.DeleteFunc(slices.Clone(t.words), func(word string) bool {
			return vague[strings.TrimRight(word, "0123456789")] || strings.Trim(word, "0123456789") == ""
		})
		if len(t.words) > 0 && len(named) == 0 {
			r.say(t.subject, "the name would fit any tool")
		}
	}
}

// style is how a name of several words is written, "" for one word.
func style(name string) string {
	switch {
	case strings.Contains(name, "_") && strings.Contains(name, "-"):
		return "mixed"
	case strings.Contains(name, "_"):
		return "snake_case"
	case strings.Contains(name, "-"):
		return "kebab-case"
	case len(words(name)) > 1 && unicode.IsUpper(rune(name[0])):
		return "PascalCase"
	case len(words(name)) > 1 && !strings.ContainsAny(name, " ."):
		return "camelCase"
	}
	return ""
}

func nameStyle(r *review) {
	count := map[string]int{}
	for _, t := range r.tools {
		count[style(t.name)]++
	}
	delete(count, "")
	usual := ""
	for _, s := range []string{"snake_case", "kebab-case", "camelCase", "PascalCase", "mixed"} {
		if count[s] > count[usual] {
			usual = s
		}
	}
	for _, t := range r.tools {
		if s := style(t.name); s != "" && s != usual {
			r.say(t.subject, "the name is %s, most others are %s", s, usual)
		}
	}
}

// repeats calls found for every item whose key stood before with another item.
func repeats[T any](all []T, key func(T) string, found func(first, again T)) {
	seen := map[string]T{}
	for _, one := range all {
		k := key(one)
		if k == "" {
			continue
		}
		if first, ok := seen[k]; ok {
			found(first, one)
			continue
		}
		seen[k] = one
	}
}

func nameDuplicate(r *review) {
	repeats(r.tools, func(t tool) string { return t.name }, func(_, t tool) { r.say(t.subject, "another tool has the name too") })
}

func nameSimilar(r *review) {
	repeats(r.tools, func(t tool) string { return strings.Join(t.words, "") }, func(first, t tool) {
		if first.name != t.name {
			r.say(t.subject, "the name differs from %s in case or separators only", quote(first.name))
		}
	})
}

func nameReserved(r *review) {
	reserved := set(`bash shell computer str_replace_editor str_replace_based_edit_tool text_editor web_search websearch web_fetch webfetch code_interpreter
code_execution execute_command run_terminal_cmd run_in_terminal apply_patch todo_write todowrite exit_plan_mode attempt_completion ask_followup_question
use_mcp_tool access_mcp_resource list_mcp_resources read_mcp_resource image_generation local_shell file_search`)
	for _, t := range r.tools {
		name := strings.ReplaceAll(strings.ToLower(t.name), "-", "_")
		if reserved[name] || strings.HasPrefix(name, "mcp__") {
			r.say(t.subject, "%s is a name that clients give tools of their own", cmp.Or(name, t.name))
		}
	}
}
