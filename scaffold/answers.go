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

// Given is what one source says about a new project: flags, the environment or
// a file. Empty means that it does not say.
type Given struct {
	From    string            `yaml:"-"` // for messages: "the flags", "answers.yaml"
	Name    string            `yaml:"name,omitempty"`
	Profile string            `yaml:"profile,omitempty"`
	With    []string          `yaml:"with,omitempty"`    // features wanted besides the profile's
	Without []string          `yaml:"without,omitempty"` // features not wanted
	Values  map[string]string `yaml:",inline"`           // answers by question
}

// ReadGiven reads a file of answers: YAML (or JSON) with name, profile, with,
// without and one key for each question. A whole mcpctl.yaml is read for its
// answers. data may have MaxProject bytes.
func ReadGiven(data []byte, from string) (Given, error) {
	g := Given{From: from}
	fail := func(err error) (Given, error) { return g, fmt.Errorf("reading the answers of %s: %w", from, err) }
	if len(data) > MaxProject {
		return fail(fmt.Errorf("it is larger than %d bytes", MaxProject))
	}
	var whole struct {
		Answers yaml.Node      `yaml:"answers"`
		Rest    map[string]any `yaml:",inline"`
	}
	if err := yaml.Unmarshal(data, &whole); err != nil {
		return fail(err)
	}
	if whole.Answers.Kind != 0 {
		if err := whole.Answers.Decode(&g); err != nil {
			return fail(err)
		}
		return g, nil
	}
	if err := yaml.NewDecoder(bytes.NewReader(data)).Decode(&g); err != nil && !errors.Is(err, io.EOF) {
		return fail(err)
	}
	return g, nil
}

// Answers are all that decides what a project is made of. They are recorded in
// mcpctl.yaml, and hold no secrets.
type Answers struct {
	Name    string            `yaml:"name" json:"name"`
	Profile string            `yaml:"profile,omitempty" json:"profile,omitempty"`
	With    []string          `yaml:"with,flow,omitempty" json:"with,omitempty"`
	Without []string          `yaml:"without,flow,omitempty" json:"without,omitempty"`
	Values  map[string]string `yaml:",inline" json:"values,omitempty"`
	// Features are those that are on, in the manifest's order, and Pulled says
	// for those that nobody asked for which feature requires them. Resolve
	// settles both; they are not recorded.
	Features []string          `yaml:"-" json:"features"`
	Pulled   map[string]string `yaml:"-" json:"pulled,omitempty"`
}

// On tells whether a feature is on.
func (a Answers) On(feature string) bool { return slices.Contains(a.Features, feature) }

// Given is what to Resolve for the same answers again, perhaps by a newer
// version of the template.
func (a Answers) Given() Given {
	return Given{From: "mcpctl.yaml", Name: a.Name, Profile: a.Profile, With: a.With, Without: a.Without, Values: maps.Clone(a.Values)}
}
