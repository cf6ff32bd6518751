// Package rbac decides by roles who may use which tools, resources and prompts.
package rbac

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"example.com/acme-server/internal/calls"
)

//go:embed policy.yaml
var builtIn string

// Config holds the policy.
type Config struct {
	Policy string `env:"MCP_RBAC_POLICY"` // YAML or JSON; empty: the built-in one, see policy.yaml
}

// Validate tells whether the policy can be read.
func (c Config) Validate() error {
	_, err := New(c)
	return err
}

// Role lists what it allows, as patterns in which * stands for any text.
type Role struct {
	Tools     []string `yaml:"tools"`
	Resources []string `yaml:"resources"`
	Prompts   []string `yaml:"prompts"`
}

// Policy is who may use what. It is not changed after New and safe to share.
type Policy struct {
	Roles   map[string]Role     `yaml:"roles"`
	Callers map[string][]string `yaml:"callers"` // caller id → roles
	Needs   map[string][]string `yaml:"needs"`   // KIND:PATTERN → scopes
}

// New reads the policy of cfg.
func New(cfg Config) (*Policy, error) {
	text := cfg.Policy
	if strings.TrimSpace(text) == "" {
		text = builtIn
	}
	var p Policy
	decoder := yaml.NewDecoder(bytes.NewReader([]byte(text)))
	decoder.KnownFields(true) // a misspelt word must not open or close anything
	if err := decoder.Decode(&p); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("MCP_RBAC_POLICY: %w", err)
	}
	for caller, roles := range p.Callers {
		for _, role := range roles {
			if _, ok := p.Roles[role]; !ok {
				return nil, fmt.Errorf("MCP_RBAC_POLICY: caller %q has the role %q, which is not among the roles", caller, role)
			}
		}
	}
	for need := range p.Needs {
		kind, _, ok := strings.Cut(need, ":")
		if !ok || !slices.Contains([]string{calls.Tool, calls.Resource, calls.Prompt}, kind) {
			return nil, fmt.Errorf("MCP_RBAC_POLICY: %q under needs must name a tool:, a resource: or a prompt: by that word", need)
		}
	}
	return &p, nil
}

// Caller is what a decision needs to know of who is calling.
type Caller struct {
	ID  string
	Has func(scope string) bool
}

// Allows reports whether the caller may use the thing of this kind and name,
// and if not, what is missing.
func (p *Policy) Allows(c Caller, kind, name string) (bool, string) {
	if !p.roleAllows(c, kind, name) {
		return false, "no role of this caller allows it"
	}
	for need, scopes := range p.Needs {
		of, pattern, _ := strings.Cut(need, ":")
		if of != kind || !match(pattern, name) {
			continue
		}
		for _, scope := range scopes {
			if !c.Has(scope) {
				return false, fmt.Sprintf("it takes the scope %q", scope)
			}
		}
	}
	return true, ""
}

func (p *Policy) roleAllows(c Caller, kind, name string) bool {
	for roleName, role := range p.Roles {
		if !slices.Contains(p.Callers[c.ID], roleName) && !p.byScope(c, roleName) {
			continue
		}
		patterns := map[string][]string{calls.Tool: role.Tools, calls.Resource: role.Resources, calls.Prompt: role.Prompts}[kind]
		if slices.ContainsFunc(patterns, func(pattern string) bool { return match(pattern, name) }) {
			return true
		}
	}
	return false
}

// byScope leaves out callers that the policy lists: for them it says all.
func (p *Policy) byScope(c Caller, role string) bool {
	_, listed := p.Callers[c.ID]
	return !listed && c.Has(role)
}

// match compares a name with a pattern in which * stands for any text.
func match(pattern, name string) bool {
	first, rest, star := strings.Cut(pattern, "*")
	if !star {
		return pattern == name
	}
	if !strings.HasPrefix(name, first) {
		return false
	}
	name = name[len(first):]
	parts := strings.Split(rest, "*")
	last := parts[len(parts)-1]
	for _, part := range parts[:len(parts)-1] {
		i := strings.Index(name, part)
		if i < 0 {
			return false
		}
		name = name[i+len(part):]
	}
	return strings.HasSuffix(name, last)
}
