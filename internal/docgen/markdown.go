package docgen

import (
	"fmt"
	"html"
	"regexp"
	"strings"

	"github.com/mcpctl/mcpctl/internal/term"
)

// inline makes text of ours safe within a line of Markdown: what stands
// between backticks is code and stays, everything else is shown as it is.
func inline(s string) string {
	s = strings.Join(strings.Fields(term.SafeLine(strings.ReplaceAll(s, "\n", " "))), " ")
	pieces := strings.Split(s, "`")
	for i := range pieces {
		isCode := i%2 == 1 && i < len(pieces)-1
		if !isCode {
			pieces[i] = special().Replace(pieces[i])
		}
	}
	if len(pieces)%2 == 0 { // the last backtick opens nothing
		last := len(pieces) - 1
		return strings.Join(pieces[:last], "`") + "\\`" + pieces[last]
	}
	return strings.Join(pieces, "`")
}

// special escapes what Markdown would take for its own.
func special() *strings.Replacer {
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "_", `\_`, "<", "&lt;", ">", "&gt;", "&", "&amp;", "[", `\[`, "]", `\]`, "~", `\~`)
}

// cell is inline for a table, whose cells end at a bar even within code.
func cell(s string) string { return strings.ReplaceAll(inline(s), "|", `\|`) }

// folded hides an exchange behind its title. Title and text may be a server's.
func folded(what, title, text string) string {
	summary := html.EscapeString(term.SafeLine(what + ": " + title))
	return fmt.Sprintf("<details>\n<summary>%s</summary>\n\n%s\n</details>\n", summary, fenced(text))
}

var backticks = regexp.MustCompile("`+")

// fenced is a code block whose fence is longer than any run of backticks in
// the text, so that the text cannot end it.
func fenced(text string) string {
	longest := 2
	for _, run := range backticks.FindAllString(text, -1) {
		longest = max(longest, len(run))
	}
	fence := strings.Repeat("`", longest+1)
	return fmt.Sprintf("%stext\n%s\n%s\n", fence, strings.TrimRight(term.Safe(text), "\n"), fence)
}

// anchor is the id that a Markdown renderer gives the heading of a check: lower
// case, without what is no letter, digit, dash or underscore.
func anchor(heading string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-', r == '_', r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		}
		return -1
	}, strings.ToLower(heading))
}

// sentence starts with a capital letter.
func sentence(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
