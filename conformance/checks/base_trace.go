package checks

import (
	"regexp"
	"strings"
	"sync"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/internal/pattern"
	"github.com/mcpctl/mcpctl/mcp"
)

// baseTraceContext judges traceparent and tracestate (W3C Trace Context) and
// baggage (W3C Baggage) wherever the server puts them into _meta.
func baseTraceContext(t *conformance.Traffic) error {
	j := t.Judge()
	formats := map[string]func(string) bool{"traceparent": isTraceparent, "tracestate": isTracestate, "baggage": isBaggage}
	for k := range metaKeys(t) {
		fits, known := formats[k.key]
		if !known {
			continue
		}
		j.Met(k.Seen)
		if !k.value.Is(mcp.String) || !fits(k.value.Text()) {
			j.Faultf(k.Seen, k.pointer, "%s does not have the format of the W3C: %.80s", k.key, k.value)
		}
	}
	return j.Err("the server sent no trace context in any _meta")
}

var (
	traceparentForm = pattern.New(`^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.*)?$`)
	baggageKey      = pattern.New("^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")
	baggageValue    = pattern.New(`^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*$`)
)

// The forms of a tracestate are compiled when the first one is seen: their
// repetitions cost a millisecond, which every start of mcpctl would pay.
var (
	isTracestateKey = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^([a-z][a-z0-9_*/-]{0,255}|[a-z0-9][a-z0-9_*/-]{0,240}@[a-z][a-z0-9_*/-]{0,13})$`)
	})
	isTracestateValue = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$`)
	})
)

// isTraceparent allows later versions to have more fields than version 00.
func isTraceparent(s string) bool {
	parts := traceparentForm.FindStringSubmatch(s)
	return parts != nil && parts[1] != "ff" && (parts[1] != "00" || parts[4] == "") &&
		strings.Trim(parts[2], "0") != "" && strings.Trim(parts[3], "0") != ""
}

// isTracestate allows empty members between commas.
func isTracestate(s string) bool {
	members := 0
	for member := range strings.SplitSeq(s, ",") {
		member = strings.Trim(member, " \t")
		if member == "" {
			continue
		}
		key, value, ok := strings.Cut(member, "=")
		if members++; !ok || !isTracestateKey().MatchString(key) || !isTracestateValue().MatchString(value) {
			return false
		}
	}
	return members <= 32
}

func isBaggage(s string) bool {
	for member := range strings.SplitSeq(s, ",") {
		for i, part := range strings.Split(member, ";") {
			key, value, valued := strings.Cut(part, "=")
			key, value = strings.Trim(key, " \t"), strings.Trim(value, " \t")
			// A property of a member may do without a value.
			if !baggageKey.MatchString(key) || !baggageValue.MatchString(value) || i == 0 && !valued {
				return false
			}
		}
	}
	return true
}
