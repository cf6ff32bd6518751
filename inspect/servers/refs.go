package servers

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/internal/pattern"
)

// dialect is which references in texts a client replaces. The zero dialect
// replaces none.
type dialect struct {
	braces   bool // ${NAME}
	defaults bool // ${NAME:-otherwise}
	bare     bool // $NAME
	prefixed bool // ${env:NAME}
	inputs   bool // ${input:ID}, which the client asks its user for
	folders  bool // ${workspaceFolder} and its like
}

// Ref is a reference to something outside the file.
type Ref struct {
	Input bool   // the client asks its user for it; else an environment variable
	Name  string // of the variable, or the id of the input
	Where string // as in "env API_KEY"

	otherwise  string
	optional   bool
	unreplaced string // the text as it stands, when the client does not replace it
}

// String is the reference as a person calls it.
func (r Ref) String() string {
	if r.Input {
		return "input " + r.Name
	}
	return r.Name
}

// Lookup finds the value of a reference.
type Lookup func(Ref) (value string, ok bool)

// reference finds what looks like a reference in any dialect.
var reference = pattern.New(`\$\{([^{}]*)\}|\$([A-Za-z_][A-Za-z0-9_]*)`)

// variableName is what a variable can be called.
var variableName = pattern.New(`^[A-Za-z_][A-Za-z0-9_]*$`)

// sort tells what a text that looks like a reference is: a Ref, or, with fixed,
// a text that is known already.
func (s *Server) sort(match string) (r Ref, fixed string, known bool) {
	inner, braced := strings.CutPrefix(match, "${")
	inner = strings.TrimSuffix(strings.TrimPrefix(inner, "$"), "}")
	r = Ref{Name: inner}
	if !braced {
		if !s.dialect.bare {
			return r, match, true // a dollar is a dollar
		}
		return r, "", false
	}
	if fixed, ok := s.fixed(inner); ok {
		return r, fixed, true
	}
	kind, rest, prefixed := strings.Cut(inner, ":")
	name, otherwise, optional := strings.Cut(inner, ":-")
	switch {
	case s.dialect.defaults && optional && variableName.MatchString(name):
		return Ref{Name: name, otherwise: otherwise, optional: true}, "", false
	case prefixed && kind == "input" && s.dialect.inputs:
		return Ref{Name: rest, Input: true}, "", false
	case prefixed && kind == "env" && s.dialect.prefixed:
		return Ref{Name: rest}, "", false
	case s.dialect.braces && variableName.MatchString(inner):
		return r, "", false
	}
	r.unreplaced = match
	return r, match, true
}

// fixed is what a client's own variables stand for.
func (s *Server) fixed(name string) (string, bool) {
	if !s.dialect.folders {
		return "", false
	}
	switch name {
	case "workspaceFolder", "workspaceRoot":
		return s.folder, true
	case "workspaceFolderBasename":
		return filepath.Base(s.folder), true
	case "userHome":
		return s.home, true
	case "pathSeparator", "/":
		return string(filepath.Separator), true
	}
	return "", false
}

// place is a text of the server and where it stands.
type placed struct{ where, text, from string }

// texts are all texts in which references may stand.
func (s *Server) texts() []placed {
	all := []placed{{where: "command", text: s.Command}, {where: "url", text: s.URL}, {where: "cwd", text: s.Dir}, {where: "envFile", text: s.EnvFile}}
	for i, a := range s.Args {
		all = append(all, placed{where: fmt.Sprintf("args[%d]", i), text: a})
	}
	for _, v := range s.Env {
		all = append(all, placed{where: "env " + v.Name, text: v.Value})
	}
	for _, h := range s.Headers {
		all = append(all, placed{where: "header " + h.Name, text: h.Value, from: h.From})
	}
	return all
}

// Refs are the references that the client replaces before it uses the server,
// each once, where it first stands.
func (s Server) Refs() []Ref {
	var all []Ref
	add := func(r Ref) {
		if !slices.ContainsFunc(all, func(o Ref) bool { return o.Name == r.Name && o.Input == r.Input }) {
			all = append(all, r)
		}
	}
	for _, p := range s.texts() {
		if p.from != "" {
			add(Ref{Name: p.from, Where: p.where})
		}
		for _, match := range reference.FindAllString(p.text, -1) {
			if r, _, known := s.sort(match); !known {
				r.Where = p.where
				add(r)
			}
		}
	}
	for _, name := range s.forwarded {
		add(Ref{Name: name, Where: "env_vars"})
	}
	return all
}

// Unreplaced are texts that look like references, but that this client hands on
// as they stand.
func (s Server) Unreplaced() []Ref {
	var all []Ref
	for _, p := range s.texts() {
		for _, match := range reference.FindAllString(p.text, -1) {
			if r, _, _ := s.sort(match); r.unreplaced != "" {
				all = append(all, Ref{Name: match, Where: p.where})
			}
		}
	}
	return all
}

// expand replaces the references of a text. Missing ones are told to miss, the
// values of others to keep.
func (s *Server) expand(p placed, look Lookup, keep func(r Ref, value string), miss func(Ref)) string {
	value := func(r Ref) string {
		r.Where = p.where
		v, ok := look(r)
		switch {
		case ok && (v != "" || !r.optional):
			keep(r, v)
			return v
		case r.optional:
			return r.otherwise
		}
		miss(r)
		return ""
	}
	text := reference.ReplaceAllStringFunc(p.text, func(match string) string {
		r, fixed, known := s.sort(match)
		if known {
			return fixed
		}
		return value(r)
	})
	if p.from != "" {
		text += value(Ref{Name: p.from})
	}
	return text
}
