package mcptest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"github.com/mcpctl/mcpctl/mcp"
)

// questions are what a call of the stateless era has asked the client, over
// all its rounds.
type questions struct {
	retried bool                 // this is a retry, with a proper state
	answers map[string]mcp.Value // what has been answered
	used    []string             // the answers that the call has used
	open    map[string]any       // what it asked and found no answer to
}

// state is what requestState seals: whose request it was, for how long it may
// be taken up, and what was answered in earlier rounds. Nothing of it is kept
// on the server, so any process with the same key can take the request up.
type state struct {
	Request   string               `json:"request"`
	Principal string               `json:"principal"`
	Expires   int64                `json:"expires"`
	Answers   map[string]mcp.Value `json:"answers,omitempty"`
}

// stateLifetime is how long a client may take to answer.
const stateLifetime = 10 * time.Minute

// inputRequired turns errInputRequired into the result that asks the client;
// nil for every other error.
func (c *Call) inputRequired(err error) map[string]any {
	if !errors.Is(err, errInputRequired) {
		return nil
	}
	kept := map[string]mcp.Value{}
	for _, key := range c.asked.used {
		kept[key] = c.asked.answers[key]
	}
	sealed := c.w.s.seal(state{
		Request: c.digest(), Principal: c.principal(),
		Expires: time.Now().Add(stateLifetime).Unix(), Answers: kept,
	})
	return map[string]any{"resultType": "input_required", "inputRequests": c.asked.open, "requestState": sealed}
}

// resume takes up the answers and the state of a retry. Answers without state
// count for nothing: they answer a question that this server did not ask.
func (c *Call) resume() *mcp.RPCError {
	s, params := c.w.s, c.In.Params()
	answers, sealed := params.Get("inputResponses"), params.Get("requestState")
	switch {
	case answers.Exists() && !answers.Is(mcp.Object) && !s.skips(SkipInput):
		return rpcError(mcp.CodeInvalidParams, nil, "inputResponses must be an object")
	case !sealed.Exists():
		return nil
	}
	st, ok := s.unseal(sealed.Text())
	if !ok || st.Request != c.digest() && !s.skips(SkipStateRequest) ||
		st.Principal != c.principal() && !s.skips(SkipStatePrincipal) ||
		time.Now().Unix() > st.Expires && !s.skips(SkipLifetime) {
		return rpcError(mcp.CodeInvalidParams, nil, "requestState is not valid for this request")
	}
	c.asked.retried, c.asked.answers = true, map[string]mcp.Value{}
	for key, answer := range st.Answers {
		c.asked.answers[key] = answer
	}
	for _, m := range answers.Members() {
		c.asked.answers[m.Name] = m.Value
	}
	return nil
}

// digest identifies a request by what it asks for.
func (c *Call) digest() string {
	params := c.In.Params()
	salient := encode([]any{
		c.In.Method(), params.Get("name"), params.Get("uri"), decode(params.Get("arguments").Raw()),
	})
	sum := sha256.Sum256(salient)
	return hex.EncodeToString(sum[:])
}

// principal identifies who asks, as far as HTTP tells.
func (c *Call) principal() string {
	if c.HTTP == nil {
		return ""
	}
	sum := sha256.Sum256([]byte(c.HTTP.Header.Get("Authorization")))
	return hex.EncodeToString(sum[:])
}

func (s *Server) seal(st state) string {
	body := base64.RawURLEncoding.EncodeToString(encode(st))
	return body + "." + s.mac(body)
}

func (s *Server) unseal(sealed string) (st state, ok bool) {
	body, mac, _ := strings.Cut(sealed, ".")
	if !hmac.Equal([]byte(mac), []byte(s.mac(body))) && !s.skips(SkipState) {
		return st, false
	}
	raw, err := base64.RawURLEncoding.DecodeString(body)
	if err != nil {
		return st, s.skips(SkipState)
	}
	v, err := mcp.Parse(raw)
	if err != nil {
		return st, s.skips(SkipState)
	}
	st.Request, st.Principal = v.Get("request").Text(), v.Get("principal").Text()
	st.Expires, _ = v.Get("expires").Int()
	st.Answers = map[string]mcp.Value{}
	for _, m := range v.Get("answers").Members() {
		st.Answers[m.Name] = m.Value
	}
	return st, true
}

func (s *Server) mac(body string) string {
	h := hmac.New(sha256.New, s.key[:])
	h.Write([]byte(body))
	return hex.EncodeToString(h.Sum(nil))
}
