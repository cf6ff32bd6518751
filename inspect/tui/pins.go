package tui

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/mcpctl/mcpctl/internal/atomic"
	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/publish/attest"
)

// Bounds on what is remembered of the tools of servers.
const (
	pinSchema  = "mcpctl.pins/v1"
	maxPinFile = 4 << 20
	maxPinTool = 64 << 10 // of a descriptor; of a longer one, the hash alone is kept
	maxPinned  = 5_000    // tools of one server in one revision
	maxPins    = 300      // servers
)

// pinFile is what is remembered of one server: its tools as they were when they
// were first seen, or last accepted, in each revision.
type pinFile struct {
	Schema    string                          `json:"schema"`
	Server    string                          `json:"server"` // for people
	Revisions map[mcp.Revision]map[string]pin `json:"revisions"`
}

// pin is a tool as it was.
type pin struct {
	SHA256 string          `json:"sha256"`
	Seen   time.Time       `json:"seen"`
	Tool   json.RawMessage `json:"tool,omitempty"`
}

// drift is how a tool differs from what it was.
type drift struct {
	since    time.Time
	old, now mcp.Value // old is Absent when it was too long to keep
	members  []string
}

// pins are the tools of one server in one revision, and what of them has changed.
type pins struct {
	id      string // of the server
	path    string
	file    pinFile
	rev     mcp.Revision
	changed map[string]drift
}

// openPins reads what is remembered of a server. What is missing or broken is
// remembered anew: nothing in it is worth an error.
func openPins(folder string, t mcp.Target, rev mcp.Revision, redact func(string) string) *pins {
	id, shown := identity(t)
	p := &pins{id: id, rev: rev, changed: map[string]drift{}, file: pinFile{Schema: pinSchema, Server: redact(shown), Revisions: map[mcp.Revision]map[string]pin{}}}
	if folder == "" {
		return p
	}
	sum := sha256.Sum256([]byte(id)) // it may hold secrets
	p.path = filepath.Join(folder, hex.EncodeToString(sum[:16])+".json")
	info, err := os.Stat(p.path)
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxPinFile {
		return p
	}
	data, err := os.ReadFile(p.path)
	var f pinFile
	if err == nil && json.Unmarshal(data, &f) == nil && f.Schema == pinSchema && f.Revisions != nil {
		p.file.Revisions = f.Revisions
	}
	return p
}

// identity tells servers apart: by where they are, or what is started for them.
func identity(t mcp.Target) (id, shown string) {
	switch {
	case t.URL != "":
		return "url\x00" + t.URL, t.Name
	case len(t.Command) > 0:
		return "command\x00" + t.Dir + "\x00" + strings.Join(t.Command, "\x00"), t.Command[0]
	}
	return "name\x00" + t.Name, t.Name
}

// hashOf is the hash of a descriptor, however its members are ordered.
func hashOf(tool mcp.Value) string {
	raw, err := attest.JCS(tool.Raw())
	if err != nil {
		raw = tool.Raw() // it has a member twice, say: then every byte counts
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

// see compares tools with what they were. Those that were never seen are
// remembered. It reports whether there is something new to write.
func (p *pins) see(tools []mcp.Value, now time.Time) (grown bool) {
	known := p.file.Revisions[p.rev]
	if known == nil {
		known = map[string]pin{}
		p.file.Revisions[p.rev] = known
	}
	p.changed = map[string]drift{}
	seen := map[string]bool{}
	for _, tool := range tools {
		name := tool.Get("name").Text()
		if seen[name] {
			continue // of two with one name, clients take the first as likely as not
		}
		seen[name] = true
		was, ok := known[name]
		switch hash := hashOf(tool); {
		case !ok && len(known) < maxPinned:
			known[name], grown = pinned(tool, hash, now), true
		case ok && was.SHA256 != hash:
			old, _ := mcp.Parse(was.Tool) // Absent when it was not kept
			p.changed[name] = drift{was.Seen, old, tool, differing(old, tool)}
		}
	}
	return grown
}

func pinned(tool mcp.Value, hash string, now time.Time) pin {
	p := pin{SHA256: hash, Seen: now.UTC().Truncate(time.Second)}
	if raw := tool.Raw(); len(raw) <= maxPinTool && json.Valid(raw) {
		p.Tool = slices.Clone(raw)
	}
	return p
}

// differing are the members that are not the same.
func differing(old, now mcp.Value) []string {
	if !old.Exists() {
		return []string{"its description or schema"}
	}
	var names []string
	for _, m := range slices.Concat(old.Members(), now.Members()) {
		if !slices.Contains(names, m.Name) && !mcp.Equal(old.Get(m.Name), now.Get(m.Name)) {
			names = append(names, m.Name)
		}
	}
	if names == nil {
		names = []string{"a member that stands twice"}
	}
	return names
}

// accept takes a tool as it is now for what it shall be.
func (p *pins) accept(name string, now time.Time) {
	if d, ok := p.changed[name]; ok {
		p.file.Revisions[p.rev][name] = pinned(d.now, hashOf(d.now), now)
		delete(p.changed, name)
	}
}

// names are the tools that have changed, in order.
func (p *pins) names() []string {
	var all []string
	for name := range p.changed {
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}

// write keeps the file. That it could not be kept is told by the error alone.
func (p *pins) write() error {
	if p.path == "" {
		return nil
	}
	data, err := json.Marshal(p.file)
	if err == nil && len(data) > maxPinFile {
		for _, tools := range p.file.Revisions { // hashes tell that something has changed, at least
			for name, one := range tools {
				one.Tool = nil
				tools[name] = one
			}
		}
		data, err = json.Marshal(p.file)
	}
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(p.path), 0o700); err != nil {
		return err
	}
	if err := atomic.WriteFile(p.path, data, 0o600); err != nil {
		return err
	}
	return forgetPins(filepath.Dir(p.path))
}

// forgetPins removes the files of the servers that were not seen for longest,
// when there are too many.
func forgetPins(folder string) error {
	entries, err := os.ReadDir(folder)
	if err != nil || len(entries) <= maxPins {
		return err
	}
	type aged struct {
		name string
		at   time.Time
	}
	var all []aged
	for _, e := range entries {
		if info, err := e.Info(); err == nil && info.Mode().IsRegular() && strings.HasSuffix(e.Name(), ".json") {
			all = append(all, aged{e.Name(), info.ModTime()})
		}
	}
	slices.SortFunc(all, func(a, b aged) int { return cmp.Or(b.at.Compare(a.at), cmp.Compare(a.name, b.name)) })
	for _, old := range all[min(len(all), maxPins):] {
		if err := os.Remove(filepath.Join(folder, old.name)); err != nil {
			return err
		}
	}
	return nil
}
