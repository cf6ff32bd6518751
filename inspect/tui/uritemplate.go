package tui

import (
	"net/url"
	"strings"
)

// expressions calls f for each {…} of a URI template (RFC 6570) and joins what
// it gives with the text between.
func expressions(template string, f func(operator byte, names []string) string) string {
	var b strings.Builder
	for {
		head, rest, ok := strings.Cut(template, "{")
		b.WriteString(head)
		inside, tail, closed := strings.Cut(rest, "}")
		if !ok || !closed {
			if ok {
				b.WriteString("{" + rest)
			}
			return b.String()
		}
		operator := byte(0)
		if inside != "" && strings.IndexByte("+#./;?&", inside[0]) >= 0 {
			operator, inside = inside[0], inside[1:]
		}
		var names []string
		for name := range strings.SplitSeq(inside, ",") {
			name, _, _ = strings.Cut(strings.TrimSuffix(name, "*"), ":")
			names = append(names, name)
		}
		b.WriteString(f(operator, names))
		template = tail
	}
}

// variables are the names in a URI template, each once.
func variables(template string) []string {
	var all []string
	seen := map[string]bool{}
	expressions(template, func(_ byte, names []string) string {
		for _, name := range names {
			if name != "" && !seen[name] {
				all, seen[name] = append(all, name), true
			}
		}
		return ""
	})
	return all
}

// expand puts texts in place of the variables; those without one are left out.
func expand(template string, given map[string]string) string {
	return expressions(template, func(operator byte, names []string) string {
		first, sep, named, reserved := "", ",", false, false
		switch operator {
		case '+':
			reserved = true
		case '#':
			first, reserved = "#", true
		case '.', '/':
			first, sep = string(operator), string(operator)
		case ';':
			first, sep, named = ";", ";", true
		case '?', '&':
			first, sep, named = string(operator), "&", true
		}
		var parts []string
		for _, name := range names {
			text, ok := given[name]
			if !ok {
				continue
			}
			if !reserved {
				text = strings.ReplaceAll(url.QueryEscape(text), "+", "%20")
			}
			if named {
				text = name + "=" + text
			}
			parts = append(parts, text)
		}
		if len(parts) == 0 {
			return ""
		}
		return first + strings.Join(parts, sep)
	})
}
