package traffic

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mcpctl/mcpctl/mcp"
)

// field is a field of the filter language.
type field struct {
	help, example string
	words         []string // the values there are, nil when any will do
	clock         bool
	make          func(value string) (test, error)
}

// fields are all there are.
var fields = map[string]field{
	"method":   textField("the method; * stands for anything", "method:tools/*", func(e *Entry) string { return e.Method }),
	"name":     textField("what it is about: a tool, a prompt, a URI", "name:get-*", func(e *Entry) string { return e.Name }),
	"tool":     calledField("the tool called", "tool:get-sum", "tools/call"),
	"prompt":   calledField("the prompt asked for", "prompt:review", "prompts/get"),
	"uri":      calledField("the resource read or subscribed to", "uri:file://*", "resources/"),
	"revision": textField("the revision spoken", "revision:2025-*", func(e *Entry) string { return string(e.Revision) }),
	"channel":  textField("where it crossed", "channel:stderr", func(e *Entry) string { return string(e.Channel) }),
	"id":       {help: "the request id", example: "id:7", make: idTest},
	"text":     {help: "what stands in it, or in the response to it", example: `text:"not found"`, make: func(v string) (test, error) { return quoted(v), nil }},
	"ms":       {help: "how long the answer took; > >= < <= and a..b, in ms or with a unit", example: "ms:>200", make: latencyTest},
	"bytes":    {help: "its size with that of the response", example: "bytes:>10k", make: number(sizeOf, func(p *probe) float64 { return float64(p.entry.Bytes()) })},
	"n":        {help: "its number", example: "n:12..40", make: number(plainNumber, func(p *probe) float64 { return float64(p.entry.N) })},
	"session":  {help: "the connection", example: "session:2", make: number(plainNumber, func(p *probe) float64 { return float64(p.entry.Session) })},
	"of":       {help: "what this entry led to, and itself", example: "of:17", make: ofTest},
	"http":     {help: "the status of HTTP", example: "http:>=400", make: statusCodeTest},
	"since":    {help: "what crossed that lately", example: "since:30s", clock: true, make: sinceTest},
	"lint":     {help: "findings: any, must, should, may, or a check's id", example: "lint:must", make: lintTest},
	"dir": wordField("in, from the server, or out, to it", "dir:in", map[string]func(*probe) bool{
		"in":  func(p *probe) bool { return p.entry.Direction == mcp.Received },
		"out": func(p *probe) bool { return p.entry.Direction == mcp.Sent },
	}),
	"kind": wordField("request, response, notification, text or http", "kind:req", map[string]func(*probe) bool{
		"req": isKind(Request), "res": isKind(Response), "note": isKind(Notification), "text": isKind(Text), "http": isKind(HTTPOnly),
		"request": isKind(Request), "response": isKind(Response), "notification": isKind(Notification),
	}),
	"status": wordField("how it fared", "status:error", map[string]func(*probe) bool{
		"ok": hasStatus(OK), "error": hasStatus(Error, Failed), "failed": hasStatus(Failed), "rpc": hasStatus(Error),
		"pending": hasStatus(Pending), "waiting": hasStatus(Waiting), "cancelled": hasStatus(Cancelled), "none": hasStatus(None),
	}),
	"era": wordField("modern is without a handshake", "era:modern", map[string]func(*probe) bool{
		"modern": inEra(mcp.Stateless), "stateless": inEra(mcp.Stateless), "legacy": inEra(mcp.Handshake), "handshake": inEra(mcp.Handshake),
	}),
}

func fieldNames() []string { return slices.Sorted(maps.Keys(fields)) }

// FieldHelp is one field of the filter language, for a page of help. Words are
// the values that it takes, nil when any will do.
type FieldHelp struct {
	Name, Help, Example string
	Words               []string
}

// Fields are the fields of the filter language, by name.
func Fields() []FieldHelp {
	var all []FieldHelp
	for _, name := range fieldNames() {
		f := fields[name]
		all = append(all, FieldHelp{name, f.help, f.example, slices.Clone(f.words)})
	}
	return all
}

func textField(help, example string, of func(*Entry) string) field {
	return field{help: help, example: example, make: func(v string) (test, error) {
		fits := glob(v)
		return func(p *probe) bool { return fits(of(p.entry)) }, nil
	}}
}

func calledField(help, example, method string) field {
	return field{help: help, example: example, make: func(v string) (test, error) {
		fits := glob(v)
		return func(p *probe) bool { return strings.HasPrefix(p.entry.Method, method) && fits(p.entry.Name) }, nil
	}}
}

func wordField(help, example string, words map[string]func(*probe) bool) field {
	known := slices.Sorted(maps.Keys(words))
	return field{help: help, example: example, words: known, make: func(v string) (test, error) {
		if t := words[strings.ToLower(v)]; t != nil {
			return t, nil
		}
		return nil, fmt.Errorf("%q is none of %s", v, strings.Join(known, ", "))
	}}
}

func isKind(k Kind) func(*probe) bool { return func(p *probe) bool { return p.entry.Kind == k } }

func hasStatus(all ...Status) func(*probe) bool {
	return func(p *probe) bool { return slices.Contains(all, p.log.status(p.entry)) }
}

func inEra(era mcp.Era) func(*probe) bool {
	return func(p *probe) bool { return p.entry.Revision != "" && p.entry.Revision.Era() == era }
}

func idTest(v string) (test, error) {
	return func(p *probe) bool { return p.entry.ID == v || p.entry.ID == strconv.Quote(v) }, nil
}

func latencyTest(v string) (test, error) {
	timed, err := number(millisOf, func(p *probe) float64 {
		return float64(p.entry.Latency) / float64(time.Millisecond)
	})(v)
	if err != nil {
		return nil, err
	}
	return func(p *probe) bool {
		e := p.entry
		return (e.Kind == Request || e.Kind == Response) && e.Status != None && e.Status != Pending && timed(p)
	}, nil
}

func statusCodeTest(v string) (test, error) {
	numbered, err := number(plainNumber, func(p *probe) float64 { return float64(p.entry.HTTP.Status) })(v)
	if err != nil {
		return nil, err
	}
	return func(p *probe) bool { return p.entry.HTTP != nil && p.entry.HTTP.Status != 0 && numbered(p) }, nil
}

func sinceTest(v string) (test, error) {
	d, err := time.ParseDuration(v)
	if err != nil || d < 0 {
		return nil, fmt.Errorf("%q is no time such as 30s or 5m", v)
	}
	return func(p *probe) bool { return p.entry.At >= p.now-d }, nil
}

// ofTest is an entry and all that it led to.
func ofTest(v string) (test, error) {
	n, err := strconv.Atoi(v)
	if err != nil || n < 1 {
		return nil, errors.New("it wants the number of an entry")
	}
	return func(p *probe) bool {
		e := p.entry
		for range maxDepth {
			switch {
			case e == nil:
				return false
			case e.N == n:
				return true
			}
			e = p.log.at(e.Cause)
		}
		return false
	}, nil
}

func lintTest(v string) (test, error) {
	fits := glob(v)
	one := func(f Finding) bool { return v == "any" || strings.EqualFold(f.Level, v) || fits(f.Check) }
	return func(p *probe) bool {
		if slices.ContainsFunc(p.entry.Findings, one) {
			return true
		}
		reply := p.log.at(p.entry.Reply)
		return reply != nil && slices.ContainsFunc(reply.Findings, one)
	}, nil
}
