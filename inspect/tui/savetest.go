package tui

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/mcpctl/mcpctl/inspect/traffic"
	"github.com/mcpctl/mcpctl/internal/atomic"
	"github.com/mcpctl/mcpctl/mcp"
)

// casesFolder is where mcpctl test looks for cases by itself.
const casesFolder = "cases"

// maxCaseFile bounds the file that a case is added to.
const maxCaseFile = 4 << 20

// saveTestKey is the key that saves what was asked, with its answer, as a test.
func (r *Room) saveTestKey(why string, entry func() int) Key {
	return Key{Key: "s", Does: "save as test", Why: why, Do: func() tea.Cmd { return r.askTest(entry()) }}
}

// askTest asks which file of cases to add an entry to.
func (r *Room) askTest(n int) tea.Cmd {
	e, _ := r.Traffic.Entry(n)
	one, err := r.Traffic.Export(n, traffic.AsCase, r.exporting(e))
	if err != nil {
		return r.toast(Warn, "it cannot be a test: "+err.Error())
	}
	one = r.redacted(one)
	if e.Kind == traffic.Response {
		e, _ = r.Traffic.Entry(e.Cause)
	}
	q := newAsk("save the test in", filepath.Join(casesFolder, caseName(e)+".yaml"))
	q.check = func(text string) (Role, string) {
		switch _, title, there, err := r.testFile(text, one); {
		case text == "":
			return Bad, "a name is needed"
		case err != nil:
			return Bad, err.Error()
		case there:
			return Dim, fmt.Sprintf("is there: %q is added at its end, nothing else changes", title)
		}
		return Dim, "a new file"
	}
	q.done = func(name string) tea.Cmd { return r.saveTest(name, one) }
	return r.put(q)
}

// caseName is a file's name for what was asked.
func caseName(e traffic.Entry) string {
	name := e.Name
	if name == "" {
		name = e.Method
	}
	name = strings.Trim(strings.Map(func(c rune) rune {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '.' {
			return c
		}
		return '-'
	}, name), "-.")
	if name == "" {
		name = "case"
	}
	return name[:min(len(name), 60)]
}

// testFile is the file as it will be with the case, its name, and whether the
// file is there already.
func (r *Room) testFile(name, one string) (data []byte, title string, there bool, err error) {
	info, err := os.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, "", false, err
	case !info.Mode().IsRegular():
		return nil, "", true, fmt.Errorf("%s is no file", name)
	case info.Size() > maxCaseFile:
		return nil, "", true, fmt.Errorf("%s is larger than %s", name, size(maxCaseFile))
	default:
		there = true
		if data, err = os.ReadFile(name); err != nil {
			return nil, "", true, err
		}
	}
	data, title, err = traffic.AppendCase(data, one)
	return data, title, there, err
}

// saveTest writes the case: into a new file, or behind the cases of one.
func (r *Room) saveTest(name, one string) tea.Cmd {
	data, title, there, err := r.testFile(name, one)
	switch {
	case err != nil:
	case there:
		err = atomic.WriteFile(name, data, 0o644)
	default:
		if err = os.MkdirAll(filepath.Dir(name), 0o755); err == nil { //nolint:gosec // the folder is the project's, as its files are
			err = createFile(name, data)
		}
	}
	if err != nil {
		return r.toast(Bad, "cannot save the test: "+err.Error())
	}
	return r.toast(OK, fmt.Sprintf("%q saved in %s; mcpctl test --suite cases runs it", title, name))
}

// entryOf is the entry of the traffic that a run's last request became, 0 for
// none that is kept.
func (r *Room) entryOf(run *Run) int {
	if run.entry > 0 || len(run.tokens) == 0 {
		return run.entry
	}
	first, end := r.Traffic.Range()
	token := run.tokens[len(run.tokens)-1]
	for n := end - 1; n >= first; n-- {
		e, ok := r.Traffic.Entry(n)
		if !ok || e.Kind != traffic.Request || e.Direction != mcp.Sent || e.Session != run.session {
			continue
		}
		m, err := r.Traffic.Message(n)
		if got, ok := m.Params().Get("_meta", "progressToken").Int(); err == nil && ok && got == token {
			run.entry = n
			return n
		}
	}
	return 0
}
