package servers

import (
	"path/filepath"
)

// Places say where to look. Nothing is taken from the process, so a caller can
// look at any home.
type Places struct {
	OS     string // as runtime.GOOS: "linux", "darwin" or "windows"
	Home   string // the user's folder; "" leaves the user's own files out
	Folder string // the working folder; "" leaves the project's files out
	// Getenv is asked for APPDATA, XDG_CONFIG_HOME, CLAUDE_CONFIG_DIR and
	// CODEX_HOME; nil has none.
	Getenv func(string) (string, bool)
}

// place is a file that a client may have.
type place struct {
	client *client
	scope  Scope
	path   string
	format format
}

// env is a variable's value, or otherwise when it is not set.
func (p Places) env(name, otherwise string) string {
	if p.Getenv != nil {
		if v, ok := p.Getenv(name); ok && v != "" {
			return v
		}
	}
	return otherwise
}

// config is the folder in which programs keep a user's settings.
func (p Places) config() string {
	switch p.OS {
	case "darwin":
		return filepath.Join(p.Home, "Library", "Application Support")
	case "windows":
		return p.env("APPDATA", filepath.Join(p.Home, "AppData", "Roaming"))
	}
	return p.env("XDG_CONFIG_HOME", filepath.Join(p.Home, ".config"))
}

// zed is Zed's own folder, which on macOS is not where other programs' are.
func (p Places) zed() string {
	switch p.OS {
	case "darwin":
		return filepath.Join(p.Home, ".config", "zed")
	case "windows":
		return filepath.Join(p.config(), "Zed")
	}
	return filepath.Join(p.config(), "zed")
}

// all are the files to look for: the user's, then the project's.
func (p Places) all() []place {
	var all []place
	add := func(c *client, s Scope, f format, base string, path ...string) {
		all = append(all, place{c, s, filepath.Join(append([]string{base}, path...)...), f})
	}
	if p.Home != "" {
		config := p.config()
		add(claudeDesktop, User, jsonFormat, config, "Claude", "claude_desktop_config.json")
		add(claudeCode, User, jsonFormat, p.env("CLAUDE_CONFIG_DIR", p.Home), ".claude.json")
		for _, code := range []string{"Code", "Code - Insiders", "VSCodium"} {
			add(vsCode, User, jsonFormat, config, code, "User", "mcp.json")
			add(vsCodeSettings, User, jsonFormat, config, code, "User", "settings.json")
			add(cline, User, jsonFormat, config, code, "User", "globalStorage", "saoudrizwan.claude-dev", "settings", "cline_mcp_settings.json")
		}
		add(cursor, User, jsonFormat, p.Home, ".cursor", "mcp.json")
		add(windsurf, User, jsonFormat, p.Home, ".codeium", "windsurf", "mcp_config.json")
		add(zed, User, jsonFormat, p.zed(), "settings.json")
		add(codex, User, tomlFormat, p.env("CODEX_HOME", filepath.Join(p.Home, ".codex")), "config.toml")
		add(gemini, User, jsonFormat, p.Home, ".gemini", "settings.json")
	}
	if p.Folder != "" {
		add(mcpctl, Project, yamlFormat, p.Folder, "mcpctl.yaml")
		add(claudeCode, Project, jsonFormat, p.Folder, ".mcp.json")
		add(vsCode, Project, jsonFormat, p.Folder, ".vscode", "mcp.json")
		add(cursor, Project, jsonFormat, p.Folder, ".cursor", "mcp.json")
		add(zed, Project, jsonFormat, p.Folder, ".zed", "settings.json")
		add(codex, Project, tomlFormat, p.Folder, ".codex", "config.toml")
		add(gemini, Project, jsonFormat, p.Folder, ".gemini", "settings.json")
	}
	return all
}
