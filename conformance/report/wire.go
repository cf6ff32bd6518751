package report

import (
	"maps"
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/internal/term"
)

// arrow shows which way something crossed the wire, as seen from mcpctl.
func arrow(e conformance.Evidence) string {
	if e.Direction == "sent" {
		return "→"
	}
	return "←"
}

// start is the first line of what crossed the wire: HTTP's own, else the
// channel.
func start(e conformance.Evidence) string {
	if e.Start != "" {
		return e.Start
	}
	return e.Channel
}

// headers are the header lines in alphabetical order.
func headers(e conformance.Evidence) []string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(e.Header)) {
		for _, value := range e.Header[name] {
			all = append(all, name+": "+value)
		}
	}
	return all
}

// wireLog is a wire log for formats that show preformatted text: safe lines, each
// text clipped to limit characters.
func wireLog(evidence []conformance.Evidence, limit int) string {
	var out strings.Builder
	for _, e := range evidence {
		out.WriteString(arrow(e) + " " + term.CILine(start(e)) + "\n")
		for _, h := range headers(e) {
			out.WriteString("  " + term.CILine(term.Clip(h, limit)) + "\n")
		}
		if e.Text != "" {
			out.WriteString("  " + term.CILine(term.Clip(e.Text, limit)) + "\n")
		}
	}
	return strings.TrimSuffix(out.String(), "\n")
}

// printable replaces the two characters that package term lets pass and that
// XML and YAML forbid.
func printable(safe string) string {
	return strings.ReplaceAll(strings.ReplaceAll(safe, "\uFFFE", "\uFFFD"), "\uFFFF", "\uFFFD")
}
