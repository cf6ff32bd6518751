package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/mcpctl/mcpctl/inspect/servers"
	"github.com/mcpctl/mcpctl/mcp"
)

// fromClient is the server of a name in a client's configuration file: the one
// that --config names, or else the user's own files. Files of the working folder
// are not looked into unless they are named, for whoever wrote the project may
// call a program of theirs by any name.
func (a *app) fromClient(name, config string, known []string, keep func(string)) (mcp.Target, error) {
	at, err := a.places()
	if err != nil {
		return mcp.Target{}, err
	}
	var found servers.Found
	if config == "" {
		found = servers.Find(at)
	} else if found, err = servers.Read(at, config); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return mcp.Target{}, usagef("%w", err)
	}
	var fits []servers.Server
	theirs := ""
	for _, s := range found.Servers {
		switch {
		case s.Name != name:
			known = append(known, s.Name)
		case s.Scope == servers.Project:
			theirs = s.File
		default:
			fits = append(fits, s)
		}
	}
	switch {
	case len(fits) > 0:
		return a.clientTarget(fits, keep)
	case theirs != "":
		return mcp.Target{}, (&Error{Code: ExitRefused, Err: fmt.Errorf("server %q stands in %s, a file of this folder", name, theirs)}).
			hinted("If you trust it, name the file: --config %s", theirs)
	}
	return mcp.Target{}, usagef("no server is called %q", name).
		hinted("%s", didYouMean(name, known, "A URL begins with http:// or https://; a command stands after --."))
}

// clientTarget is the target that the servers of one name agree on.
func (a *app) clientTarget(all []servers.Server, keep func(string)) (mcp.Target, error) {
	s := all[0]
	for _, other := range all[1:] {
		if other.Shown() != s.Shown() {
			return mcp.Target{}, usagef("server %q is one thing in %s and another in %s", s.Name, s.Position(), other.Position()).
				hinted("Choose a file with --config FILE.")
		}
	}
	for _, p := range s.Problems {
		if !p.Minor {
			return mcp.Target{}, usagef("server %q: %s", s.Name, p.Error()).hinted("%s", strings.TrimSpace(p.Mend+" mcpctl doctor tells more."))
		}
	}
	t, secrets, err := s.Target(func(r servers.Ref) (string, bool) {
		if r.Input {
			return "", false
		}
		return a.Getenv(r.Name)
	})
	for _, secret := range secrets {
		keep(secret)
	}
	if err != nil {
		return t, usagef("server %q (%s): %w", s.Name, s.Position(), err)
	}
	return t, nil
}
