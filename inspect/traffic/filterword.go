package traffic

import (
	"fmt"
	"strings"

	"github.com/mcpctl/mcpctl/internal/nearest"
)

// word reads up to white space, a bracket or a character of stop; or a text in
// quotes, in which \ takes the next character as it is.
func (p *filterParser) word(stop string) (word string, isText bool, err error) {
	start := p.at
	if p.done() || p.text[p.at] != '"' {
		end := strings.IndexAny(p.text[p.at:], space+"()\""+stop)
		if end < 0 {
			end = len(p.text) - p.at
		}
		p.at += end
		return p.text[start:p.at], false, nil
	}
	var out strings.Builder
	for p.at++; !p.done(); p.at++ {
		switch c := p.text[p.at]; {
		case c == '"':
			p.at++
			return out.String(), true, nil
		case c == '\\' && p.at+1 < len(p.text):
			p.at++
			out.WriteByte(p.text[p.at])
		default:
			out.WriteByte(c)
		}
	}
	return "", true, p.errorf(start, "", "this quote is never closed")
}

// mean is the word that was meant, as advice, or else what there is to say.
func mean(written string, known []string, otherwise string) string {
	if word := nearest.Word(strings.ToLower(written), known); word != "" && written != "" {
		return fmt.Sprintf("did you mean %s?", word)
	}
	return otherwise
}
