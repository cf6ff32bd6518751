package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/inspect/servers"
)

// home is the user's folder, "" when there is none.
func (a *app) home() string {
	if runtime.GOOS == "windows" {
		return a.env("USERPROFILE")
	}
	return a.env("HOME")
}

// places are where clients have their files, for this user and folder.
func (a *app) places() (servers.Places, error) {
	folder, err := os.Getwd()
	if err != nil {
		return servers.Places{}, &Error{Code: ExitEnvironment, Err: fmt.Errorf("finding the working folder: %w", err)}
	}
	return servers.Places{OS: runtime.GOOS, Home: a.home(), Folder: folder, Getenv: a.Getenv}, nil
}

// configured are the servers that are configured, of the names given, or all.
func (a *app) configured(f doctorFlags, names []string) (servers.Found, error) {
	at, err := a.places()
	if err != nil {
		return servers.Found{}, err
	}
	found := servers.Found{}
	if f.config == "" {
		found = servers.Find(at)
	} else if found, err = servers.Read(at, f.config); errors.Is(err, fs.ErrNotExist) {
		return found, usagef("--config: there is no file %s", f.config)
	}
	if f.client != "" {
		found.Files = slices.DeleteFunc(found.Files, func(file servers.File) bool { return file.Client != f.client })
		found.Servers = slices.DeleteFunc(found.Servers, func(s servers.Server) bool { return s.Client != f.client })
	}
	if len(names) == 0 {
		return found, nil
	}
	var known []string
	for _, s := range found.Servers {
		known = append(known, s.Name)
	}
	for _, name := range names {
		if !slices.Contains(known, name) {
			return found, usagef("no server is called %q", name).
				hinted("%s", didYouMean(name, known, "mcpctl doctor --dry-run lists all that are configured."))
		}
	}
	found.Servers = slices.DeleteFunc(found.Servers, func(s servers.Server) bool { return !slices.Contains(names, s.Name) })
	// The files count no more: it is certain servers that were asked for.
	for i := range found.Files {
		found.Files[i].Problems = nil
	}
	return found, nil
}

// inputs looks references up: variables in the environment, what a client asks
// for where --input says.
func (a *app) inputs(given []string) (servers.Lookup, error) {
	variables := map[string]string{}
	for _, word := range given {
		id, variable, ok := strings.Cut(word, "=")
		if !ok || id == "" || variable == "" {
			return nil, usagef("--input %q is not like token=MY_VARIABLE", word).hinted("It names a variable; the value itself would be seen by others on this machine.")
		}
		if _, set := a.Getenv(variable); !set {
			return nil, &Error{Code: ExitRefused, Err: fmt.Errorf("the environment variable %s of --input is not set", variable)}
		}
		variables[id] = variable
	}
	return func(r servers.Ref) (string, bool) {
		if !r.Input {
			return a.Getenv(r.Name)
		}
		variable, ok := variables[r.Name]
		if !ok {
			return "", false
		}
		return a.Getenv(variable)
	}, nil
}

// near is a path as a person writes it: from the user's own folder, or from the
// working folder.
func near(path, home string) string {
	if folder, err := os.Getwd(); err == nil {
		if rest, ok := strings.CutPrefix(path, folder+string(filepath.Separator)); ok {
			return rest
		}
	}
	if rest, ok := strings.CutPrefix(path, home+string(filepath.Separator)); ok && home != "" {
		return "~" + string(filepath.Separator) + rest
	}
	return path
}
