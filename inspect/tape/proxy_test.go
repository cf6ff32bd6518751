package tape_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/inspect/tape"
	"github.com/mcpctl/mcpctl/inspect/traffic"
	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

// recording is a recorder into memory, and what it has recorded.
func recording(t *testing.T, secrets ...string) (*tape.Recorder, func() *tape.Tape) {
	var out bytes.Buffer
	began := time.Now()
	w, err := tape.NewWriter(&out, tape.Header{Started: began}, secrets...)
	require.NoError(t, err)
	r := tape.NewRecorder(w, began)
	return r, func() *tape.Tape {
		require.NoError(t, r.Err())
		require.NoError(t, w.Close())
		assert.NotContains(t, out.String(), "s3cr3t")
		made, err := tape.Read(&out)
		require.NoError(t, err)
		return made
	}
}

// proxied is a target behind a recording proxy.
func proxied(t *testing.T, r *tape.Recorder, target mcp.Target) mcp.Target {
	p, err := tape.NewHTTPProxy(r, target)
	require.NoError(t, err)
	web := httptest.NewServer(p)
	t.Cleanup(web.Close)
	u := strings.SplitN(strings.TrimPrefix(target.URL, "http://"), "/", 2)
	return mcp.Target{Name: "proxied", URL: web.URL + "/" + u[1]}
}

func TestHTTPIsRecordedByAProxy(t *testing.T) {
	for _, revision := range []mcp.Revision{mcp.Rev20250326, mcp.Rev20251125, mcp.Rev20260728} {
		t.Run(string(revision), func(t *testing.T) {
			r, made := recording(t)
			s := mcptest.New()
			s.Token = "s3cr3t-token" // which the proxy knows and the client does not
			target := s.Target(t, mcp.HTTP)
			session := act(t, proxied(t, r, target), revision, 2)
			require.NoError(t, session.Close(t.Context()))
			first := made()
			l := first.Log()
			defer func() { require.NoError(t, l.Close()) }()
			calls, err := traffic.Parse("kind:req dir:out !status:pending http:>=200")
			require.NoError(t, err)
			assert.Greater(t, len(calls.Select(l)), 10)
			assert.Equal(t, revision, first.Revision())
			report, err := tape.Replay(t.Context(), first, target, tape.ReplayOptions{})
			require.NoError(t, err)
			for _, c := range report.Answers {
				assert.Equal(t, tape.Same, c.Verdict, "%s %s: %v %s", c.Method, c.Name, c.Differences, c.Why)
			}
			again := act(t, played(t, first, mcp.HTTP), revision, 2)
			assert.NotEmpty(t, again.Log().Frames())
			for _, x := range again.Log().Exchanges() {
				if e := x.RPCError(); e != nil {
					assert.NotContains(t, e.Message, "the recording has")
				}
			}
		})
	}
}

func TestHTTPSSEIsRecordedByAProxy(t *testing.T) {
	r, made := recording(t)
	target := proxied(t, r, mcptest.New().Target(t, mcp.SSE))
	o := mcp.Options{Revision: mcp.Rev20241105, Transport: mcp.SSE}
	one, other := mcptest.Dial(t, target, o), mcptest.Dial(t, target, o)
	require.NotNil(t, one.Call(t.Context(), "tools/list", nil).Reply())
	require.NotNil(t, other.Call(t.Context(), "prompts/list", nil).Reply())
	require.NoError(t, one.Close(t.Context()))
	require.NoError(t, other.Close(t.Context()))
	l := made().Log()
	defer func() { require.NoError(t, l.Close()) }()
	assert.Len(t, filtered(t, l, "method:tools/list kind:req status:ok session:1"), 1)
	assert.Len(t, filtered(t, l, "method:prompts/list kind:req status:ok session:2"), 1)
}

// A stream that a client left may end after the recording did.
func TestWhatComesAfterTheEndIsNotRecorded(t *testing.T) {
	var out bytes.Buffer
	w, err := tape.NewWriter(&out, tape.Header{})
	require.NoError(t, err)
	r := tape.NewRecorder(w, time.Now())
	r.Add(traffic.Frame{Frame: mcp.NewFrame(mcp.Sent, mcp.ChannelBody, []byte("{}"))})
	require.NoError(t, w.Close())
	r.Add(traffic.Frame{Frame: mcp.NewFrame(mcp.Sent, mcp.ChannelBody, []byte("{}"))})
	require.NoError(t, r.Err())
	require.NoError(t, w.Close())
	made, err := tape.Read(&out)
	require.NoError(t, err)
	assert.Len(t, made.Frames, 1)
}

func TestTheProxyKeepsSecretsAndStrangersOut(t *testing.T) {
	r, made := recording(t)
	seen := make(chan http.Header, 1)
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen <- r.Header
		w.Header().Set("Mcp-Session-Id", "s3cr3t-session")
		w.Header().Set("Set-Cookie", "sid=s3cr3t-cookie")
		fmt.Fprintf(w, `{"said": %q}`, r.Header.Get("Authorization"))
	}))
	defer web.Close()
	target := proxied(t, r, mcp.Target{URL: web.URL + "/mcp"})
	ask := func(change func(*http.Request)) *http.Response {
		q, err := http.NewRequestWithContext(t.Context(), http.MethodPost, target.URL+"?api_key=s3cr3t-query", strings.NewReader(`{"id":1,"method":"ping"}`))
		require.NoError(t, err)
		change(q)
		answer, err := http.DefaultClient.Do(q)
		require.NoError(t, err)
		_, err = io.Copy(io.Discard, answer.Body)
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
		return answer
	}
	answer := ask(func(q *http.Request) { q.Header.Set("Authorization", "Bearer s3cr3t-bearer") })
	assert.Equal(t, http.StatusOK, answer.StatusCode)
	assert.Equal(t, "Bearer s3cr3t-bearer", (<-seen).Get("Authorization"), "what passes is unchanged")
	assert.Equal(t, "s3cr3t-session", answer.Header.Get("Mcp-Session-Id"))
	assert.Equal(t, http.StatusForbidden, ask(func(q *http.Request) { q.Host = "evil.example" }).StatusCode)
	assert.Equal(t, http.StatusForbidden, ask(func(q *http.Request) { q.Header.Set("Origin", "http://evil.example") }).StatusCode)
	frames := made().Frames
	require.Len(t, frames, 3, "strangers are not recorded")
	assert.Equal(t, "session-1", frames[1].HTTP.Answer.Get("Mcp-Session-Id"))
	assert.Equal(t, "Bearer [redacted]", frames[0].HTTP.Header.Get("Authorization"))
}

func TestTheProxyTellsThatTheServerIsAway(t *testing.T) {
	r, _ := recording(t)
	target := proxied(t, r, mcp.Target{URL: "http://127.0.0.1:1/mcp"})
	answer, err := http.Post(target.URL, "application/json", strings.NewReader("{}"))
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	assert.Equal(t, http.StatusBadGateway, answer.StatusCode)
	_, err = tape.NewHTTPProxy(r, mcp.Target{URL: "ftp://x"})
	assert.Error(t, err)
}

func TestJSONOfATapeIsLines(t *testing.T) {
	var out bytes.Buffer
	w, err := tape.NewWriter(&out, tape.Header{})
	require.NoError(t, err)
	require.NoError(t, w.Write(traffic.Frame{Frame: mcp.NewFrame(mcp.Sent, mcp.ChannelBody, []byte("{\n \"id\": 1\n}"))}))
	for line := range strings.Lines(out.String()) {
		assert.True(t, json.Valid([]byte(line)), line)
	}
}
