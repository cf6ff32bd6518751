package scaffold

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"go.yaml.in/yaml/v3"
)

// ProjectName is the file in a project that records what it was made from. It
// also is the configuration of mcpctl in that folder, so other keys stand in it
// beside those of Project.
const ProjectName = "mcpctl.yaml"

// MaxProject bounds mcpctl.yaml, in bytes.
const MaxProject = 1 << 20

// ErrNoProject says that an mcpctl.yaml was not written by `mcpctl new`.
var ErrNoProject = errors.New("mcpctl.yaml does not record a template: the project was not made by mcpctl new")

// Project is the part of mcpctl.yaml that says what a project was made from.
type Project struct {
	Template Origin            `yaml:"template"`
	Answers  Answers           `yaml:"answers"`
	Files    map[string]string `yaml:"files"` // digests of the files as rendered, by path
}

// Origin names a template.
type Origin struct {
	ID      string `yaml:"id" json:"id"`
	Version string `yaml:"version" json:"version"`
	Digest  string `yaml:"digest" json:"digest"`
	Source  Source `yaml:"source" json:"source"`
}

// Origin names t.
func (t *Template) Origin() Origin {
	return Origin{ID: t.Manifest.ID, Version: t.Manifest.Version, Digest: t.Digest, Source: t.Source}
}

// NewProject is the record of a project that was rendered. mcpctl.yaml itself
// is not among its files.
func NewProject(t *Template, a Answers, tree Tree) Project {
	p := Project{Template: t.Origin(), Answers: a, Files: tree.Hashes()}
	delete(p.Files, ProjectName)
	return p
}

// ReadProject reads the record in an mcpctl.yaml and leaves its other keys
// aside. The features of the answers are not settled; Resolve a.Given() again.
func ReadProject(data []byte) (Project, error) {
	var p Project
	if len(data) > MaxProject {
		return p, fmt.Errorf("reading %s: it is larger than %d bytes", ProjectName, MaxProject)
	}
	if err := yaml.Unmarshal(data, &p); err != nil && !errors.Is(err, io.EOF) {
		return p, fmt.Errorf("reading %s: %w", ProjectName, err)
	}
	if p.Template.ID == "" {
		return p, ErrNoProject
	}
	for path := range p.Files {
		if err := CheckPath(path); err != nil {
			return p, fmt.Errorf("reading %s: files: %w", ProjectName, err)
		}
	}
	return p, nil
}

// Encode answers the mcpctl.yaml existing, which may be empty, with this record
// in it. Other keys and comments stay as they are.
func (p Project) Encode(existing []byte) ([]byte, error) {
	fail := func(err error) ([]byte, error) { return nil, fmt.Errorf("writing %s: %w", ProjectName, err) }
	var doc yaml.Node
	if err := yaml.Unmarshal(existing, &doc); err != nil && !errors.Is(err, io.EOF) {
		return fail(err)
	}
	if doc.Kind == 0 {
		doc = yaml.Node{Kind: yaml.DocumentNode, Content: []*yaml.Node{{Kind: yaml.MappingNode}}}
	}
	root := doc.Content[0]
	if root.Kind != yaml.MappingNode {
		return fail(errors.New("it is no mapping of keys to values"))
	}
	var record yaml.Node
	if err := record.Encode(p); err != nil {
		return fail(err)
	}
	record.Content[0].HeadComment = recordComment
	for i := 0; i < len(record.Content); i += 2 {
		replaceKey(root, record.Content[i], record.Content[i+1])
	}
	var out bytes.Buffer
	e := yaml.NewEncoder(&out)
	e.SetIndent(2)
	if err := e.Encode(&doc); err != nil {
		return fail(err)
	}
	return out.Bytes(), nil
}

const recordComment = "What this project was made from; `mcpctl update` and `mcpctl add` need it."

// replaceKey puts a value under a key of a mapping, at the end if it is new.
func replaceKey(mapping, key, value *yaml.Node) {
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		if mapping.Content[i].Value == key.Value {
			mapping.Content[i+1] = value
			return
		}
	}
	mapping.Content = append(mapping.Content, key, value)
}
