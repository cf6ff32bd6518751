package merge

import (
	"fmt"
	"slices"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/semver"
)

// GoMod merges go.mod by module. Of two versions of a requirement the newest
// wins, as in a build; the user's replacements, exclusions and own requirements
// stay. A requirement that the template gave up stays too when the user's code
// may need it by now: `go mod tidy` drops what nobody imports.
func GoMod(s Sides) (Result, error) {
	var files [3]*modfile.File
	for i, text := range [][]byte{s.Base, s.Yours, s.New} {
		f, err := modfile.Parse("go.mod", text, nil)
		if err != nil {
			return Result{}, fmt.Errorf("reading go.mod: %w", err)
		}
		files[i] = f
	}
	m := modMerger{base: files[0], yours: files[1], new: files[2]}
	for _, step := range []func() error{m.module, m.language, m.requires, m.replaces, m.tools} {
		if err := step(); err != nil {
			return Result{}, fmt.Errorf("merging go.mod: %w", err)
		}
	}
	if len(m.conflicts) > 0 {
		return marked(s, m.conflicts), nil
	}
	m.yours.Cleanup()
	data, err := m.yours.Format()
	if err != nil {
		return Result{}, fmt.Errorf("writing go.mod: %w", err)
	}
	return Result{Data: data}, nil
}

// modMerger makes yours into the merged file.
type modMerger struct {
	base, yours, new *modfile.File
	conflicts        []Conflict
}

func (m *modMerger) module() error {
	path := func(f *modfile.File) string {
		if f.Module == nil {
			return ""
		}
		return f.Module.Mod.Path
	}
	merged, ok := pick(path(m.base), path(m.yours), path(m.new))
	if !ok {
		m.conflict("module", path(m.yours), path(m.new))
		return nil
	}
	if merged == path(m.yours) {
		return nil
	}
	return m.yours.AddModuleStmt(merged)
}

// language takes the newest of the go and toolchain versions.
func (m *modMerger) language() error {
	if m.new.Go != nil && (m.yours.Go == nil || later(m.new.Go.Version, m.yours.Go.Version)) {
		if err := m.yours.AddGoStmt(m.new.Go.Version); err != nil {
			return err
		}
	}
	if m.new.Toolchain != nil && (m.yours.Toolchain == nil && m.base.Toolchain == nil ||
		m.yours.Toolchain != nil && later(m.new.Toolchain.Name[len("go"):], m.yours.Toolchain.Name[len("go"):])) {
		return m.yours.AddToolchainStmt(m.new.Toolchain.Name)
	}
	return nil
}

func later(a, b string) bool { return semver.Compare("v"+a, "v"+b) > 0 }

func (m *modMerger) requires() error {
	base, yours := versions(m.base), versions(m.yours)
	merged := slices.Clone(m.yours.Require)
	for _, r := range m.new.Require {
		has, inYours := yours[r.Mod.Path]
		switch {
		case inYours && semver.Compare(r.Mod.Version, has) > 0:
			i := slices.IndexFunc(merged, func(old *modfile.Require) bool { return old.Mod.Path == r.Mod.Path })
			newer := *merged[i]
			newer.Mod.Version = r.Mod.Version
			merged[i] = &newer
		case !inYours && base[r.Mod.Path] != r.Mod.Version: // else the user deleted it and the template has nothing new to say
			merged = append(merged, &modfile.Require{Mod: r.Mod, Indirect: r.Indirect})
		}
	}
	m.yours.SetRequireSeparateIndirect(merged)
	return nil
}

func versions(f *modfile.File) map[string]string {
	all := map[string]string{}
	for _, r := range f.Require {
		all[r.Mod.Path] = r.Mod.Version
	}
	return all
}

func (m *modMerger) replaces() error {
	base, yours, new := replacements(m.base), replacements(m.yours), replacements(m.new)
	for _, key := range keysOf(yours, new) {
		merged, ok := pick(base[key], yours[key], new[key])
		switch {
		case !ok:
			m.conflict("replace "+key.path, yours[key].path, new[key].path)
		case merged == yours[key]:
		case merged == module{}:
			if err := m.yours.DropReplace(key.path, key.version); err != nil {
				return err
			}
		default:
			if err := m.yours.AddReplace(key.path, key.version, merged.path, merged.version); err != nil {
				return err
			}
		}
	}
	return nil
}

type module struct{ path, version string }

func replacements(f *modfile.File) map[module]module {
	all := map[module]module{}
	for _, r := range f.Replace {
		all[module{r.Old.Path, r.Old.Version}] = module{r.New.Path, r.New.Version}
	}
	return all
}

// keysOf are the keys of both maps in a fixed order.
func keysOf(a, b map[module]module) []module {
	var keys []module
	for _, m := range []map[module]module{a, b} {
		for key := range m {
			if !slices.Contains(keys, key) {
				keys = append(keys, key)
			}
		}
	}
	slices.SortFunc(keys, func(a, b module) int {
		return slices.Compare([]string{a.path, a.version}, []string{b.path, b.version})
	})
	return keys
}

// tools takes over the tool and exclude lines that are new in the template.
func (m *modMerger) tools() error {
	for _, tool := range m.new.Tool {
		in := func(f *modfile.File) bool {
			return slices.ContainsFunc(f.Tool, func(t *modfile.Tool) bool { return t.Path == tool.Path })
		}
		if !in(m.base) && !in(m.yours) {
			if err := m.yours.AddTool(tool.Path); err != nil {
				return err
			}
		}
	}
	for _, exclude := range m.new.Exclude {
		in := func(f *modfile.File) bool {
			return slices.ContainsFunc(f.Exclude, func(e *modfile.Exclude) bool { return e.Mod == exclude.Mod })
		}
		if !in(m.base) && !in(m.yours) {
			if err := m.yours.AddExclude(exclude.Mod.Path, exclude.Mod.Version); err != nil {
				return err
			}
		}
	}
	return nil
}

func (m *modMerger) conflict(at, yours, new string) {
	m.conflicts = append(m.conflicts, Conflict{At: at, Note: fmt.Sprintf("yours is %q, the template's is %q", yours, new)})
}

// pick is the three-way merge of one value: whoever changed it wins.
func pick[T comparable](base, yours, new T) (T, bool) {
	switch {
	case yours == new, new == base:
		return yours, true
	case yours == base:
		return new, true
	}
	return yours, false
}
