package scaffold

import (
	"io/fs"
	"strings"
)

// Source says where a template came from, as mcpctl.yaml records it: "builtin",
// "dir PATH" or "git URL@COMMIT".
type Source string

// Builtin is the source of the templates that mcpctl carries.
const Builtin Source = "builtin"

// DirSource is the source of a template in a folder.
func DirSource(path string) Source { return Source("dir " + path) }

// GitSource is the source of a template in a git repository at a commit.
func GitSource(url, commit string) Source { return Source("git " + url + "@" + commit) }

// Dir is the folder of a DirSource.
func (s Source) Dir() (path string, ok bool) { return strings.CutPrefix(string(s), "dir ") }

// Git is the repository and commit of a GitSource.
func (s Source) Git() (url, commit string, ok bool) {
	rest, ok := strings.CutPrefix(string(s), "git ")
	at := strings.LastIndexByte(rest, '@')
	if !ok || at < 0 {
		return "", "", false
	}
	return rest[:at], rest[at+1:], true
}

// Bases finds the template that another one is based on, by its id.
type Bases func(id string) (fs.FS, error)
