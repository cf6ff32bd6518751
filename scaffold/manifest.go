package scaffold

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"go.yaml.in/yaml/v3"
)

// Manifest is template.yaml: what a template asks, what can be switched, and
// which of its files are special. docs/scaffold.md describes it for authors.
type Manifest struct {
	ID           string              `yaml:"id"`
	Version      string              `yaml:"version"` // semantic version without v
	Title        string              `yaml:"title"`
	Language     string              `yaml:"language"`       // go, typescript or python
	Base         string              `yaml:"base,omitempty"` // id of the template beneath this one
	Drop         []string            `yaml:"drop,omitempty"` // globs: files of the base that are left out
	DropFeatures []string            `yaml:"drop_features,omitempty"`
	Questions    []Question          `yaml:"questions,omitempty"`
	Features     []Feature           `yaml:"features,omitempty"`
	Profiles     map[string][]string `yaml:"profiles,omitempty"` // features that are on
	Files        []FileRule          `yaml:"files,omitempty"`
	Bare         []string            `yaml:"bare,omitempty"` // globs: files without tokens and regions
}

// Question is asked besides the project's name. Some names are known to the
// engine and need nothing but a name: owner, holder, registry_name, module.
type Question struct {
	Name    string   `yaml:"name"`
	Title   string   `yaml:"title,omitempty"`
	Default string   `yaml:"default,omitempty"` // {{name}} and {{other_question}} are replaced
	Rule    string   `yaml:"rule,omitempty"`    // see Rules
	Choices []string `yaml:"choices,omitempty"` // if any, the answer is one of them
	Token   string   `yaml:"token,omitempty"`   // text of the template that the answer replaces
}

// Feature is something of a template that can be switched on and off.
type Feature struct {
	Name      string   `yaml:"name"`
	Group     string   `yaml:"group,omitempty"`
	Title     string   `yaml:"title,omitempty"`
	Requires  []string `yaml:"requires,omitempty"`  // features that this one pulls in
	Conflicts []string `yaml:"conflicts,omitempty"` // features that it cannot be with
}

// FileRule is an exception for files. The first rule that matches a path counts.
type FileRule struct {
	Path string    `yaml:"path"`           // glob; ** stands for any number of folders
	To   string    `yaml:"to,omitempty"`   // where the file goes; a/** may go to b/** or **
	When Condition `yaml:"when,omitempty"` // without it, always
	Mode string    `yaml:"mode,omitempty"` // "0644" or "0755"
}

// parseManifest reads template.yaml strictly: an unknown key is an error.
func parseManifest(data []byte) (Manifest, error) {
	var m Manifest
	d := yaml.NewDecoder(bytes.NewReader(data))
	d.KnownFields(true)
	if err := d.Decode(&m); err != nil {
		if errors.Is(err, io.EOF) {
			err = errors.New("it is empty")
		}
		return m, fmt.Errorf("reading %s: %w", ManifestName, err)
	}
	if err := d.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return m, fmt.Errorf("reading %s: it must be one YAML document", ManifestName)
	}
	return m, nil
}

// encode writes the manifest in one canonical form, for digests and bundles.
func (m Manifest) encode() ([]byte, error) {
	var out bytes.Buffer
	e := yaml.NewEncoder(&out)
	e.SetIndent(2)
	if err := e.Encode(m); err != nil {
		return nil, fmt.Errorf("writing %s: %w", ManifestName, err)
	}
	return out.Bytes(), nil
}

// Feature finds a feature by its name.
func (m Manifest) Feature(name string) (Feature, bool) {
	i := slices.IndexFunc(m.Features, func(f Feature) bool { return f.Name == name })
	if i < 0 {
		return Feature{}, false
	}
	return m.Features[i], true
}

// FeatureNames are the features in the manifest's order.
func (m Manifest) FeatureNames() []string {
	var names []string
	for _, f := range m.Features {
		names = append(names, f.Name)
	}
	return names
}

// ProfileNames are the profiles in alphabetical order.
func (m Manifest) ProfileNames() []string { return slices.Sorted(maps.Keys(m.Profiles)) }

// DefaultProfile is "production" where there is such a profile, else the first
// by name; a template without profiles has none.
func (m Manifest) DefaultProfile() string {
	names := m.ProfileNames()
	switch {
	case len(names) == 0:
		return ""
	case slices.Contains(names, "production"):
		return "production"
	}
	return names[0]
}

// question finds a question by its name.
func (m Manifest) question(name string) (Question, bool) {
	i := slices.IndexFunc(m.Questions, func(q Question) bool { return q.Name == name })
	if i < 0 {
		return Question{}, false
	}
	return m.Questions[i], true
}
