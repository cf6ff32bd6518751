package traffic

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/internal/nearest"
	"github.com/mcpctl/mcpctl/internal/redact"
	"github.com/mcpctl/mcpctl/mcp"
)

// As is a form in which an entry leaves the program.
type As string

// The forms of Export.
const (
	AsJSONRPC As = "jsonrpc" // the message as it crossed
	AsCurl    As = "curl"    // a command that sends the request over HTTP
	AsCommand As = "command" // a command line of mcpctl
	AsCase    As = "case"    // a test case in YAML
)

// Forms are all forms of Export.
func Forms() []As { return []As{AsJSONRPC, AsCurl, AsCommand, AsCase} }

// Exporting says how the server is called, and what must not be told.
type Exporting struct {
	// Target is how the command line names the server: a URL or a name from a
	// configuration. Command is the server's own command, for one on stdio.
	Target  string
	Command []string
	// Config is the file that Target is a name from, where commands do not look
	// for it by themselves.
	Config string
	// URL is the server's endpoint, for curl. An entry that crossed HTTP knows
	// its own.
	URL string
	// Header is what goes with every request. Values of headers that are secret
	// by their name are written as references to environment variables; Refs
	// says which, by header name.
	Header http.Header
	Refs   map[string]string
	// Redact removes the secrets of the session from everything else; nil
	// removes none.
	Redact *redact.Redactor
}

// Export writes an entry in a form; a response counts as its request, but for
// AsJSONRPC. The error says why it cannot be written so.
func (l *Log) Export(n int, as As, o Exporting) (string, error) {
	e, ok := l.Entry(n)
	if !ok {
		return "", ErrGone
	}
	if as == AsJSONRPC {
		raw, err := l.Raw(n)
		return o.Redact.String(string(raw)), err
	}
	if e.Kind == Response && e.Cause > 0 {
		if e, ok = l.Entry(e.Cause); !ok {
			return "", ErrGone
		}
	}
	x := export{Exporting: o, log: l, entry: e}
	switch as {
	case AsCurl:
		return x.curl()
	case AsCommand:
		return x.command()
	case AsCase:
		return x.testCase()
	}
	known := []string{}
	for _, f := range Forms() {
		known = append(known, string(f))
	}
	hint := strings.Join(known, ", ")
	if near := nearest.Word(string(as), known); near != "" {
		hint = "did you mean " + near + "?"
	}
	return "", fmt.Errorf("there is no form %q: %s", as, hint)
}

// export writes one entry.
type export struct {
	Exporting
	log   *Log
	entry Entry
}

// message is the entry's message, which must be a request of the client's.
func (x export) message() (mcp.Message, error) {
	if x.entry.Kind != Request || x.entry.Direction != mcp.Sent {
		return mcp.Message{}, errors.New("only requests of the client, and their responses, can be written so")
	}
	return x.log.Message(x.entry.N)
}

// quote makes a word safe for a POSIX shell.
func quote(word string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./:=@%+,", r)
	}
	if word != "" && strings.IndexFunc(word, func(r rune) bool { return !plain(r) }) < 0 {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// curl is the request as a command for curl.
func (x export) curl() (string, error) {
	e := x.entry
	url := x.URL
	if e.HTTP != nil && e.HTTP.URL != "" {
		url = e.HTTP.URL
	}
	switch {
	case e.Direction != mcp.Sent || e.Kind == Text:
		return "", errors.New("only what the client sent can be sent again with curl")
	case url == "":
		return "", errors.New("the entry crossed standard streams, and curl speaks HTTP; give the URL of the same server")
	}
	method := http.MethodPost
	if e.Kind == HTTPOnly {
		method = e.Method
	}
	words := []string{"curl -sS -N -X " + quote(method) + " " + quote(x.Redact.URL(url))}
	header := x.header()
	for _, name := range sortedNames(header) {
		for _, value := range header[name] {
			words = append(words, "-H "+x.headerWord(name, value))
		}
	}
	if e.Kind != HTTPOnly {
		raw, err := x.log.Raw(e.N)
		if err != nil {
			return "", err
		}
		words = append(words, "--data-raw "+quote(x.Redact.String(string(raw))))
	}
	return strings.Join(words, " \\\n  "), nil
}

// header is what goes with the request: as it was sent, or as its era asks for.
func (x export) header() http.Header {
	h := http.Header{}
	for name, values := range x.Header {
		h[http.CanonicalHeaderKey(name)] = values
	}
	sent := x.eraHeader()
	if x.entry.HTTP != nil && len(x.entry.HTTP.Header) > 0 {
		sent = x.entry.HTTP.Header
	}
	for name, values := range sent {
		h[http.CanonicalHeaderKey(name)] = values
	}
	for _, own := range []string{"Content-Length", "Host", "Connection", "Accept-Encoding", "User-Agent"} {
		h.Del(own) // curl's own affair
	}
	return h
}

// eraHeader are the headers that a client owes with the request:
// basic/transports#streamable-http.
func (x export) eraHeader() http.Header {
	h := http.Header{}
	if x.entry.Kind == HTTPOnly {
		h.Set("Accept", "text/event-stream")
		return h
	}
	h.Set("Content-Type", "application/json")
	h.Set("Accept", "application/json, text/event-stream")
	e := x.entry
	switch {
	case e.Revision.Era() == mcp.Stateless:
		h.Set("MCP-Protocol-Version", string(e.Revision))
		h.Set("Mcp-Method", e.Method)
		if m, err := x.log.Message(e.N); err == nil {
			if name := mirroredName(m); name != "" {
				h.Set("Mcp-Name", mcp.HeaderValue(name))
			}
		}
	case e.Revision >= mcp.Rev20250618 && e.Method != "initialize":
		h.Set("MCP-Protocol-Version", string(e.Revision))
	}
	return h
}

// mirroredName is what 2026-07-28 wants in Mcp-Name.
func mirroredName(m mcp.Message) string {
	switch m.Method() {
	case "tools/call", "prompts/get":
		return m.Params().Get("name").Text()
	case "resources/read":
		return m.Params().Get("uri").Text()
	}
	return ""
}

// headerWord is a header as a word of the shell, a secret as a reference.
func (x export) headerWord(name, value string) string {
	if !redact.SecretName(name) && !strings.EqualFold(name, "Mcp-Session-Id") {
		return quote(name + ": " + x.Redact.String(value))
	}
	scheme := ""
	if word, _, ok := strings.Cut(value, " "); ok && strings.EqualFold(name, "Authorization") && quote(word) == word {
		scheme = word + " "
	}
	return `"` + name + ": " + scheme + "$" + x.reference(name) + `"`
}

// reference is the environment variable that stands for a header's secret.
func (x export) reference(name string) string {
	for header, variable := range x.Refs {
		if strings.EqualFold(header, name) && variable != "" && quote(variable) == variable {
			return variable
		}
	}
	if strings.EqualFold(name, "Authorization") {
		return "MCP_TOKEN"
	}
	upper := strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, strings.ToUpper(name))
	if strings.HasPrefix(upper, "MCP_") {
		return upper
	}
	return "MCP_" + upper
}

func sortedNames(h http.Header) []string {
	var all []string
	for name := range h {
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}
