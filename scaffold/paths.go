package scaffold

import (
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// CheckPath tells what is wrong with the path of a file, if anything: it must be
// relative, lead nowhere else, and mean the same file on every system.
func CheckPath(name string) error {
	if !fs.ValidPath(name) || name == "." {
		return fmt.Errorf("the path %q leads out of the project or is not in its simplest form", name)
	}
	elements := strings.Split(name, "/")
	if len(elements) > MaxDepth || len(name) > maxPath {
		return fmt.Errorf("the path %.80q… is too long or too deep", name)
	}
	for _, e := range elements {
		if err := checkElement(e); err != nil {
			return fmt.Errorf("the path %q: %w", name, err)
		}
	}
	return nil
}

// maxPath leaves room for a destination in front, where paths may have 260.
const maxPath = 180

// checkElement judges one name of a path.
func checkElement(e string) error {
	for _, r := range e {
		if r <= ' ' && r != ' ' || r >= 0x7f || strings.ContainsRune(`\:*?"<>|`, r) {
			return fmt.Errorf("the character %q is not allowed in names of files", r)
		}
	}
	stem, _, _ := strings.Cut(strings.ToLower(e), ".")
	switch {
	case strings.HasSuffix(e, ".") || strings.HasSuffix(e, " ") || strings.HasPrefix(e, " "):
		return fmt.Errorf("%q begins or ends with a space or a dot, which some systems drop", e)
	case deviceName(strings.TrimRight(stem, " ")):
		return fmt.Errorf("%q is the name of a device on some systems", e)
	case strings.EqualFold(e, ".git") || strings.EqualFold(e, "git~1"):
		return fmt.Errorf("%q belongs to git, whose hooks run code", e)
	}
	return nil
}

// deviceName tells whether stem opens a device on Windows, in any folder.
func deviceName(stem string) bool {
	switch stem {
	case "con", "prn", "aux", "nul", "conin$", "conout$":
		return true
	}
	return len(stem) == 4 && (stem[:3] == "com" || stem[:3] == "lpt") && stem[3] >= '0' && stem[3] <= '9'
}

// checkTree tells whether the files can stand beside each other everywhere: no
// two differ in case alone, and none is also a folder.
func checkTree(t Tree) error {
	spelled := map[string]string{} // folded path → as written
	isFile := map[string]bool{}
	for _, f := range t {
		if err := CheckPath(f.Path); err != nil {
			return err
		}
		folded := strings.ToLower(f.Path)
		if other, taken := spelled[folded]; taken {
			return clash(other, f.Path)
		}
		spelled[folded], isFile[folded] = f.Path, true
	}
	for _, f := range t {
		for dir := path.Dir(f.Path); dir != "."; dir = path.Dir(dir) {
			folded := strings.ToLower(dir)
			if isFile[folded] {
				return fmt.Errorf("%s is a file, and a folder too for %s", spelled[folded], f.Path)
			}
			if other, taken := spelled[folded]; taken && other != dir {
				return clash(other, dir)
			}
			spelled[folded] = dir
		}
	}
	return nil
}

func clash(a, b string) error {
	if a == b {
		return fmt.Errorf("two files would be %s", a)
	}
	return fmt.Errorf("%s and %s are the same on systems that do not tell capital letters from small ones", a, b)
}
