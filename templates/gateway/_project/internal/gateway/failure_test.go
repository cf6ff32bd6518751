package gateway

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// An upstream that hangs is answered for, then left alone, and harms no other.
func TestHangingUpstream(t *testing.T) {
	cfg := testConfig()
	slow := child("slow", "newest")
	slow.Timeout = 300 * time.Millisecond
	r := start(t, cfg, slow, child("good", "newest"))
	c := r.connect(t, "", nil)
	for i := range cfg.BreakerFailures {
		if res := callTool(t, c, "slow__hang", nil); !res.IsError || !strings.Contains(text(res), `"code":"unavailable"`) || !strings.Contains(text(res), errSilent.Error()) {
			t.Errorf("call %d is answered %q", i, text(res))
		}
	}
	if s := r.status("slow"); s.State != "paused" {
		t.Errorf("status = %+v", s)
	}
	began := time.Now()
	if res := callTool(t, c, "slow__echo", map[string]any{"text": "hi"}); !res.IsError || time.Since(began) > slow.Timeout {
		t.Errorf("a paused upstream is called: %q after %s", text(res), time.Since(began))
	}
	if _, err := c.GetPrompt(t.Context(), &mcp.GetPromptParams{Name: "slow__greet"}); err == nil || !strings.Contains(err.Error(), "slow") {
		t.Errorf("a prompt is answered with %v", err)
	}
	if res := callTool(t, c, "good__echo", map[string]any{"text": "hi"}); res.IsError {
		t.Errorf("the other is harmed: %q", text(res))
	}
	if err := r.Checks()["slow"](t.Context()); err == nil {
		t.Error("the check says that a paused upstream works")
	}
	if err := r.Checks()["good"](t.Context()); err != nil {
		t.Error(err)
	}
}

// After its pause an upstream gets another chance.
func TestPauseEnds(t *testing.T) {
	cfg := testConfig()
	cfg.BreakerPause = 100 * time.Millisecond
	slow := child("slow", "newest")
	slow.Timeout = 200 * time.Millisecond
	r := start(t, cfg, slow)
	c := r.connect(t, "", nil)
	for range cfg.BreakerFailures {
		callTool(t, c, "slow__hang", nil)
	}
	eventually(t, "it works again", func() bool { return !callTool(t, c, "slow__echo", map[string]any{"text": "hi"}).IsError })
}

// An upstream that ends is started again; until then its tools say so.
func TestCrashingUpstream(t *testing.T) {
	for _, part := range []string{"newest", "handshake"} {
		t.Run(part, func(t *testing.T) {
			r := start(t, testConfig(), child("weak", part), child("good", "newest"))
			c := r.connect(t, "", nil)
			if res := callTool(t, c, "weak__die", nil); !res.IsError || !strings.Contains(text(res), `"code":"unavailable"`) {
				t.Errorf("the call is answered %q", text(res))
			}
			if res := callTool(t, c, "good__echo", map[string]any{"text": "hi"}); res.IsError {
				t.Errorf("the other is harmed: %q", text(res))
			}
			eventually(t, "it is back", func() bool { return !callTool(t, c, "weak__echo", map[string]any{"text": "hi"}).IsError })
		})
	}
}

// Without its upstreams the gateway serves all the same, and soon.
func TestUnreachable(t *testing.T) {
	cfg := testConfig()
	cfg.ConnectTimeout, cfg.StartWait = time.Minute, 500*time.Millisecond
	began := time.Now()
	r := start(t, cfg,
		Server{Name: "deaf", Command: os.Args[0], Env: map[string]string{playVariable: "deaf"}},
		Server{Name: "nowhere", URL: "http://127.0.0.1:1/mcp"},
		Server{Name: "nothing", Command: "/no/such/program"},
		Server{Name: "skipped", Skip: "TOKEN not set"},
		child("good", "newest"),
	)
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("starting took %s", took)
	}
	c := r.connect(t, "", nil)
	eventually(t, "the good one is there", func() bool { return r.status("good").State == "connected" })
	if res := callTool(t, c, "good__echo", map[string]any{"text": "hi"}); res.IsError {
		t.Errorf("the good one is harmed: %q", text(res))
	}
	states := map[string]string{}
	for _, s := range callTool(t, c, statusTool, nil).StructuredContent.(map[string]any)["upstreams"].([]any) {
		status := s.(map[string]any)
		states[status["name"].(string)] = status["state"].(string)
		if status["state"] != "connected" && status["state"] != "connecting" && status["lastError"] == nil {
			t.Errorf("it is not said why: %v", status)
		}
	}
	want := map[string]string{"deaf": "connecting", "nowhere": "lost", "nothing": "lost", "skipped": "skipped", "good": "connected"}
	if fmt.Sprint(states) != fmt.Sprint(want) {
		t.Errorf("states = %v, want %v", states, want)
	}
}

// A server that cannot bear to be asked before the handshake is connected on the
// second try, and on the first after that.
func TestHandshakeFirst(t *testing.T) {
	cfg := testConfig()
	cfg.ConnectTimeout = 2 * time.Second
	var dials atomic.Int32
	r := startWith(t, cfg, func(g *Gateway) {
		g.upstreams[0].dial = func() (mcp.Transport, func(), error) {
			ct, st := mcp.NewInMemoryTransports()
			if dials.Add(1) == 1 {
				return ct, func() {}, nil // nobody answers
			}
			_, err := newUpstreamServer(newestHandshake).Connect(context.Background(), st, nil)
			return ct, func() {}, err
		}
	}, Server{Name: "touchy", Command: "unused"})
	u := r.upstreams[0]
	if s := r.Status().Upstreams[0]; s.State != "connected" || !u.older {
		t.Fatalf("status = %+v", s)
	}
	u.drop(errors.New("for the test"))
	eventually(t, "it is connected again", func() bool { return dials.Load() == 3 && r.Status().Upstreams[0].State == "connected" })
}

// The same with one that does not hang but ends.
func TestTouchyUpstream(t *testing.T) {
	r := start(t, testConfig(), child("up", "touchy"))
	if s := r.status("up"); s.State != "connected" || s.Revision != newestHandshake {
		t.Fatalf("status = %+v, log:\n%s", s, r.log)
	}
}

// Neither the log nor the status shows what a server was given in confidence.
func TestSecretsAreHidden(t *testing.T) {
	lookup := func(name string) (string, bool) {
		return map[string]string{"KEY": "hunter2-hunter2"}[name], name == "KEY"
	}
	file := fmt.Sprintf(`{"mcpServers": {
		"child": {"command": %q, "env": {%q: "talkative", "KEY": "${KEY}"}},
		"remote": {"url": "http://127.0.0.1:1/mcp?key=${KEY}", "headers": {"Authorization": "Bearer ${KEY}"}}
	}}`, os.Args[0], playVariable)
	servers, _, err := parse([]byte(file), testConfig(), lookup)
	if err != nil {
		t.Fatal(err)
	}
	r := start(t, testConfig(), servers...)
	eventually(t, "both have failed", func() bool {
		s := r.Status().Upstreams
		return s[0].State == "lost" && s[1].State == "lost" && strings.Contains(s[0].LastError, "the key [hidden] is wrong")
	})
	if all := fmt.Sprint(r.Status()) + r.log.String(); strings.Contains(all, "hunter2") {
		t.Errorf("a secret is shown: %s", all)
	}
}
