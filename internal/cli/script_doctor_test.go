package cli_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/internal/cli"
	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

// TestDoctorScripts examines fleets that scripts lay out.
func TestDoctorScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:           filepath.Join("testdata", "script", "doctor"),
		UpdateScripts: *update,
		Setup: func(e *testscript.Env) error {
			e.Vars = append(e.Vars, "NO_COLOR=1", "COLUMNS=120", "GORACE=atexit_sleep_ms=0")
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"look":  look,
			"exits": exits,
		},
	})
}

// cursorHome is a home with one server at an address.
func cursorHome(t *testing.T, address string) string {
	t.Helper()
	home := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(home, ".cursor"), 0o700))
	text := `{"mcpServers": {"web": {"url": "` + address + `"}}}`
	require.NoError(t, os.WriteFile(filepath.Join(home, ".cursor", "mcp.json"), []byte(text), 0o600))
	return home
}

// A person sees the list and is asked; only yes is yes.
func TestDoctorAsks(t *testing.T) {
	for answer, want := range map[string]int{"yes\n": cli.ExitFine, "y\n": cli.ExitFine, "no\n": cli.ExitRefused, "\n": cli.ExitRefused, "": cli.ExitRefused, "yess\n": cli.ExitRefused} {
		t.Run(strings.TrimSpace(answer), func(t *testing.T) {
			home := cursorHome(t, mcptest.New().Target(t, mcp.HTTP).URL)
			s, out, talk := cli.Test(map[string]string{"HOME": home, "TERM": "dumb"})
			s.In, s.InTTY, s.ErrTTY = strings.NewReader(answer), true, true
			assert.Equal(t, want, cli.Main(t.Context(), s, []string{"doctor"}), "%s%s", out, talk)
			assert.Contains(t, talk.String(), "ask    web  http://127.0.0.1")
			assert.Contains(t, talk.String(), "Ask 1 address? (yes, no) [no]: ")
		})
	}
}

// told is a buffer that may be read while it is written, and that tells of a
// match.
type told struct {
	mu    sync.Mutex
	text  bytes.Buffer
	grown chan struct{}
}

func (b *told) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	select {
	case b.grown <- struct{}{}:
	default:
	}
	return b.text.Write(p)
}

// await waits for a match of the pattern, and gives its first group.
func (b *told) await(t *testing.T, pattern string) string {
	t.Helper()
	late := time.After(20 * time.Second)
	for {
		b.mu.Lock()
		m := regexp.MustCompile(pattern).FindStringSubmatch(b.text.String())
		b.mu.Unlock()
		if m != nil {
			return m[len(m)-1]
		}
		select {
		case <-b.grown:
		case <-late:
			t.Fatalf("no %s in %s", pattern, b.text.String())
		}
	}
}

// TestDoctorMetrics serves metrics to this machine, and to nobody who calls it by
// another name.
func TestDoctorMetrics(t *testing.T) {
	home := cursorHome(t, mcptest.New().Target(t, mcp.HTTP).URL)
	s, _, _ := cli.Test(map[string]string{"HOME": home})
	out, talk := &told{grown: make(chan struct{}, 1)}, &told{grown: make(chan struct{}, 1)}
	s.Out, s.Err = out, talk
	ctx, cancel := context.WithCancel(t.Context())
	code := make(chan int, 1)
	go func() { code <- cli.Main(ctx, s, []string{"doctor", "--yes", "--watch", "--metrics", "127.0.0.1:0"}) }()
	address := talk.await(t, `metrics at (\S+)`)
	out.await(t, `ready`)
	get := func(path, host string) (int, string) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, strings.TrimSuffix(address, "/metrics")+path, nil)
		require.NoError(t, err)
		if host != "" {
			r.Host = host
		}
		answer, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		defer func() { _ = answer.Body.Close() }()
		text, err := io.ReadAll(answer.Body)
		require.NoError(t, err)
		return answer.StatusCode, string(text)
	}
	status, text := get("/metrics", "")
	assert.Equal(t, http.StatusOK, status)
	assert.Contains(t, text, `mcpctl_server_up{server="web",client="Cursor"`)
	status, _ = get("/", "")
	assert.Equal(t, http.StatusNotFound, status)
	status, text = get("/metrics", "evil.example.com")
	assert.Equal(t, http.StatusForbidden, status)
	assert.NotContains(t, text, "mcpctl_server_up")
	cancel()
	assert.Equal(t, cli.ExitInterrupted, <-code)
}

// TestDoctorHostileText lets no control byte of a file or a server through.
func TestDoctorHostileText(t *testing.T) {
	for name, args := range map[string][]string{
		"text": {"doctor", "--yes", "-v"}, "json": {"doctor", "--yes", "--format", "json"}, "prometheus": {"doctor", "--yes", "--format", "prometheus"},
		"list": {"doctor", "--dry-run"}, "watch": {"doctor", "--yes", "--watch", "--for", "3s"},
		"changes": {"doctor", "--yes", "--watch", "--for", "3s", "--format", "json"},
	} {
		t.Run(name, func(t *testing.T) {
			server := mcptest.New()
			server.Info["name"], server.Info["version"] = "evil\x1b]52;c;aGk=\a\u202e", "1\x9b2J"
			server.Faults = mcptest.Refuse("tools/list", mcp.CodeInternalError, "no \x1b[2J\u2066 list")
			home := cursorHome(t, server.Target(t, mcp.HTTP).URL)
			path := filepath.Join(home, ".cursor", "mcp.json")
			text, err := os.ReadFile(path)
			require.NoError(t, err)
			hostile := strings.Replace(string(text), `"web"`, `"we\u001b[31mb\u202e"`, 1)
			hostile = strings.Replace(hostile, `}}`, `, "type": "\u001b]0;t\u0007"}, "x": {"command": "no\u001b[2J\u200b", "args": ["\u009b1m"]}}`, 1)
			require.NoError(t, os.WriteFile(path, []byte(hostile), 0o600))
			s, out, talk := cli.Test(map[string]string{"HOME": home})
			cli.Main(t.Context(), s, args)
			for _, r := range out.String() + talk.String() {
				if r != '\n' && (r < ' ' || r >= 0x7f && r < 0xa0 || r >= 0x200b && r <= 0x200f || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069) {
					t.Fatalf("%U in %q", r, out.String()+talk.String())
				}
			}
			assert.Contains(t, out.String(), "we", "something was shown")
		})
	}
}
