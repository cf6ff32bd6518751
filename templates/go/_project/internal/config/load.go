package config

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"reflect"
	"strings"

	"github.com/caarlos0/env/v11"
)

// A member of Config may refuse its settings or warn of them.
type (
	validator interface{ Validate() error }
	warner    interface{ Warnings() []string }
)

// Load reads the settings from environ (as of os.Environ) and, beneath it, from
// a file of NAME=value lines; no file when its name is empty. Everything that is
// wrong comes in one error; what is merely doubtful comes as warnings.
func Load(file string, environ []string) (cfg *Config, warnings []string, err error) {
	vars := map[string]string{}
	if file != "" {
		if vars, err = readFile(file); err != nil {
			return nil, nil, err
		}
	}
	for _, v := range environ {
		if name, value, ok := strings.Cut(v, "="); ok {
			vars[name] = value
		}
	}

	cfg = new(Config)
	known, err := env.GetFieldParams(cfg)
	if err != nil {
		return nil, nil, fmt.Errorf("reading the settings that exist: %w", err)
	}
	names := map[string]bool{}
	var errs []error
	for _, k := range known {
		names[k.Key], names[k.Key+"_FILE"] = true, true
		errs = append(errs, fromFile(vars, k.Key))
	}
	for name := range vars {
		if strings.HasPrefix(name, "MCP_") && !names[name] {
			warnings = append(warnings, name+" is set but no setting has this name")
		}
	}
	for name, value := range ownDefaults() {
		if _, set := vars[name]; !set {
			vars[name] = value
		}
	}
	errs = append(errs, env.ParseWithOptions(cfg, env.Options{Environment: vars}))

	members := reflect.ValueOf(*cfg)
	for i := range members.NumField() {
		if m, ok := members.Field(i).Interface().(validator); ok {
			errs = append(errs, m.Validate())
		}
		if m, ok := members.Field(i).Interface().(warner); ok {
			warnings = append(warnings, m.Warnings()...)
		}
	}
	return cfg, warnings, errors.Join(errs...)
}

// readFile reads NAME=value lines. As in the files that containers are given,
// nothing is quoted and nothing expanded; lines that start with # are comments.
func readFile(name string) (map[string]string, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("reading the configuration: %w", err)
	}
	vars := map[string]string{}
	for i, line := range strings.Split(string(data), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		key, value, ok := strings.Cut(line, "=")
		if !ok {
			return nil, fmt.Errorf("%s:%d: a setting is written NAME=value", name, i+1)
		}
		vars[strings.TrimSpace(key)] = strings.TrimSpace(value)
	}
	return vars, nil
}

// fromFile sets the variable name from the file that NAME_FILE names, unless it
// is set already.
func fromFile(vars map[string]string, name string) error {
	file := vars[name+"_FILE"]
	if _, set := vars[name]; set || file == "" {
		return nil
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("%s_FILE: %w", name, err)
	}
	vars[name] = string(bytes.TrimSpace(data))
	return nil
}
