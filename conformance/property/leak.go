package property

import (
	"strings"

	"github.com/mcpctl/mcpctl/internal/pattern"
	"github.com/mcpctl/mcpctl/mcp"
)

// leaks recognises what an error should not show. It is safe for concurrent use.
type leaks struct{ trace, path *pattern.Pattern }

func newLeaks() leaks {
	return leaks{
		trace: pattern.New(`(?m)Traceback \(most recent call last\)` + // Python
			`|^\s*File "[^"\n]+", line \d+, in ` +
			`|^\s*at .{1,200}[( ][^()\n]{1,200}:\d+:\d+\)?\s*$` + // JavaScript
			`|^\s*at [\w$.<>]+\([\w$]+\.(?:java|kt|scala):\d+\)` + // Java
			`|^goroutine \d+ \[` + `|\.go:\d+ \+0x[0-9a-f]+` + // Go
			`|^\s*at [\w.<>` + "`" + `]+\(.*\) in .{1,200}:line \d+` + // .NET
			`|^stack backtrace:|^\s+\d+: .{1,200}\n\s+at ` + // Rust
			`|thread '[^'\n]{1,100}' panicked at `),
		path: pattern.New(`(?:/home|/Users|/root|/var/task|/usr/src|/usr/lib|/usr/local/lib|/opt|/srv|/app|/workspace|/private/var|/tmp)/[^\s"'<>:,;)]{2,200}` +
			`|[A-Za-z]:\\(?:Users|Program Files|Windows|inetpub)\\[^\s"'<>:,;)]{1,200}`),
	}
}

// maxSearched bounds the text of one error that is looked through, in bytes.
const maxSearched = 64 << 10

// errorText is all that an error tells: the message and data of an RPC error,
// the text of a failed result; "" for what is no error.
func errorText(x *mcp.Exchange) string {
	var b strings.Builder
	if e := x.RPCError(); e != nil {
		b.WriteString(e.Message + "\n")
		e.Data.Walk(func(_ string, v mcp.Value) bool {
			b.WriteString(v.Text() + "\n")
			return b.Len() < maxSearched
		})
	} else if result := x.Result(); result.Get("isError").True() {
		b.WriteString(contentText(result))
	}
	return clip(b.String(), maxSearched)
}

// contentText is the text of a result.
func contentText(result mcp.Value) string {
	var b strings.Builder
	for _, block := range result.Get("content").Items() {
		b.WriteString(block.Get("text").Text() + "\n")
		if b.Len() > maxSearched {
			break
		}
	}
	return b.String()
}

// pathIn is a path of the machine in an error that was not in what was sent.
func (l leaks) pathIn(text string, sent []byte) string {
	for _, found := range l.path.FindAllString(text, 20) {
		if !strings.Contains(string(sent), found) {
			return found
		}
	}
	return ""
}

// traceIn is the first line of a stack trace in an error, "" for none.
func (l leaks) traceIn(text string) string {
	return strings.TrimSpace(l.trace.FindString(text))
}

// readsLikeFailure reports whether a result without isError begins as failures do.
func readsLikeFailure(result mcp.Value) bool {
	blocks := result.Get("content").Items()
	if len(blocks) != 1 || result.Has("structuredContent") {
		return false
	}
	text := strings.TrimSpace(blocks[0].Get("text").Text())
	for _, head := range []string{"Error:", "ERROR:", "Traceback (most recent call last)", "MCP error ", "Exception:",
		"TypeError:", "ValueError:", "KeyError:", "RuntimeError:", "panic:", "Unhandled exception"} {
		if strings.HasPrefix(text, head) {
			return true
		}
	}
	return false
}
