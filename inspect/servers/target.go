package servers

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/internal/redact"
	"github.com/mcpctl/mcpctl/mcp"
)

// MissingError says that a server needs what nobody has given.
type MissingError struct{ Refs []Ref }

// Error names them and where they stand.
func (e *MissingError) Error() string {
	var all []string
	for _, r := range e.Refs {
		what := "the environment variable " + r.Name + " is not set"
		if r.Input {
			what = "the client asks for the input " + r.Name + ", which is not known here"
		}
		all = append(all, fmt.Sprintf("%s (%s)", what, r.Where))
	}
	return strings.Join(all, "; ")
}

// Target is what to talk to, with every reference replaced, and the secrets in
// it, which nothing may show. The error is a *MissingError when references have
// no value.
func (s Server) Target(look Lookup) (mcp.Target, []string, error) {
	if s.Local() == (s.URL != "") {
		return mcp.Target{}, nil, errors.New("a server has either a command or an address")
	}
	e := expansion{s: &s, look: look}
	t := mcp.Target{Name: s.Name}
	if s.Local() {
		e.local(&t)
	} else {
		e.remote(&t)
	}
	switch {
	case len(e.missing) > 0:
		return mcp.Target{}, e.secrets, &MissingError{Refs: e.missing}
	case e.err != nil:
		return mcp.Target{}, e.secrets, e.err
	}
	return t, e.secrets, nil
}

// expansion is a server while its references are replaced.
type expansion struct {
	s       *Server
	look    Lookup
	secrets []string
	missing []Ref
	err     error
}

func (e *expansion) text(where, text, from string) string {
	return e.s.expand(placed{where, text, from}, e.look, func(r Ref, v string) {
		if r.Input || redact.SecretName(r.Name) {
			e.keep(v)
		}
	}, func(r Ref) { e.missing = append(e.missing, r) })
}

// keep notes a secret. Very short ones would blot out everything, and a reference
// that the client does not replace is none.
func (e *expansion) keep(secret string) {
	if len(secret) > 3 && reference.FindString(secret) != secret && !slices.Contains(e.secrets, secret) {
		e.secrets = append(e.secrets, secret)
	}
}

func (e *expansion) local(t *mcp.Target) {
	s := e.s
	t.Command = []string{e.text("command", s.Command, "")}
	for i, a := range s.Args {
		t.Command = append(t.Command, e.text(fmt.Sprintf("args[%d]", i), a, ""))
	}
	for i, word := range t.Command {
		if secret := secretIn(t.Command, i); secret != "" || secretWord(word) {
			e.keep(cmp.Or(secret, word))
		}
	}
	t.Dir = e.text("cwd", s.Dir, "")
	e.envFile(t)
	if t.Dir == "" {
		t.Dir = s.workdir()
	}
	for _, v := range s.Env {
		value := e.text("env "+v.Name, v.Value, v.From)
		if redact.SecretName(v.Name) || secretWord(value) {
			e.keep(value)
		}
		t.ExtraEnv = append(t.ExtraEnv, v.Name+"="+value)
	}
}

// workdir is the folder to start in when the entry names none: a project's server
// starts in the project, a user's own in the user's folder. In the project's its
// command could be led to programs that the project brings along.
func (s *Server) workdir() string {
	switch {
	case s.Scope == Project || s.within:
		return s.folder
	case s.Client == anybody.name:
		return ""
	}
	return s.home
}

// envFile reads variables from the file that the entry names.
func (e *expansion) envFile(t *mcp.Target) {
	path := e.text("envFile", e.s.EnvFile, "")
	if path == "" {
		return
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(cmp.Or(t.Dir, e.s.folder), path)
	}
	all, err := readEnvFile(path)
	if err != nil {
		e.err = fmt.Errorf("reading envFile: %w", err)
		return
	}
	for _, v := range all {
		if redact.SecretName(v.Name) || secretWord(v.Value) {
			e.keep(v.Value)
		}
		t.ExtraEnv = append(t.ExtraEnv, v.Name+"="+v.Value)
	}
}

func (e *expansion) remote(t *mcp.Target) {
	t.URL = e.text("url", e.s.URL, "")
	if u, err := url.Parse(t.URL); err == nil {
		if password, ok := u.User.Password(); ok {
			e.keep(password)
		}
		for name, values := range u.Query() {
			for _, v := range values {
				if redact.SecretName(name) || secretWord(v) {
					e.keep(v)
				}
			}
		}
	}
	t.Header = http.Header{}
	for _, h := range e.s.Headers {
		value := e.text("header "+h.Name, h.Value, h.From)
		e.keep(value)
		if _, token, ok := strings.Cut(value, " "); ok {
			e.keep(token)
		}
		t.Header.Set(h.Name, value)
	}
}
