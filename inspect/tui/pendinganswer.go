package tui

import (
	"net/url"
	"strings"

	"github.com/mcpctl/mcpctl/mcp"
)

// accepted is the answer as it stands, and what is wrong with it.
func (q *question) accepted() (answer mcp.Value, problems []string) {
	if q.whole.Exists() {
		return q.whole, nil
	}
	switch q.kind() {
	case askURL:
		return mcp.MustParse(`{"action":"accept"}`), nil
	case askOther:
		return mcp.MustParse(`{}`), nil
	}
	v, problems := q.form.Value()
	switch q.kind() {
	case askSampling:
		return sampled(v), problems
	case askRoots:
		if !v.Has("roots") {
			v = mcp.MustParse(`{"roots":[]}`)
		}
		return v, problems
	}
	return mcp.ValueOf(map[string]any{"action": "accept", "content": v}), problems
}

// sampled is what a model would answer, made of the form.
func sampled(v mcp.Value) mcp.Value {
	result := map[string]any{"role": "assistant", "content": map[string]any{"type": "text", "text": v.Get("text").Text()}, "model": "mcpctl-answers", "stopReason": "endTurn"}
	for _, name := range []string{"model", "stopReason"} {
		if text := v.Get(name).Text(); text != "" {
			result[name] = text
		}
	}
	return mcp.ValueOf(result)
}

// declined is the answer that says no, or that there is none.
func (q *question) declined() reply {
	switch q.kind() {
	case askSampling, askOther:
		return reply{err: errRefused}
	case askRoots:
		return reply{answer: mcp.MustParse(`{"roots":[]}`)}
	}
	return reply{answer: mcp.MustParse(`{"action":"decline"}`)}
}

// sent is what an answer crosses in: the response to the server's request in the
// handshake era; in the stateless one, what the call has besides when it is made
// again.
func (q *question) sent(answer mcp.Value, stateless bool) mcp.Value {
	if !stateless {
		var id any = "…"
		if q.wire.id.Exists() {
			id = q.wire.id
		}
		return mcp.ValueOf(map[string]any{"jsonrpc": "2.0", "id": id, "result": answer})
	}
	key := q.wire.key
	if key == "" {
		key = "…"
	}
	params := map[string]any{"inputResponses": map[string]any{key: answer}}
	if q.wire.state.Exists() {
		params["requestState"] = "(as it came)" // it is opaque, and often long
	}
	return mcp.ValueOf(params)
}

// address is where a question in URL mode leads: its host, what is odd about it,
// and why it will not be opened.
func (q *question) address() (host string, doubts []string, why string) {
	u, err := url.Parse(q.params.Get("url").Text())
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return "", nil, "it is no http or https address"
	}
	host = u.Hostname()
	if u.Scheme == "http" && host != "localhost" && !strings.HasPrefix(host, "127.") && host != "::1" {
		doubts = append(doubts, "it is not encrypted (http)")
	}
	if u.User != nil {
		doubts = append(doubts, "it carries a name before the host, which often misleads")
	}
	for _, part := range strings.Split(host, ".") {
		if strings.HasPrefix(part, "xn--") || strings.ContainsFunc(part, func(r rune) bool { return r > 0x7f }) {
			doubts = append(doubts, "the host has letters that may look like others")
			break
		}
	}
	return host, doubts, ""
}
