package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mcpctl/mcpctl/internal/atomic"
	"github.com/mcpctl/mcpctl/publish/serverjson"
	"github.com/mcpctl/mcpctl/scaffold"
)

// serverJSONCommands are those of `publish` that need no registry.
func (a *app) serverJSONCommands() []*cobra.Command {
	return []*cobra.Command{a.publishInitCommand(), a.publishCheckCommand()}
}

// manifestCheck is one call of `publish check`.
type manifestCheck struct {
	path, tag, format  string
	fix, write, strict bool
}

func (a *app) publishCheckCommand() *cobra.Command {
	var m manifestCheck
	c := &cobra.Command{
		Use:   "check [FILE]",
		Short: "Check server.json without asking a registry, and bring it to the current schema",
		Long: `Check a server.json, without asking a registry: against the schema of its own date, the rules that the
registry applies beyond the schema, keys that the registry would drop without a word, and the versions in
package.json, pyproject.toml and an MCPB manifest.json beside it.

FILE is server.json in this folder, or in the folder named. Every finding has its place and says what to do.`,
		Example: "  mcpctl publish check\n  mcpctl publish check --tag v1.2.3 --strict\n  mcpctl publish check --fix\n  mcpctl publish check --fix --write\n  mcpctl publish check --format sarif > server-json.sarif",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usagef("name one file")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			m.path = manifestName
			if len(args) == 1 {
				m.path = args[0]
			}
			return a.checkManifest(m)
		},
	}
	c.Flags().BoolVar(&m.fix, "fix", false, "show what brings the file to the current schema, and what else has only one mend, as a diff")
	c.Flags().BoolVar(&m.write, "write", false, "with --fix: write it")
	c.Flags().BoolVar(&m.strict, "strict", false, "let warnings count")
	c.Flags().StringVar(&m.tag, "tag", "", "the release's `TAG`, which has to name the version")
	c.Flags().StringVar(&m.format, "format", "text", "print `text`, json or sarif")
	_ = c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(manifestFormats(), cobra.ShellCompDirectiveNoFileComp)) // the flag exists
	return c
}

func manifestFormats() []string { return []string{"text", "json", "sarif"} }

const manifestName = "server.json"

// manifestReport is the result of a check, as --format json prints it.
type manifestReport struct {
	Schema   string               `json:"schema"`
	File     string               `json:"file"`
	Findings []serverjson.Finding `json:"findings"`
	Fix      *manifestFix         `json:"fix,omitempty"`
	Summary  manifestSummary      `json:"summary"`
}

type manifestSummary struct {
	Errors   int `json:"errors"`
	Warnings int `json:"warnings"`
}

type manifestFix struct {
	Done    []string `json:"done"`
	Diff    string   `json:"diff"`
	Written bool     `json:"written"`
}

func (a *app) checkManifest(m manifestCheck) error {
	if !slices.Contains(manifestFormats(), m.format) {
		return usagef("--format %q is none", m.format).hinted("%s", didYouMean(m.format, manifestFormats(), "Choose text, json or sarif."))
	}
	if m.write && !m.fix {
		return usagef("--write is for --fix")
	}
	file, raw, err := readManifest(m.path)
	if err != nil {
		return err
	}
	r := manifestReport{Schema: "mcpctl.serverjson/v1", File: file}
	if m.fix {
		if r.Fix, err = fixManifest(file, raw, m.write); err != nil {
			return err
		}
		if r.Fix != nil && r.Fix.Written {
			if _, raw, err = readManifest(file); err != nil {
				return err
			}
		}
	}
	if r.Findings, err = manifestFindings(file, raw, m.tag); err != nil {
		return err
	}
	for _, f := range r.Findings {
		if f.Level == serverjson.Error {
			r.Summary.Errors++
		} else {
			r.Summary.Warnings++
		}
	}
	if err := a.printManifest(m.format, r); err != nil {
		return &Error{Code: ExitEnvironment, Err: fmt.Errorf("writing the findings: %w", err)}
	}
	if r.Summary.Errors > 0 || m.strict && r.Summary.Warnings > 0 {
		return exit(ExitFindings)
	}
	return nil
}

// readManifest reads a server.json, named itself or by its folder.
func readManifest(path string) (string, []byte, error) {
	info, err := os.Stat(path)
	if err == nil && info.IsDir() {
		path = filepath.Join(path, manifestName)
		info, err = os.Stat(path)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", nil, usagef("there is no %s", path).hinted("Write one with `mcpctl publish init`, or name the file.")
	case err == nil && !info.Mode().IsRegular():
		return "", nil, usagef("%s is no regular file", path)
	}
	raw, err := readSource(path, serverjson.MaxSize)
	return path, raw, err
}

// manifestFindings are those of the file and of the manifests beside it, with
// the paths that the user would type.
func manifestFindings(file string, raw []byte, tag string) ([]serverjson.Finding, error) {
	dir := filepath.Dir(file)
	all := []serverjson.Finding{} // in JSON a list, if an empty one
	d, bad := serverjson.Parse(filepath.Base(file), raw)
	if d == nil {
		all = append(all, bad...)
	} else {
		sources, err := serverjson.Sources(os.DirFS(dir))
		if err != nil {
			return nil, usagef("comparing the versions in %s: %w", dir, err)
		}
		all = append(append(all, d.Check()...), d.Agree(sources, tag)...)
	}
	for i := range all {
		all[i].File = filepath.Join(dir, all[i].File)
	}
	return all, nil
}

// fixManifest shows what Migrate would change, and writes it if it is told to.
// Nothing is to be fixed in what is no JSON.
func fixManifest(file string, raw []byte, write bool) (*manifestFix, error) {
	d, _ := serverjson.Parse(file, raw)
	if d == nil {
		return nil, nil
	}
	text, done := serverjson.Migrate(d)
	f := &manifestFix{Done: append([]string{}, done...)}
	if len(done) == 0 {
		return f, nil
	}
	var diff strings.Builder
	plan := scaffold.Plan{Tree: []scaffold.File{{Path: filepath.Base(file), Data: text}}}
	if _, err := plan.Diff(&diff, os.DirFS(filepath.Dir(file))); err != nil {
		return nil, &Error{Code: ExitEnvironment, Err: err}
	}
	f.Diff = diff.String()
	if !write {
		return f, nil
	}
	mode := fs.FileMode(0o644)
	if info, err := os.Stat(file); err == nil {
		mode = info.Mode().Perm()
	}
	if err := atomic.WriteFile(file, text, mode); err != nil {
		return nil, &Error{Code: ExitEnvironment, Err: err}
	}
	f.Written = true
	return f, nil
}
