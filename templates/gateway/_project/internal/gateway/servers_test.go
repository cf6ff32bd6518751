package gateway

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func lookup(vars map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		value, ok := vars[name]
		return value, ok
	}
}

func TestParse(t *testing.T) {
	const file = `{"mcpServers": {
		"remote": {"type": "http", "url": "https://example.com/${PATH_PART:-mcp}", "headers": {"Authorization": "Bearer ${TOKEN}"}, "timeout": "5s"},
		"local": {"command": "run", "args": ["--dir", "${DIR}"], "env": {"A": "$A ${TOKEN}"}, "cwd": "/tmp", "tools": {"deny": ["x*"]}},
		"locked": {"command": "run", "env": {"A": "${MISSING}", "B": "${MISSING} ${GONE}"}},
		"off": {"command": "run", "disabled": true, "autoApprove": []}
	}}`
	servers, warnings, err := parse([]byte(file), testConfig(), lookup(map[string]string{"TOKEN": "secret", "DIR": "/data", "GONE": ""}))
	if err != nil {
		t.Fatal(err)
	}
	byName := map[string]Server{}
	for _, s := range servers {
		byName[s.Name] = s
	}
	if got := byName["remote"]; got.URL != "https://example.com/mcp" || got.Headers["Authorization"] != "Bearer secret" || got.Timeout != 5*time.Second || got.Skip != "" {
		t.Errorf("remote = %+v", got)
	}
	if got := byName["local"]; !slices.Equal(got.Args, []string{"--dir", "/data"}) || got.Env["A"] != "$A secret" || got.Cwd != "/tmp" || got.Tools.Lets("x1") {
		t.Errorf("local = %+v", got)
	}
	if got := byName["locked"].Skip; got != "MISSING, GONE not set" {
		t.Errorf("locked is skipped for %q", got)
	}
	if byName["off"].Skip != "disabled" {
		t.Error("what is disabled is not skipped")
	}
	all := strings.Join(warnings, "\n")
	if !strings.Contains(all, `"locked": it is left out: MISSING, GONE not set`) || !strings.Contains(all, `"autoApprove" means nothing`) {
		t.Errorf("warnings = %s", all)
	}
}

func TestParseRefuses(t *testing.T) {
	for name, test := range map[string]struct{ file, want string }{
		"no JSON":           {`{`, "mcp.json"},
		"no servers":        {`{"servers": {}}`, "mcpServers is missing"},
		"nothing":           {`{"mcpServers": {"a": {}}}`, "either a command or a url"},
		"both":              {`{"mcpServers": {"a": {"command": "x", "url": "http://x"}}}`, "either a command or a url"},
		"a separator":       {`{"mcpServers": {"a__b": {"command": "x"}}}`, "a name has"},
		"other characters":  {`{"mcpServers": {"a b": {"command": "x"}}}`, "a name has"},
		"another transport": {`{"mcpServers": {"a": {"url": "http://x", "type": "sse"}}}`, `"sse" is not spoken`},
		"no address":        {`{"mcpServers": {"a": {"url": "ftp://x"}}}`, "no web address"},
		"no time":           {`{"mcpServers": {"a": {"command": "x", "timeout": "5"}}}`, "write a time"},
		"two at once":       {`{"mcpServers": {"a": {}, "b": {"command": 1}}}`, `the server "b"`},
	} {
		if _, _, err := parse([]byte(test.file), testConfig(), lookup(nil)); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error = %v, want one with %q", name, err, test.want)
		}
	}
}

func TestUnencrypted(t *testing.T) {
	for url, warned := range map[string]bool{"http://example.com": true, "https://example.com": false, "http://127.0.0.1:80": false} {
		_, warnings, err := parse([]byte(`{"mcpServers": {"a": {"url": "`+url+`", "headers": {"X-Key": "1"}}}}`), testConfig(), lookup(nil))
		if err != nil || (len(warnings) > 0) != warned {
			t.Errorf("%s: warnings %v, error %v", url, warnings, err)
		}
	}
}

func TestSecretFromFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte("from a file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	x := expander{lookup: lookup(map[string]string{"TOKEN_FILE": file, "LOST_FILE": file + "x"})}
	if got := x.text("${TOKEN}"); got != "from a file" {
		t.Errorf("text = %q", got)
	}
	if x.text("${LOST}"); !slices.Equal(x.missing, []string{"LOST"}) {
		t.Errorf("missing = %v", x.missing)
	}
}

func TestLoad(t *testing.T) {
	t.Chdir(t.TempDir())
	cfg := testConfig()
	if servers, warnings, err := Load(cfg, lookup(nil)); err != nil || len(servers) != 0 || len(warnings) != 1 {
		t.Errorf("without a file: %v, %v, %v", servers, warnings, err)
	}
	cfg.File = "mine.json"
	if _, _, err := Load(cfg, lookup(nil)); err == nil {
		t.Error("a file that was named may be missing")
	}
}

func TestFilter(t *testing.T) {
	for _, test := range []struct {
		filter Filter
		name   string
		want   bool
	}{
		{Filter{}, "any", true},
		{Filter{Allow: []string{"read_*"}}, "read_file", true},
		{Filter{Allow: []string{"read_*"}}, "write_file", false},
		{Filter{Deny: []string{"*_file"}}, "write_file", false},
		{Filter{Allow: []string{"*"}, Deny: []string{"write_?ile"}}, "write_file", false},
		{Filter{Deny: []string{"a.c"}}, "abc", true},
		{Filter{Allow: []string{"file:///data/*"}}, "file:///data/a/b", true},
	} {
		if got := test.filter.Lets(test.name); got != test.want {
			t.Errorf("%+v lets %s pass: %v", test.filter, test.name, got)
		}
	}
}

func TestValidate(t *testing.T) {
	if err := testConfig().Validate(); err != nil {
		t.Error(err)
	}
	for name, spoil := range map[string]func(*Config){
		"MCP_GATEWAY_CONFIG":    func(c *Config) { c.File = "" },
		"MCP_GATEWAY_SEPARATOR": func(c *Config) { c.Separator = "/" },
		"MCP_GATEWAY_MAX_NAME":  func(c *Config) { c.MaxName = 129 },
		"MCP_GATEWAY_TRIES":     func(c *Config) { c.Tries = 0 },
		"MCP_GATEWAY_…":         func(c *Config) { c.Timeout = 0 },
	} {
		cfg := testConfig()
		spoil(&cfg)
		if err := cfg.Validate(); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: error = %v", name, err)
		}
	}
}
