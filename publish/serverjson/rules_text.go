package serverjson

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/mcpctl/mcpctl/internal/nearest"
	"github.com/mcpctl/mcpctl/internal/pattern"
	"github.com/mcpctl/mcpctl/mcp"
)

// text looks at all names and strings, wherever they are.
func (j *judge) text() {
	j.doc.root.walk(func(n *node) {
		seen := map[string]bool{}
		for _, m := range n.members {
			if seen[m.name] {
				j.faults = append(j.faults, fault{rule: "json/duplicate", pointer: n.pointer + "/" + mcp.EscapePointer(m.name), start: m.start,
					reason: "stands here for the second time"})
			}
			seen[m.name] = true
			j.surrogates(m.value.pointer, m.start, m.end)
		}
		if n.kind == isString {
			j.surrogates(n.pointer, n.start, n.end)
		}
	})
}

// surrogates faults an escape that is half a character: decoders put another
// character in its place.
func (j *judge) surrogates(pointer string, start, end int) {
	token := string(j.doc.raw[start:end])
	for i := 0; i+1 < len(token); i++ {
		if token[i] != '\\' {
			continue
		}
		i++
		if token[i] != 'u' {
			continue
		}
		unit := escaped(token, i-1)
		switch {
		case unit >= 0xD800 && unit < 0xDC00 && low(escaped(token, i+5)):
			i += 10
		case unit >= 0xD800 && unit < 0xE000:
			j.faults = append(j.faults, fault{rule: "json/surrogate", pointer: pointer, start: start + i - 1,
				reason: fmt.Sprintf(`has \u%04x without its other half`, unit)})
			return
		default:
			i += 4
		}
	}
}

func low(unit int64) bool { return unit >= 0xDC00 && unit < 0xE000 }

// escaped is the unit of a \uXXXX at a place, -1 when there is none.
func escaped(token string, at int) int64 {
	if at+6 > len(token) || token[at:at+2] != `\u` {
		return -1
	}
	unit, err := strconv.ParseInt(token[at+2:at+6], 16, 32)
	if err != nil {
		return -1
	}
	return unit
}

// placeholders are what templates and the official publisher leave to be filled
// in. Words that a server may be about ("todo") are none by themselves.
var placeholders = pattern.New(`^\s*(TODO|FIXME|CHANGEME|TBD)\s*$|\b(TODO|FIXME)[:(]|\bYOUR_[A-Z]+|^<[^<>]+>$`)

// placeholder faults a text that is still a template's. It answers whether it did.
func (j *judge) placeholder(n *node) bool {
	if found := placeholders.FindString(n.str()); found != "" {
		j.fault(n, "text/placeholder", "still has the placeholder %q", clip(strings.TrimSpace(found)))
		return true
	}
	return false
}

// declared judges $schema.
func (j *judge) declared() {
	if j.doc.root.kind != isObject {
		return
	}
	m, there := j.doc.root.last("$schema")
	date := dateOf(m.value.str())
	switch {
	case there && m.value.kind == isString && m.value.text == "":
		j.fault(m.value, "schema/missing", "is empty, so nobody knows by which schema the file was written")
	case !there:
		j.fault(j.doc.root, "schema/missing", "has no $schema, so nobody knows by which schema it was written")
	case m.value.kind != isString:
		// The schema says so itself.
	case !known(date):
		mend := ""
		if near := nearest.Word(date, Dates()); near != "" && date != "" {
			mend = "Did you mean " + SchemaURL(near) + "?"
		}
		j.mended(m.value, "schema/unknown", mend, "is %q, which is none of the published dates (%s)", clip(m.value.text), strings.Join(Dates(), ", "))
	case date != Current || m.value.text != SchemaURL(Current):
		j.fault(m.value, "schema/old", "is %s, and the current one is %s", clip(m.value.text), SchemaURL(Current))
	}
}
