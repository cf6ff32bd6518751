package servers

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

const (
	// maxFile bounds what is read of one file. Claude Code keeps much else in
	// the file that holds its servers.
	maxFile = 16 << 20
	// maxServers is how many servers of one file are read.
	maxServers = 1000
)

// Found is what the clients' files hold.
type Found struct {
	Files   []File
	Servers []Server
}

// File is a client's file that is there.
type File struct {
	Path   string
	Client string
	Scope  Scope
	// Servers counts the entries in it.
	Servers int
	// Problems are what is wrong with the file as a whole.
	Problems []Problem
}

// Find reads all files of known clients that are there. What cannot be read is
// a problem of that file alone.
func Find(p Places) Found {
	var found Found
	var off []switchedOff
	seen := map[string]bool{}
	for _, at := range p.all() {
		if seen[at.client.name+"\x00"+at.path] {
			continue // the working folder is the user's own
		}
		seen[at.client.name+"\x00"+at.path] = true
		r := reading{places: p, place: at}
		if !r.read() {
			continue
		}
		found.add(r)
		off = append(off, r.off...)
	}
	for i := range found.Servers {
		for _, o := range off {
			o.apply(&found.Servers[i])
		}
	}
	return found
}

// Read reads one file, of any client's shape, that the user has named; the user
// answers for it. Its error says that the file cannot be read at all.
func Read(p Places, path string) (Found, error) {
	at := place{client: anybody, scope: User, path: path}
	switch filepath.Ext(path) {
	case ".toml":
		at.format = tomlFormat
	case ".yaml", ".yml":
		at.format = yamlFormat
	}
	r := reading{places: p, place: at}
	if !r.read() {
		return Found{}, fmt.Errorf("reading %s: %w", path, fs.ErrNotExist)
	}
	var found Found
	found.add(r)
	return found, nil
}

func (f *Found) add(r reading) {
	file := File{Path: r.place.path, Client: r.place.client.name, Scope: r.place.scope, Servers: len(r.found), Problems: r.problems}
	// A file of settings is of interest only for its servers: one that could
	// be read and has none is left out.
	if len(r.found) > 0 || len(r.problems) > 0 {
		f.Files = append(f.Files, file)
	}
	f.Servers = append(f.Servers, r.found...)
}

// switchedOff is a server that some file says is not used.
type switchedOff struct {
	client, name string
	scope        Scope
	why          string
}

func (o switchedOff) apply(s *Server) {
	if s.Client == o.client && s.Name == o.name && s.Scope == o.scope && s.Disabled == "" {
		s.Disabled = o.why
	}
}

// reading is one file while it is read.
type reading struct {
	places   Places
	place    place
	found    []Server
	off      []switchedOff
	problems []Problem
}

// read reads the file; false means that it is not there.
func (r *reading) read() bool {
	data, err := load(r.place.path)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
		return false
	}
	if err != nil {
		r.problem(0, 0, err.Error(), "")
		return true
	}
	root, err := parse(r.place.format, data)
	var at *syntaxError
	switch {
	case errors.As(err, &at):
		r.problem(at.line, at.column, "the file cannot be understood: "+at.what, "Mend it there; "+r.place.client.name+" cannot read it either.")
		return true
	case root.kind != mapNode && root.kind != noNode:
		r.problem(root.line, 0, "the file holds no settings by name", "")
		return true
	}
	r.interpret(root)
	return true
}

// load reads a regular file, through symbolic links, up to the bound.
func load(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("it is no regular file")
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was only read
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err == nil && len(data) > maxFile {
		err = fmt.Errorf("it is larger than %d bytes", maxFile)
	}
	return data, err
}

// interpret finds the servers in what was read.
func (r *reading) interpret(root node) {
	c := r.place.client
	for _, path := range c.keys {
		if all := root.get(path...); all.kind != noNode {
			r.servers(all)
			break
		}
	}
	if len(r.found) == 0 {
		r.misplaced(root)
	}
	if c.more != nil {
		c.more(r, root)
	}
}

// misplaced notes servers that stand where other clients look for them.
func (r *reading) misplaced(root node) {
	for _, m := range root.members {
		other := m.name == "mcpServers" || m.name == "servers" || m.name == "context_servers" || m.name == "mcp_servers"
		if !other || m.value.kind != mapNode || len(m.value.members) == 0 || root.has(r.place.client.keys[0][0]) {
			continue
		}
		key := r.place.client.keys[0][len(r.place.client.keys[0])-1]
		if r.place.client == vsCodeSettings {
			return
		}
		r.problem(m.line, 0, fmt.Sprintf("the servers stand under %q, where %s does not look", m.name, r.place.client.name),
			fmt.Sprintf("Call that member %q.", key))
	}
}

func (r *reading) problem(line, column int, what, mend string) {
	r.problems = append(r.problems, Problem{File: r.place.path, Line: line, Column: column, What: what, Mend: mend})
}

// servers reads the entries of a map.
func (r *reading) servers(all node) {
	if all.kind == noNode {
		return
	}
	if all.kind != mapNode {
		r.problem(all.line, 0, "the servers are not given by name", "Write them as an object: a name, and what the server is.")
		return
	}
	index := map[string]int{}
	for _, m := range all.members {
		if len(r.found) >= maxServers {
			r.problem(m.line, 0, fmt.Sprintf("only the first %d servers are read", maxServers), "")
			return
		}
		s := r.server(m)
		if i, twice := index[m.name]; twice {
			s.problem(m.line, true, fmt.Sprintf("the name is also in line %d; the later entry counts", r.found[i].Line), "Give each server a name of its own.")
			r.found[i] = s
			continue
		}
		index[m.name] = len(r.found)
		r.found = append(r.found, s)
	}
}

// switchOff notes the servers that a list names.
func (r *reading) switchOff(list node, scope Scope, why string) {
	for _, name := range list.texts() {
		r.off = append(r.off, switchedOff{r.place.client.name, name, scope, why})
	}
}
