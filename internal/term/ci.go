package term

import (
	"strings"
	"unicode"
)

// CILine is SafeLine for the log of a CI runner. Runners obey commands in the
// output of a step (GitHub's ::error:: at the start of a line; ##[…],
// ##vso[…] and ##teamcity[…] anywhere), so a server could raise annotations, mask
// words or open groups. A backslash is put where it breaks the command and the
// text stays readable.
func CILine(s string) string {
	return defuse(SafeLine(s))
}

// CI is CILine for text of several lines.
func CI(s string) string {
	lines := strings.Split(Safe(s), "\n")
	for i, line := range lines {
		lines[i] = defuse(line)
	}
	return strings.Join(lines, "\n")
}

func defuse(line string) string {
	// The runner ignores white space before the colons, Unicode's kinds included.
	text := strings.TrimLeftFunc(line, unicode.IsSpace)
	indent := line[:len(line)-len(text)]
	if strings.HasPrefix(text, "::") {
		text = `\` + text
	}
	if !strings.Contains(text, "##") {
		return indent + text
	}
	var out strings.Builder
	out.WriteString(indent)
	for i := range len(text) {
		if i > 0 && text[i] == '#' && text[i-1] == '#' && opensCommand(text[i+1:]) {
			out.WriteByte('\\')
		}
		out.WriteByte(text[i])
	}
	return out.String()
}

// opensCommand reports whether s, which follows two hashes, goes on as a
// command: a name or none, then a bracket.
func opensCommand(s string) bool {
	name := strings.TrimLeftFunc(s, func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
	})
	return strings.HasPrefix(name, "[")
}
