package cli_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/internal/cli"
	"github.com/mcpctl/mcpctl/internal/realauth"
)

// browserMain stands for the program that opens pages: a browser whose user
// consents at once.
func browserMain() {
	if err := realauth.Browser(context.Background(), os.Args[len(os.Args)-1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// TestLoginScripts runs what users of `mcpctl login` see, with a protected server
// at hand and tokens in files: a keychain would be that of whoever tests.
func TestLoginScripts(t *testing.T) {
	sites := &sites{all: map[string]*realauth.Site{}}
	testscript.Run(t, testscript.Params{
		Dir:           filepath.Join("testdata", "script", "login"),
		UpdateScripts: *update,
		Setup: func(e *testscript.Env) error {
			e.Vars = append(e.Vars, "NO_COLOR=1", "COLUMNS=100", "MCPCTL_CREDENTIALS=file", "MCPCTL_CONFIG_DIR="+filepath.Join(e.WorkDir, "config"))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"site": sites.start, "forget": sites.forget},
	})
}

// sites are the protected servers of the scripts, by address.
type sites struct {
	mu  sync.Mutex
	all map[string]*realauth.Site
}

// start runs a protected server and puts its address into a variable, and that of
// its authorization server into NAME_ISSUER: site NAME [FAULT].
func (s *sites) start(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: site NAME [more|no-pkce|no-registration]")
	}
	var f realauth.Faults
	for _, word := range args[1:] {
		switch word {
		case "more":
			f.ToolsNeedMore = true
		case "no-pkce":
			f.Metadata = func(doc map[string]any) { delete(doc, "code_challenge_methods_supported") }
		case "no-registration":
			f.Metadata = func(doc map[string]any) { delete(doc, "registration_endpoint") }
		default:
			ts.Fatalf("no such fault: %s", word)
		}
	}
	site := realauth.Start(scriptTB{ts: ts}, f)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all[site.URL()] = site
	ts.Setenv(args[0], site.URL())
	ts.Setenv(args[0]+"_ISSUER", site.Issuer())
}

// forget makes a server refuse the tokens it has issued: forget ADDRESS.
func (s *sites) forget(ts *testscript.TestScript, neg bool, args []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if neg || len(args) != 1 || s.all[args[0]] == nil {
		ts.Fatalf("usage: forget ADDRESS")
	}
	s.all[args[0]].Forget()
}

// typist plays the user at a terminal: once the program has said a word, it types
// what the rest of what was said leads to.
type typist struct {
	mu   sync.Mutex
	said strings.Builder
	come chan struct{}
}

func (p *typist) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.said.Write(b)
	select {
	case p.come <- struct{}{}:
	default:
	}
	return len(b), nil
}

// after waits for a word, and answers all that was said until then.
func (p *typist) after(t *testing.T, word string) string {
	t.Helper()
	limit := time.After(20 * time.Second)
	for {
		p.mu.Lock()
		said := p.said.String()
		p.mu.Unlock()
		if strings.Contains(said, word) {
			return said
		}
		select {
		case <-p.come:
		case <-limit:
			require.Fail(t, "it never said "+word, said)
		}
	}
}

// A user at a terminal agrees to the hosts, consents in a browser elsewhere and
// pastes where it ends.
func TestLoginByPasting(t *testing.T) {
	site := realauth.Start(t, realauth.Faults{})
	for _, agrees := range []bool{true, false} {
		dir := t.TempDir()
		s, out, _ := cli.Test(map[string]string{"MCPCTL_CONFIG_DIR": dir, "MCPCTL_CREDENTIALS": "file"})
		in, keys, err := os.Pipe()
		require.NoError(t, err)
		screen := &typist{come: make(chan struct{}, 1)}
		s.In, s.Err, s.InTTY, s.ErrTTY = in, screen, true, true
		done := make(chan int, 1)
		go func() { done <- cli.Main(t.Context(), s, []string{"login", site.URL(), "--paste"}) }()
		said := screen.after(t, "Ask them?")
		assert.Contains(t, said, site.Issuer())
		if !agrees {
			_, err = keys.WriteString("\n")
			require.NoError(t, err)
			assert.Equal(t, cli.ExitRefused, <-done)
			assert.NotContains(t, strings.Join(site.Asked()[len(site.Asked())-1:], ""), "well-known/oauth-authorization-server")
			continue
		}
		_, err = keys.WriteString("yes\n")
		require.NoError(t, err)
		said = screen.after(t, "Paste the address")
		address := ""
		for line := range strings.Lines(said) {
			if strings.HasPrefix(line, site.Issuer()+"/authorize?") {
				address = strings.TrimSpace(line)
			}
		}
		end, err := realauth.Consent(t.Context(), address)
		require.NoError(t, err)
		_, err = keys.WriteString(end + "\n")
		require.NoError(t, err)
		assert.Equal(t, cli.ExitFine, <-done, screen.after(t, ""))
		assert.Contains(t, out.String(), "Signed in at "+site.URL())
		require.NoError(t, keys.Close())
	}
}
