package contract

import (
	"regexp"
	"strings"
	"time"

	"github.com/mcpctl/mcpctl/mcp"
)

// mark is what a descriptor says of its deprecation.
type mark struct {
	// until is the last day that was promised, 2006-01-02; "" when none was told.
	until string
}

const dayForm = "2006-01-02"

var (
	deprecatedWord = regexp.MustCompile(`^\W{0,4}(?i:deprecated)\b|(?:^|[\s(\[*])(?:DEPRECATED\b|Deprecated:)`)
	dayWord        = regexp.MustCompile(`\b[0-9]{4}-[0-9]{2}-[0-9]{2}\b`)
)

// deprecation reads the mark, where servers put one: a member deprecated of the
// descriptor or of its annotations, a key deprecated of _meta with or without a
// prefix, or a description that begins with the word, or has it as DEPRECATED or
// "Deprecated:" further on. The value may be true, a text or an object; the day is
// the object's until, removal or sunset, or the first in the text.
func deprecation(v mcp.Value) (mark, bool) {
	places := []mcp.Value{v.Get("deprecated"), v.Get("annotations", "deprecated")}
	for _, m := range v.Get("_meta").Members() {
		if m.Name == "deprecated" || strings.HasSuffix(m.Name, "/deprecated") {
			places = append(places, m.Value)
		}
	}
	for _, place := range places {
		switch place.Kind() {
		case mcp.Bool:
			if place.True() {
				return mark{}, true
			}
		case mcp.String:
			return mark{dayIn(place.Text())}, true
		case mcp.Object:
			for _, name := range []string{"until", "removal", "sunset"} {
				if day := dayIn(place.Get(name).Text()); day != "" {
					return mark{day}, true
				}
			}
			return mark{}, true
		default: // no mark
		}
	}
	if text := v.Get("description").Text(); deprecatedWord.MatchString(text) {
		return mark{dayIn(text[:min(len(text), 300)])}, true
	}
	return mark{}, false
}

// dayIn is the first day that a text names.
func dayIn(text string) string {
	for _, word := range dayWord.FindAllString(text, 4) {
		if _, err := time.Parse(dayForm, word); err == nil {
			return word
		}
	}
	return ""
}

// over reports whether the time that was promised is over, and in words when. A
// mark without a day promises no more than the release that had it.
func (m mark) over(now time.Time) (over bool, when string) {
	if m.until == "" {
		return true, ""
	}
	return now.UTC().Format(dayForm) > m.until, " for after " + m.until
}

// newlyDeprecated tells of a mark that was not there before.
func newlyDeprecated(before, after mcp.Value) []Change {
	_, was := deprecation(before)
	now, is := deprecation(after)
	if was || !is {
		return nil
	}
	message := "it is deprecated now"
	if now.until != "" {
		message += ", and promised until " + now.until
	}
	return []Change{change("deprecated", "", message, mcp.Value{}, mcp.Value{})}
}
