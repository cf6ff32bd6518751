package tui

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/inspect/doctor"
	"github.com/mcpctl/mcpctl/inspect/servers"
	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

// shelf is a user's folder and a project's with configuration files, and the
// servers that they name.
type shelf struct {
	t       *testing.T
	home    string
	project string
	fleet   map[string]mcp.Target // by name

	mu       sync.Mutex
	started  []string // the names of servers that were made a target, in order
	examined []string
}

func newShelf(t *testing.T) *shelf {
	s := &shelf{t: t, home: t.TempDir(), project: t.TempDir(), fleet: map[string]mcp.Target{}}
	s.write(s.home, ".cursor/mcp.json", `{"mcpServers": {
  "files": {"command": "npx", "args": ["-y", "files-server", "--token", "s3cret-token", "two words"], "env": {"API_KEY": "hunter2-hunter2"}},
  "remote": {"url": "https://user:pw@mcp.example.com/mcp?api_key=s3cret", "headers": {"Authorization": "Bearer ${env:UNSET_TOKEN}", "X-Team": "blue"}},
  "empty": {}
}}`)
	s.write(s.project, ".mcp.json", `{"mcpServers": {"builder": {"command": "./build.sh", "args": ["--all", "a \"b"]}}}`)
	s.write(s.project, ".vscode/mcp.json", "{\"servers\": {\n  oops")
	s.fleet["files"] = mcptest.New().Target(t, mcp.Stdio)
	builder := mcptest.New()
	builder.Info = map[string]any{"name": "the-builder", "version": "3"}
	builder.Tools = builder.Tools[:2]
	s.fleet["builder"] = builder.Target(t, mcp.Stdio)
	return s
}

func (s *shelf) write(folder, name, text string) {
	path := filepath.Join(folder, filepath.FromSlash(name))
	require.NoError(s.t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(s.t, os.WriteFile(path, []byte(text), 0o600))
}

// options give the screen the servers of the shelf.
func (s *shelf) options(o *Options) {
	o.Servers = Catalogue{
		Find: func() (servers.Found, error) {
			return servers.Find(servers.Places{OS: "linux", Home: s.home, Folder: s.project}), nil
		},
		Target: func(_ context.Context, one servers.Server) (mcp.Target, error) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.started = append(s.started, one.Name)
			target, ok := s.fleet[one.Name]
			if !ok {
				return target, errors.New("the environment variable UNSET_TOKEN is not set")
			}
			return target, nil
		},
		Examine: func(_ context.Context, one servers.Server) doctor.Diagnosis {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.examined = append(s.examined, one.Name)
			return doctor.Diagnosis{Status: doctor.Fail, Steps: []doctor.Step{
				{Name: doctor.StepConfig, Status: doctor.OK, What: "the entry is whole"},
				{Name: doctor.StepHandshake, Status: doctor.Fail, What: "it ended with code 1", Mend: "Run it by hand.", Lines: []string{"no such file"}},
			}}
		},
		Near: func(path string) string {
			return strings.NewReplacer(s.home, "~", s.project+string(filepath.Separator), "").Replace(path)
		},
	}
}

func (s *shelf) chosen() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.started
}

// choosing is a driver that shows the servers of a shelf, with no target.
func choosing(t *testing.T, s *shelf, w, h int, change ...func(*Options)) *driver {
	t.Helper()
	d := newDriver(t, mcp.Target{}, w, h, append([]func(*Options){s.options}, change...)...)
	d.gone("reading the configuration files")
	return d
}

func TestTheServersLookAsRecorded(t *testing.T) {
	for _, size := range sizes {
		t.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(t *testing.T) {
			d := choosing(t, newShelf(t), size[0], size[1])
			name := func(what string) string { return fmt.Sprintf("servers/%s-%dx%d", what, size[0], size[1]) }
			require.NoError(t, os.MkdirAll("testdata/servers", 0o755))
			d.golden(name("list"))
			if size[0] < twoPanes {
				d.keys("l")
				d.golden(name("detail"))
				d.keys("h")
			}
			d.keys("/", "builder", "enter", "enter")
			d.golden(name("consent"))
		})
	}
}

func TestWithoutATargetTheServersAreListedAndNothingIsStarted(t *testing.T) {
	s := newShelf(t)
	d := choosing(t, s, 120, 36)
	d.see("no server is chosen")
	d.see("~/.cursor/mcp.json")
	d.see("the file cannot be under")
	screen := d.screen()
	for _, secret := range []string{"s3cret", "hunter2", ":pw@"} {
		assert.NotContains(t, screen, secret)
	}
	d.keys("c")
	d.see("no server is chosen; @ lists them")
	d.keys("2")
	d.see("no server is chosen; @ lists them")
	d.keys("@")
	d.see("[Servers 4]")
	assert.Empty(t, s.chosen())

	// The detail tells what would be run, without secrets.
	d.see("argv[0]      npx")
	d.see(`"two words"`)
	d.see("API_KEY  [redacted]")
	assert.NotContains(t, d.screen(), "hunter2")
	d.keys("j")
	d.see("UNSET_TOKEN  (header Authorization)  not set")
}

func TestAServerOfTheUsersIsConnectedWithAtOnce(t *testing.T) {
	s := newShelf(t)
	d := choosing(t, s, 120, 36)
	d.keys("enter")
	d.listed()
	d.see("ready")
	d.see("mcptest 1.0.0")
	assert.Equal(t, []string{"files"}, s.chosen())
	d.keys("@")
	d.see("connected")
	d.see("● files")
}

func TestAProjectsCommandIsStartedOnlyAfterAYes(t *testing.T) {
	s := newShelf(t)
	d := choosing(t, s, 120, 36)
	for _, refusal := range []string{"n", "enter", "esc"} {
		d.keys("/", "builder", "enter", "enter")
		d.see("start a command of this project?")
		d.see("argv[0]      ./build.sh")
		d.see(`argv[2]      "a \"b"`)
		d.keys(refusal)
		d.gone("start a command of this project?")
		assert.Empty(t, s.chosen(), "%s is no yes", refusal)
	}
	d.keys("enter")
	d.see("start a command of this project?")
	d.keys("y")
	d.listed()
	d.see("the-builder")
	assert.Equal(t, []string{"builder"}, s.chosen())

	// The yes was for this command as it is written, not for what it becomes.
	d.keys("@", "enter")
	d.until("it to be chosen again", func() bool { return len(s.chosen()) == 2 })
	d.see("▸Overview◂")
	d.listed()
	s.write(s.project, ".mcp.json", `{"mcpServers": {"builder": {"command": "./evil.sh"}}}`)
	d.keys("@", "r")
	d.see("./evil.sh")
	d.keys("enter")
	d.see("start a command of this project?")
	d.keys("n")
	assert.Len(t, s.chosen(), 2)
}

func TestServersAreSwitchedInPlaceAndEachKeepsItsHistory(t *testing.T) {
	s := newShelf(t)
	closed := make(chan struct{})
	first := s.fleet["files"]
	inner := first.Pipe
	first.Pipe = func(ctx context.Context) (mcp.Pipe, error) {
		p, err := inner(ctx)
		if wait := p.Wait; err == nil {
			p.Wait = func() error { defer close(closed); return wait() }
		}
		return p, err
	}
	s.fleet["files"] = first
	d := choosing(t, s, 120, 36)
	d.keys("enter")
	d.listed()
	d.keys("2", "/", "none", "enter", "r")
	d.see("#1 ok")
	d.earlier = d.room.Traffic.Len()

	d.keys("@", "/", "builder", "enter", "enter", "y")
	d.until("the end of the first session", func() bool {
		select {
		case <-closed:
			return true
		default:
			return false
		}
	})
	d.see("the-builder")
	d.listed()
	d.keys("2")
	d.see("[Tools 2]")
	assert.NotContains(t, d.screen(), "#1 ok", "that was called on another server")
	assert.Empty(t, d.room.Runs)
	assert.Greater(t, d.room.Traffic.Len(), d.earlier, "the traffic goes on")

	s.fleet["files"] = mcptest.New().Target(t, mcp.Stdio)
	d.earlier = d.room.Traffic.Len()
	d.keys("@", "/", "files", "enter", "enter")
	d.until("the first server", func() bool { return len(d.room.Runs) == 1 })
	d.listed()
	d.keys("2")
	d.see("#1 ok")
}

func TestAServerIsChosenBesideATarget(t *testing.T) {
	s := newShelf(t)
	d := connected(t, mcptest.New(), 120, 36, s.options)
	assert.NotContains(t, d.screen(), "Servers", "its tab comes with its use")
	d.earlier = d.room.Traffic.Len()
	d.keys(":", "choose another server", "enter")
	d.see("[Servers 4]")
	d.keys("/", "builder", "enter", "enter", "y")
	d.see("the-builder")
	d.listed()
}

func TestWhatCannotBeConnectedWithSaysWhy(t *testing.T) {
	s := newShelf(t)
	d := choosing(t, s, 120, 36)
	d.keys("j", "enter")
	d.see("UNSET_TOKEN is not set")
	d.keys("j", "enter")
	d.see("neither a command nor an address")
	assert.Equal(t, []string{"remote"}, s.chosen())
	d.keys("k", "k", "k", "enter")
	d.see("this is a file; choose one of its servers")
}

func TestHealthIsFoundOutOnDemand(t *testing.T) {
	s := newShelf(t)
	d := choosing(t, s, 120, 36)
	d.keys("d")
	d.see("it ended with code 1")
	d.see("Run it by hand.")
	d.see("✗ files")
	d.keys("/", "builder", "enter", "d")
	d.see("start a command of this project?")
	d.keys("n")
	d.gone("start a command of this project?")
	assert.Equal(t, []string{"files"}, s.examined)
}

func TestHostileConfigurationsDoNoHarm(t *testing.T) {
	for seed := range uint64(3) {
		s := newShelf(t)
		entry := fmt.Sprintf(`{"command": %[1]q, "args": [%[1]q], "env": {%[1]q: %[1]q}, "cwd": %[1]q}`, strings.ToValidUTF8(hostile, "?"))
		entry = strings.NewReplacer(`\x`, `\\x`, `\U`, `\\U`, `\a`, `\u0007`).Replace(entry)
		s.write(s.project, ".mcp.json", `{"mcpServers": {"a\u001b[2J\u202e\u200b": `+entry+`, "b\u0007": {"url": "http://x/\u001b]0;t\u0007"}}}`)
		s.write(s.project, ".gemini/settings.json", "{\"mcpServers\": \x1b[31m")
		d := choosing(t, s, 80+int(seed)*20, 24, func(o *Options) { o.bare = seed%2 == 0 })
		require.Contains(t, d.screen(), `a\x1b[2J`)
		walk(t, d, rand.New(rand.NewPCG(seed, 3)), 300)
	}
}

func TestFilesThatCannotBeReadSaySo(t *testing.T) {
	d := newDriver(t, mcp.Target{}, 80, 24, func(o *Options) {
		o.Servers.Find = func() (servers.Found, error) { return servers.Found{}, errors.New("the folder is gone") }
	})
	d.see("the folder is gone")
	d = newDriver(t, mcp.Target{}, 80, 24, func(o *Options) {
		o.Servers.Find = func() (servers.Found, error) { return servers.Found{}, nil }
	})
	d.see("No server is configured.")
	d.keys("d")
	d.see("there is no server")
}
