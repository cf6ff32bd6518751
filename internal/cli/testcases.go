package cli

import (
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
	return a.readCases(paths)
}

// casePaths are the paths of the files of cases, in order.
func casePaths(conf config, configFile string, flag []string) ([]string, error) {
	globs, from := flag, "--cases"
	if len(flag) == 0 {
		globs, from = nil, configName+": cases"
		for _, glob := range conf.Cases {
			globs = append(globs, besideConfig(configFile, filepath.FromSlash(glob)))
		}
	}
	if len(globs) == 0 {
		found, _ := filepath.Glob(besideProject(configFile, filepath.FromSlash(casesGlob))) // the pattern is right
		return found, nil
	}
	var all []string
	for _, glob := range globs {
		found, err := filepath.Glob(glob)
		if err != nil {
			return nil, usagef("%s: %q is no pattern: %w", from, glob, err)
		}
		if len(found) == 0 {
			return nil, usagef("%s: no file matches %q", from, glob)
		}
		for _, path := range found {
			if !slices.Contains(all, path) {
				all = append(all, path)
			}
		}
	}
	if len(all) > maxCaseFiles {
		return nil, usagef("%s: there are more than %d files", from, maxCaseFiles)
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

// readCases reads files of cases, and tells all that is wrong with them.
func (a *app) readCases(paths []string) ([]*cases.File, error) {
	var files []*cases.File
	names := map[string]string{}
	wrong, count := 0, 0
	for _, path := range paths {
		f, err := readCaseFile(path)
		var problems cases.Problems
		switch {
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

func readCaseFile(path string) (*cases.File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was only read
	data, err := io.ReadAll(io.LimitReader(f, cases.MaxFile+1))
	if err != nil {
		return nil, err
	}
	return cases.Parse(path, data)
}
