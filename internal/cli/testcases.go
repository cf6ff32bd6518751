package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/mcpctl/mcpctl/conformance/cases"
)

const (
	// casesGlob is where a project's cases are when its mcpctl.yaml does not say.
	casesGlob = "cases/*.yaml"
	// maxCaseFiles bounds how many files of cases are read.
	maxCaseFiles = 1_000
)

// caseFiles reads the files of cases: those that the flag names, else those of
// the project. The error names everything wrong with any of them.
func (a *app) caseFiles(conf config, configFile string, flag []string) ([]*cases.File, error) {
	paths, err := casePaths(conf, configFile, flag)
	if err != nil {
		return nil, err
	}
	return a.readCases(paths, len(flag)+len(conf.Cases) > 0)
}

// casePaths are the paths of the files of cases, in order.
func casePaths(conf config, configFile string, flag []string) ([]string, error) {
	globs := make([]placed, 0, len(flag))
	for _, glob := range flag {
		globs = append(globs, placed{text: glob})
	}
	if len(flag) == 0 {
		globs = conf.Cases
	}
	if len(globs) == 0 {
		found, _ := filepath.Glob(besideProject(configFile, filepath.FromSlash(casesGlob))) // the pattern is right
		return found, nil
	}
	wrong := func(glob placed, format string, args ...any) error {
		if glob.line == 0 {
			return usagef("--cases: %w", usagef(format, args...))
		}
		return wrongAt(cmp.Or(configFile, configName), glob.line, glob.column, format, args...)
	}
	var all []string
	for _, glob := range globs {
		pattern := glob.text
		if glob.line > 0 {
			pattern = besideConfig(configFile, filepath.FromSlash(pattern))
		}
		found, err := filepath.Glob(pattern)
		if err != nil {
			return nil, wrong(glob, "%q is no pattern: %w", glob.text, err)
		}
		if len(found) == 0 {
			return nil, wrong(glob, "no file matches %q", glob.text)
		}
		for _, path := range found {
			if !slices.Contains(all, path) {
				all = append(all, path)
			}
		}
	}
	if len(all) > maxCaseFiles {
		return nil, usagef("there are more than %d files of cases", maxCaseFiles)
	}
	return all, nil
}

// besideProject is a path beside mcpctl.yaml: a client's file is no project's.
func besideProject(configFile, path string) string {
	if filepath.Base(configFile) != configName {
		return path
	}
	return besideConfig(configFile, path)
}

// readCases reads files of cases, and tells all that is wrong with them. What is
// plainly something else is passed over, unless somebody named it.
func (a *app) readCases(paths []string, named bool) ([]*cases.File, error) {
	var files []*cases.File
	names := map[string]string{}
	wrong, count := 0, 0
	for _, path := range paths {
		f, err := readCaseFile(path, named)
		var problems cases.Problems
		switch {
		case errors.Is(err, cases.ErrForeign):
			fmt.Fprintf(a.Err, "%s is passed over: it has no list of cases\n", a.safe(path))
			continue
		case errors.As(err, &problems):
			wrong++
			count += len(problems)
			for _, p := range problems {
				fmt.Fprintln(a.Err, a.safe(p.String()))
			}
			continue
		case err != nil:
			return nil, usagef("reading the cases: %w", err)
		case names[f.Name] != "":
			return nil, usagef("the cases in %s and %s would have the same ids, cases/%s/…", names[f.Name], path, f.Name).hinted("Rename one of the files.")
		}
		names[f.Name] = path
		files = append(files, f)
	}
	if wrong > 0 {
		return nil, usagef("%s in %s of cases", counted(count, "problem"), counted(wrong, "file"))
	}
	return files, nil
}

// readCaseFile reads a file of cases; cases.ErrForeign says that it is none, if
// nobody named it.
func readCaseFile(path string, named bool) (*cases.File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was only read
	data, err := io.ReadAll(io.LimitReader(f, cases.MaxFile+1))
	if err != nil {
		return nil, err
	}
	if !named && cases.Foreign(data) {
		return nil, cases.ErrForeign
	}
	return cases.Parse(path, data)
}
