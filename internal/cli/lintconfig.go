package cli

import (
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/conformance/lint"
)

// lintOptions joins the lint section of mcpctl.yaml and the globs of the command
// line.
//
//	lint:
//	  rules: {lint/tool/name-style: off, 'lint/security/*': fail, lint/tool/title: warn}
//	  allow:
//	    - {rule: lint/param/description-missing, subject: tools/echo, reason: it says itself}
//
// Globs of rules are tried from top to bottom, and the last that matches counts.
func (a *app) lintOptions(conf config, only, skip []string) (lint.Options, error) {
	o := lint.Options{Only: only, Skip: skip}
	if err := lintGlobs(slices.Concat(only, skip)); err != nil {
		return o, err
	}
	if conf.Lint.IsZero() {
		return o, nil
	}
	if conf.Lint.Kind != yaml.MappingNode {
		return o, lintWrong(&conf.Lint, "lint is not a mapping")
	}
	for key, value := range pairs(&conf.Lint) {
		var err error
		switch key.Value {
		case "rules":
			o.Levels, err = lintLevels(value)
		case "allow":
			o.Allow, err = lintAllowed(value)
		default:
			err = lintWrong(key, "lint has no %q", key.Value).hinted("%s", didYouMean(key.Value, []string{"rules", "allow"}, "It has rules and allow."))
		}
		if err != nil {
			return o, err
		}
	}
	return o, nil
}

// lintWrong is an error at a place in mcpctl.yaml.
func lintWrong(at *yaml.Node, format string, args ...any) *Error {
	return wrongAt(configName, at.Line, at.Column, format, args...)
}

// pairs are the keys and values of a mapping, in order.
func pairs(n *yaml.Node) func(yield func(key, value *yaml.Node) bool) {
	return func(yield func(key, value *yaml.Node) bool) {
		for i := 0; i+1 < len(n.Content); i += 2 {
			if !yield(n.Content[i], n.Content[i+1]) {
				return
			}
		}
	}
}

func lintLevels(n *yaml.Node) ([]lint.Level, error) {
	if n.Kind != yaml.MappingNode {
		return nil, lintWrong(n, "lint.rules is not a mapping of rules to off, warn or fail")
	}
	levels := []string{string(lint.Off), string(conformance.Warn), string(conformance.Fail)}
	var all []lint.Level
	for key, value := range pairs(n) {
		if err := lintRuleAt(key); err != nil {
			return nil, err
		}
		// YAML 1.1 takes off for false; here it is the word that was written.
		if value.Kind != yaml.ScalarNode || !slices.Contains(levels, value.Value) {
			return nil, lintWrong(value, "%s is %q, which is none of off, warn and fail", key.Value, value.Value).
				hinted("%s", didYouMean(value.Value, levels, "Choose off, warn or fail."))
		}
		all = append(all, lint.Level{Glob: key.Value, Verdict: conformance.Verdict(value.Value)})
	}
	return all, nil
}

// lintRuleAt refuses a glob in mcpctl.yaml that matches no rule.
func lintRuleAt(n *yaml.Node) error {
	if n.Kind != yaml.ScalarNode {
		return lintWrong(n, "a rule is named by its id or a glob")
	}
	if !slices.ContainsFunc(lintIDs(), func(id string) bool { return conformance.MatchGlob(n.Value, id) }) {
		return lintWrong(n, "no rule is called %q", n.Value).hinted("%s", didYouMean(n.Value, lintIDs(), "`mcpctl checks list 'lint/*'` has them all."))
	}
	return nil
}

func lintAllowed(n *yaml.Node) ([]lint.Allowed, error) {
	if n.Kind != yaml.SequenceNode {
		return nil, lintWrong(n, "lint.allow is not a list")
	}
	keys := []string{"rule", "subject", "reason"}
	var all []lint.Allowed
	for _, item := range n.Content {
		if item.Kind != yaml.MappingNode {
			return nil, lintWrong(item, "an entry of lint.allow is not a mapping of rule, subject and reason")
		}
		var one lint.Allowed
		for key, value := range pairs(item) {
			into := map[string]*string{"rule": &one.Rule, "subject": &one.Subject, "reason": &one.Reason}[key.Value]
			if into == nil {
				return nil, lintWrong(key, "an entry of lint.allow has no %q", key.Value).hinted("%s", didYouMean(key.Value, keys, "It has rule, subject and reason."))
			}
			if key.Value == "rule" {
				if err := lintRuleAt(value); err != nil {
					return nil, err
				}
			}
			*into = value.Value
		}
		if one.Rule == "" || one.Subject == "" || one.Reason == "" {
			return nil, lintWrong(item, "an entry of lint.allow lacks a rule, a subject or the reason")
		}
		all = append(all, one)
	}
	return all, nil
}
