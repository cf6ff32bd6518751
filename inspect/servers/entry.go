package servers

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/mcpctl/mcpctl/mcp"
)

// server reads one entry.
func (r *reading) server(m member) Server {
	s := Server{Name: m.name, Client: r.place.client.name, Scope: r.place.scope, File: r.place.path, Line: m.line,
		dialect: r.place.client.dialect, folder: r.places.Folder, home: r.places.Home}
	e := entry{s: &s, n: m.value}
	if m.value.kind != mapNode {
		s.problem(m.line, false, "the entry is not an object", "Write a command or a url in it.")
		return s
	}
	e.use()
	e.command()
	e.address(r.place.client)
	e.whole()
	return s
}

// entry is an entry while it is read into a Server.
type entry struct {
	s *Server
	n node
}

// text is a member that must be a text.
func (e entry) text(name string) string {
	v := e.n.get(name)
	if v.kind != noNode && v.kind != textNode {
		e.s.problem(v.line, false, fmt.Sprintf("%s is not a text", name), "Write it in quotation marks.")
		return ""
	}
	return v.text
}

// use reads whether the client uses the entry.
func (e entry) use() {
	switch {
	case e.n.get("disabled").truth:
		e.s.Disabled = "disabled"
	case e.n.get("enabled").kind == boolNode && !e.n.get("enabled").truth:
		e.s.Disabled = "not enabled"
	}
}

// command reads what starts a local server.
func (e entry) command() {
	from := e
	switch v := e.n.get("command"); v.kind {
	case mapNode: // as Zed once had it
		from.n = v
		e.s.Command = from.text("path")
	case listNode:
		e.s.problem(v.line, false, "command is a list", "Write the program in command, and its arguments in args.")
	default:
		e.s.Command = e.text("command")
	}
	e.s.Args = from.words("args")
	e.s.Env = from.settings("env")
	e.s.Dir, e.s.EnvFile = e.text("cwd"), e.text("envFile")
	if e.s.Dir != "" && !filepath.IsAbs(e.s.Dir) && e.s.Scope == Project && !strings.HasPrefix(e.s.Dir, "$") && !strings.HasPrefix(e.s.Dir, "~") {
		e.s.Dir = filepath.Join(e.s.folder, e.s.Dir)
	}
	e.s.forwarded = e.words("env_vars")
}

// words are a list of texts.
func (e entry) words(name string) []string {
	v := e.n.get(name)
	if v.kind != noNode && v.kind != listNode {
		e.s.problem(v.line, false, fmt.Sprintf("%s is not a list", name), "Write each word for itself, in brackets.")
		return nil
	}
	var all []string
	for _, item := range v.items {
		switch {
		case item.scalar():
			all = append(all, item.text)
		case name == "env_vars" && item.get("name").kind == textNode:
			all = append(all, item.get("name").text)
		default:
			e.s.problem(item.line, false, fmt.Sprintf("%s holds something that is no text", name), "Write each word in quotation marks.")
		}
	}
	return all
}

// settings are a map of texts. Some clients take null for "leave it unset".
func (e entry) settings(name string) []Setting {
	v := e.n.get(name)
	if v.kind != noNode && v.kind != mapNode {
		e.s.problem(v.line, false, fmt.Sprintf("%s is not given by name", name), "Write it as an object of names and texts.")
		return nil
	}
	var all []Setting
	for _, m := range v.members {
		switch {
		case m.value.kind == textNode:
			all = append(all, Setting{Name: m.name, Value: m.value.text})
		case m.value.scalar():
			all = append(all, Setting{Name: m.name, Value: m.value.text})
			e.s.problem(m.line, true, fmt.Sprintf("the value of %s in %s is not a text", m.name, name), "Write it in quotation marks; some clients refuse anything else.")
		case m.value.kind != noNode:
			e.s.problem(m.line, false, fmt.Sprintf("the value of %s in %s is not a text", m.name, name), "Write it in quotation marks.")
		}
	}
	return all
}

// address reads where a server that speaks HTTP is.
func (e entry) address(c *client) {
	s := e.s
	s.URL, s.Headers = e.text("url"), e.settings("headers")
	if s.URL != "" && c.url == "httpUrl" {
		s.Transport = mcp.SSE
	}
	for _, name := range []string{"serverUrl", "httpUrl"} {
		if v := e.text(name); v != "" {
			s.URL, s.Transport = v, ""
			if name == "httpUrl" {
				s.Transport = mcp.HTTP
			}
			if c != anybody && c.url != name {
				s.problem(e.n.get(name).line, false, fmt.Sprintf("%s does not know %s", s.Client, name), "Call it url.")
			}
		}
	}
	if s.URL != "" && c == windsurf && e.n.has("url") && !e.n.has("serverUrl") {
		s.problem(e.n.get("url").line, true, "Windsurf calls the address serverUrl", "Call it serverUrl; not every version takes url.")
	}
	s.Headers = append(s.Headers, e.settings("http_headers")...)
	s.Headers = append(s.Headers, entry{s, e.n.get("requestInit")}.settings("headers")...)
	for _, h := range e.settings("env_http_headers") {
		s.Headers = append(s.Headers, Setting{Name: h.Name, From: h.Value})
	}
	if name := e.text("bearer_token_env_var"); name != "" {
		s.Headers = append(s.Headers, Setting{Name: "Authorization", Value: "Bearer ", From: name})
	}
}

// whole judges the entry as a whole.
func (e entry) whole() {
	s := e.s
	kind := e.text("type")
	if kind == "" {
		kind = e.text("transport")
	}
	switch strings.ToLower(kind) {
	case "":
	case "stdio":
		if s.URL != "" && s.Command == "" {
			s.problem(e.n.line, false, "the type is stdio, but there is an address and no command", "Make the type http.")
		}
	case "http", "streamable-http", "streamablehttp", "streamable_http":
		s.Transport = mcp.HTTP
	case "sse":
		s.Transport = mcp.SSE
	default:
		s.problem(e.n.get("type").line, false, fmt.Sprintf("the type %q is none", kind), "Types are stdio, http and sse.")
	}
	switch {
	case s.Command != "" && s.URL != "":
		s.problem(s.Line, false, "there are both a command and an address", "Keep the one that is meant.")
	case s.Command == "" && s.URL == "" && (e.n.get("source").text == "extension" || e.n.has("settings")):
		s.Disabled = "run by an extension, which alone knows the command"
	case s.Command == "" && s.URL == "" && len(s.Problems) == 0:
		s.problem(s.Line, false, "there is neither a command nor an address", "Write a command or a url.")
	}
}
