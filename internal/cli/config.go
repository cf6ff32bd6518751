package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/mcpctl/mcpctl/inspect/servers"
)

// configName is the project's own configuration file.
const configName = "mcpctl.yaml"

// maxConfig bounds what is read of a configuration file.
const maxConfig = 1 << 20

// config is mcpctl.yaml, or a client's configuration file: of the latter only
// the servers are of interest and unknown keys are the client's business.
type config struct {
	Servers    map[string]server `yaml:"servers"`
	MCPServers map[string]server `yaml:"mcpServers"`
	Test       testConfig        `yaml:"test"`

	// Contract and Lint are read by their commands; Cases are globs of the files
	// of a project's own cases, beside this file.
	Contract contractConfig `yaml:"contract"`
	Lint     yaml.Node      `yaml:"lint"`
	Cases    []placed       `yaml:"cases"`

	// What `mcpctl new` and `mcpctl add` recorded, for themselves and update.
	Template any `yaml:"template"`
	Answers  any `yaml:"answers"`
	Files    any `yaml:"files"`
	Added    any `yaml:"added"`
}

// server is how clients write a server down.
type server struct {
	Command string            `yaml:"command"`
	Args    []string          `yaml:"args"`
	Env     map[string]string `yaml:"env"`
	Cwd     string            `yaml:"cwd"`
	URL     string            `yaml:"url"`
	Headers map[string]string `yaml:"headers"`
	Type    string            `yaml:"type"`
}

// testConfig are a project's defaults for `mcpctl test`.
type testConfig struct {
	Baseline   string   `yaml:"baseline"`
	AllowTools []string `yaml:"allowTools"`
	Skip       []string `yaml:"skip"`
}

// readConfig reads path, or mcpctl.yaml of this folder when path is empty; a
// missing mcpctl.yaml is an empty configuration. JSON is YAML, so clients'
// files are read by the same decoder.
func readConfig(path string) (config, error) {
	var c config
	name := path
	if name == "" {
		name = configName
	}
	f, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) && path == "" {
		return c, nil
	}
	if err != nil {
		return c, usagef("reading the configuration: %w", err)
	}
	defer func() { _ = f.Close() }() // it was only read
	data, err := io.ReadAll(io.LimitReader(f, maxConfig+1))
	if err != nil {
		return c, usagef("reading the configuration: %w", err)
	}
	if len(data) > maxConfig {
		return c, usagef("reading the configuration: %s is larger than %d bytes", name, maxConfig)
	}
	if path == "" || filepath.Base(path) == configName {
		var doc yaml.Node
		if err := yaml.Unmarshal(data, &doc); err == nil && len(doc.Content) == 1 {
			if err := checkKeys(name, configName, doc.Content[0], reflect.TypeFor[config]()); err != nil {
				return c, err
			}
		}
	}
	d := yaml.NewDecoder(bytes.NewReader(data))
	if err := d.Decode(&c); err != nil && !errors.Is(err, io.EOF) {
		if path != "" && foreign(path) {
			return config{Servers: map[string]server{}}, nil // fromClient finds them
		}
		return c, usagef("reading the configuration %s: %w", name, err)
	}
	if c.Servers == nil {
		c.Servers = map[string]server{}
	}
	maps.Copy(c.Servers, c.MCPServers)
	return c, nil
}

// foreign reports whether a file is of another shape, or another language, that
// clients keep servers in.
func foreign(path string) bool {
	found, err := servers.Read(servers.Places{}, path)
	return err == nil && len(found.Servers) > 0
}

// names lists the servers of a configuration.
func (c config) names() []string { return slices.Sorted(maps.Keys(c.Servers)) }

// expand replaces ${NAME} by the environment's value. Values that came from
// the environment are secrets and are told to keep. A variable that is not
// set is an error, never an empty password.
func (a *app) expand(s string, keep func(secret string)) (string, error) {
	var out strings.Builder
	for {
		before, rest, found := strings.Cut(s, "${")
		out.WriteString(before)
		if !found {
			return out.String(), nil
		}
		name, after, closed := strings.Cut(rest, "}")
		if !closed {
			return "", fmt.Errorf("%q lacks the closing brace of a variable", "${"+rest)
		}
		name = strings.TrimPrefix(name, "env:")
		value, set := a.Getenv(name)
		if !set {
			return "", fmt.Errorf("the environment variable %s is not set", name)
		}
		keep(value)
		out.WriteString(value)
		s = after
	}
}
