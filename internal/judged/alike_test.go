package judged_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/conformance/cases"
	"github.com/mcpctl/mcpctl/conformance/contract"
	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/scaffold/pack"
	"github.com/mcpctl/mcpctl/testservers"
)

// languages are the templates of one server in as many languages. The first is
// what the others are held to.
var languages = []string{"go", "typescript", "python"}

// running is a server with everything, in one language.
type running struct {
	url, admin string
	log        *written
}

// written is what a server wrote to its log.
type written struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write takes what a server writes.
func (w *written) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.Write(p)
}

func (w *written) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.String()
}

// builders make a project of each language into something that starts.
var builders = map[string]func(t *testing.T, dir string, p project, env ...string) testservers.Server{
	"go": func(t *testing.T, _ string, p project, env ...string) testservers.Server { return p.build(t, env...) },
	"typescript": func(t *testing.T, dir string, p project, env ...string) testservers.Server {
		return p.buildNode(t, dir, env...)
	},
	"python": func(t *testing.T, dir string, p project, env ...string) testservers.Server {
		return p.buildPython(environment(t, dir, p), env...)
	},
}

// everything is a template with all that it can have, rendered once.
func everything(t *testing.T, id string) project {
	t.Helper()
	tmpl := open(t, id)
	return render(t, tmpl, pack.Cover(tmpl.Manifest.Features)[0])
}

// starts starts a project over HTTP, with an admin port.
func starts(t *testing.T, dir, id string, p project, env ...string) running {
	t.Helper()
	admin := testservers.Loopback(testservers.FreePort(t))
	r := running{admin: "http://" + admin, log: &written{}}
	s := builders[id](t, dir, p, append([]string{"MCP_ADMIN_ADDR=" + admin, "MCP_AUDIT_PATH=" + filepath.Join(t.TempDir(), "audit")}, env...)...)
	s.Stderr = r.log
	r.url = testservers.StartHTTP(t, s)
	return r
}

// Whoever calls a server, or runs one, cannot tell in which language it was made.
func TestTheLanguagesAreAlike(t *testing.T) {
	dir := testservers.Dir(t)
	made := map[string]project{}
	for _, id := range languages {
		made[id] = everything(t, id)
	}
	t.Run("for their clients", func(t *testing.T) { alikeForClients(t, dir, made) })
	t.Run("for their operators", func(t *testing.T) { alikeForOperators(t, dir, made) })
	t.Run("for strangers", func(t *testing.T) { alikeForStrangers(t, dir, made) })
}

// alikeForClients holds what the servers offer to one contract, and what they do
// to one file of cases.
func alikeForClients(t *testing.T, dir string, made map[string]project) {
	text, err := os.ReadFile("testdata/alike.yaml")
	require.NoError(t, err)
	var model *contract.Snapshot
	for _, id := range languages {
		r := starts(t, dir, id, made[id], "MCP_FETCH_HOSTS=example.com", "MCP_SHARE_URL=https://share.example/", "MCP_PAGE_SIZE=5")
		target := mcp.Target{Name: id, URL: r.url}
		t.Run(id+" offers the same", func(t *testing.T) {
			took, err := contract.Take(t.Context(), target, contract.TakeOptions{Limits: mcp.DefaultLimits()})
			require.NoError(t, err)
			if model == nil {
				model = took
			}
			for _, c := range contract.Compare(model, took, contract.Options{}).Changes {
				if !saysTheSame(c) {
					t.Errorf("%s %s%s in %v: %s", c.Rule, c.Subject, c.Path, c.Revisions, c.Message)
				}
			}
		})
		t.Run(id+" does the same", func(t *testing.T) {
			file, err := cases.Parse(filepath.Base("testdata/alike.yaml"), text)
			require.NoError(t, err)
			plan := cases.NewPlan([]*cases.File{file}, cases.Options{Revisions: mcp.Timeline(), Transport: mcp.HTTP})
			found := plan.Run(t.Context(), target, nil)
			require.Greater(t, len(found), 30)
			for _, f := range found {
				if f.Verdict != conformance.Pass {
					t.Errorf("%s in %s: %s", f.Check, f.Revision, f.Message)
				}
			}
		})
	}
}

// saysTheSame accepts what comes of a language's types alone: a slice of Go may be
// null, which these servers never send; an integer of JavaScript has the bounds
// within which it is exact; and the same can be written in several ways.
func saysTheSame(c contract.Change) bool {
	return c.Rule == "contract/schema-rewritten" || c.Message == "the type was null or array and is array" ||
		strings.HasSuffix(c.Message, "imum is new: 9007199254740991") || strings.HasSuffix(c.Message, "imum is new: -9007199254740991")
}
