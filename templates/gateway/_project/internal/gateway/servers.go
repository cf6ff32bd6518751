package gateway

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Server is one upstream, as the file of upstreams describes it.
type Server struct {
	Name string
	Skip string // why it is left out; empty: it is not

	Command string // the program that speaks MCP over its standard input and output,
	Args    []string
	Env     map[string]string
	Cwd     string

	URL     string // or the endpoint that speaks it over HTTP
	Headers map[string]string

	Timeout   time.Duration // 0: the gateway's
	Tools     Filter
	Prompts   Filter
	Resources Filter // by URI

	secrets []string // what no log may show
}

// entry is a server in the file. Other programs read such files too, so keys
// that mean nothing here are no error, but are warned of.
type entry struct {
	Type      string            `json:"type"`
	Command   string            `json:"command"`
	Args      []string          `json:"args"`
	Env       map[string]string `json:"env"`
	Cwd       string            `json:"cwd"`
	URL       string            `json:"url"`
	Headers   map[string]string `json:"headers"`
	Disabled  bool              `json:"disabled"`
	Timeout   string            `json:"timeout"` // such as 30s
	Tools     Filter            `json:"tools"`
	Prompts   Filter            `json:"prompts"`
	Resources Filter            `json:"resources"`
}

var known = []string{
	"type", "command", "args", "env", "cwd", "url", "headers", "disabled", "timeout",
	"tools", "prompts", "resources", "description",
}

var serverName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,32}$`)

// Load reads the upstreams from cfg.File, in the order of their names. lookup is
// how references to variables are resolved, such as os.LookupEnv. A server whose
// variables are not set comes back with a reason to skip it.
func Load(cfg Config, lookup func(string) (string, bool)) (servers []Server, warnings []string, err error) {
	data, err := os.ReadFile(cfg.File)
	if errors.Is(err, fs.ErrNotExist) && cfg.File == DefaultFile {
		return nil, []string{"there is no " + DefaultFile + ", so there are no upstreams: write one, or name another file in MCP_GATEWAY_CONFIG"}, nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("reading the upstreams: %w", err)
	}
	return parse(data, cfg, lookup)
}

func parse(data []byte, cfg Config, lookup func(string) (string, bool)) (servers []Server, warnings []string, err error) {
	var file struct {
		Servers map[string]json.RawMessage `json:"mcpServers"`
	}
	if err := json.Unmarshal(data, &file); err != nil {
		return nil, nil, fmt.Errorf("reading the upstreams in %s: %w", cfg.File, err)
	}
	if file.Servers == nil {
		return nil, nil, fmt.Errorf("reading the upstreams in %s: the member mcpServers is missing", cfg.File)
	}
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(file.Servers)) {
		s, more, err := parseServer(name, file.Servers[name], cfg, lookup)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: the server %q: %w", cfg.File, name, err))
		}
		for _, w := range more {
			warnings = append(warnings, fmt.Sprintf("%s: the server %q: %s", cfg.File, name, w))
		}
		servers = append(servers, s)
	}
	return servers, warnings, errors.Join(errs...)
}

func parseServer(name string, data json.RawMessage, cfg Config, lookup func(string) (string, bool)) (s Server, warnings []string, err error) {
	var e entry
	var keys map[string]json.RawMessage
	if err := errors.Join(json.Unmarshal(data, &e), json.Unmarshal(data, &keys)); err != nil {
		return s, nil, err
	}
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		if !slices.Contains(known, key) {
			warnings = append(warnings, fmt.Sprintf("the key %q means nothing here", key))
		}
	}

	x := expander{lookup: lookup}
	s = Server{
		Name:    name,
		Command: x.text(e.Command), Args: x.texts(e.Args), Env: x.values(e.Env), Cwd: x.text(e.Cwd),
		URL: x.text(e.URL), Headers: x.values(e.Headers),
		Tools: e.Tools, Prompts: e.Prompts, Resources: e.Resources,
		secrets: x.secrets,
	}
	if !serverName.MatchString(name) || strings.Contains(name, cfg.Separator) {
		return s, warnings, fmt.Errorf("a name has up to 32 letters, digits, _ and -, and no %q in it", cfg.Separator)
	}
	if (e.Command == "") == (e.URL == "") {
		return s, warnings, errors.New("it needs either a command or a url")
	}
	if !slices.Contains([]string{"", "stdio", "http", "streamable-http", "streamableHttp"}, e.Type) {
		return s, warnings, fmt.Errorf("the type %q is not spoken here: use stdio or http", e.Type)
	}
	if e.Timeout != "" {
		if s.Timeout, err = time.ParseDuration(e.Timeout); err != nil || s.Timeout <= 0 {
			return s, warnings, fmt.Errorf("the timeout %q: write a time such as 30s", e.Timeout)
		}
	}
	switch {
	case e.Disabled:
		s.Skip = "disabled"
		return s, warnings, nil
	case len(x.missing) > 0:
		s.Skip = strings.Join(x.missing, ", ") + " not set"
		return s, append(warnings, "it is left out: "+s.Skip), nil
	}
	if e.URL != "" {
		more, err := checkURL(s)
		return s, append(warnings, more...), err
	}
	return s, warnings, nil
}

func checkURL(s Server) (warnings []string, err error) {
	u, err := url.Parse(s.URL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, errors.New("its url is no web address") // which may hold a secret, so it is not repeated
	}
	if u.Scheme == "http" && len(s.Headers) > 0 && !slices.Contains([]string{"localhost", "127.0.0.1", "::1"}, u.Hostname()) {
		warnings = append(warnings, "its headers travel unencrypted: use https")
	}
	return warnings, nil
}
