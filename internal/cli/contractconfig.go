package cli

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/mcpctl/mcpctl/conformance/contract"
)

// contractConfig is the part of mcpctl.yaml about the contract.
type contractConfig struct {
	// File is the snapshot that the server is held to, beside mcpctl.yaml.
	File string `yaml:"file"`
	// FailOn are the categories that fail, CALL and RESULT if none is named.
	FailOn []placed `yaml:"failOn"`
	// Ignore accepts changes.
	Ignore []contractIgnore `yaml:"ignore"`
}

// contractIgnore is an ignore rule with the place where it stands.
type contractIgnore struct {
	contract.Ignore
	line, column int
}

// UnmarshalYAML reads an ignore rule, and knows its place. A word that it does not
// know is an error that names the nearest.
func (i *contractIgnore) UnmarshalYAML(n *yaml.Node) error {
	i.line, i.column = n.Line, n.Column
	if n.Kind != yaml.MappingNode {
		return fmt.Errorf("line %d, column %d: an ignore rule is not like {rule: …, reason: …}", n.Line, n.Column)
	}
	words := map[string]*string{"rule": &i.Rule, "subject": &i.Subject, "reason": &i.Reason, "until": &i.Until}
	for at := 0; at+1 < len(n.Content); at += 2 {
		key, value := n.Content[at], n.Content[at+1]
		into := words[key.Value]
		if into == nil {
			return fmt.Errorf("line %d, column %d: an ignore rule has no %q. %s", key.Line, key.Column, key.Value,
				didYouMean(key.Value, []string{"rule", "subject", "reason", "until"}, "It has rule, subject, reason and until."))
		}
		if value.Kind != yaml.ScalarNode {
			return fmt.Errorf("line %d, column %d: %s is not one text", value.Line, value.Column, key.Value)
		}
		*into = value.Value
	}
	return nil
}

// ignores are the ignore rules of a project, checked.
func (c contractConfig) ignores(file string) ([]contract.Ignore, error) {
	var all []contract.Ignore
	for _, i := range c.Ignore {
		if err := i.Check(); err != nil {
			e := wrongAt(file, i.line, i.column, "%w", err)
			if errors.Is(err, contract.ErrNoRule) {
				e = e.hinted("%s", didYouMean(strings.TrimPrefix(i.Rule, contractSuite), ruleNames(), "Rules are listed by: mcpctl checks list 'contract/*'"))
			}
			return nil, e
		}
		all = append(all, i.Ignore)
	}
	return all, nil
}

// contractSuite begins the ids of the rules; ignore rules may leave it out.
const contractSuite = "contract/"

func ruleNames() []string {
	var all []string
	for _, id := range contract.RuleIDs() {
		all = append(all, strings.TrimPrefix(id, contractSuite))
	}
	return all
}

// failing are the categories that fail: those of the flag, else of the project.
func (c contractConfig) failing(file string, flag []string) ([]contract.Category, error) {
	if len(flag)+len(c.FailOn) == 0 {
		return contract.Failing(), nil
	}
	var all []contract.Category
	unknown := func(word string, e *Error) error {
		return e.hinted("%s", didYouMean(word, categoryNames(), "Choose from CALL, RESULT, ROUTING, META, UNKNOWN."))
	}
	for _, word := range flag {
		category, known := contract.ParseCategory(word)
		if !known {
			return nil, unknown(word, usagef("--fail-on: there is no category %q", word))
		}
		all = append(all, category)
	}
	if len(flag) > 0 {
		return all, nil
	}
	for _, p := range c.FailOn {
		category, known := contract.ParseCategory(p.text)
		if !known {
			return nil, unknown(p.text, wrongAt(file, p.line, p.column, "contract.failOn: there is no category %q", p.text))
		}
		all = append(all, category)
	}
	return all, nil
}

func categoryNames() []string {
	var all []string
	for _, c := range contract.Categories() {
		all = append(all, string(c))
	}
	return all
}

// besideConfig is a path of the configuration, which is relative to its file.
func besideConfig(configFile, path string) string {
	if configFile == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(filepath.Dir(configFile), path)
}
