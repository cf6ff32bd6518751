package tui

import (
	"fmt"
	"strings"

	"github.com/mcpctl/mcpctl/inspect/doctor"
	"github.com/mcpctl/mcpctl/inspect/servers"
	"github.com/mcpctl/mcpctl/internal/redact"
)

// text is what / searches: of files, only those with something wrong, so that
// servers are left.
func (s *serversScreen) text(row serverRow) string {
	switch {
	case row.file == nil:
		return row.server.Name + " " + row.server.Client + " " + way(row.server)
	case len(row.file.Problems) > 0:
		return s.near(row.file.Path) + " " + row.file.Client
	}
	return ""
}

// way is how a server is spoken to, as far as its file says.
func way(server servers.Server) string {
	switch {
	case server.Local():
		return "stdio"
	case server.Transport != "":
		return string(server.Transport)
	case server.URL == "":
		return "none"
	}
	return "http"
}

func (s *serversScreen) row(row serverRow, w int) Line {
	if row.file != nil {
		return s.fileRow(row.file, w)
	}
	server := row.server
	right := L(Dim, " "+way(server))
	if server.Scope == servers.Project {
		right = Line{S(Warn, " project"), S(Dim, " "+way(server))}
	}
	left := append(s.mark(row), S(Plain, " "+server.Name))
	switch {
	case server.Disabled != "":
		left = append(s.mark(row), S(Dim, " "+server.Name+" (off)"))
	case w >= 60:
		left = append(left.Fit(max(24, w*2/5)), S(Dim, " "+server.Shown()))
	}
	return left.Ends(right, w)
}

// mark is a sign for how a server is known to be.
func (s *serversScreen) mark(row serverRow) Line {
	t, key := s.room.Theme, row.key()
	d, examined := s.health[key]
	switch {
	case s.looking[key] || s.joining == key:
		return L(Accent, s.room.Spinner())
	case s.room.key == key && s.room.Conn.State == Ready:
		return L(OK, t.Sign.Dot)
	case s.failed[key] != nil || whyNotJoin(row.server) != "" || s.room.key == key && (s.room.Conn.State == Failed || s.room.Conn.State == Lost):
		return L(Bad, t.Sign.Cross)
	case !examined:
		return L(Plain, " ")
	}
	return s.healthSign(d.Status)
}

func (s *serversScreen) healthSign(status doctor.Status) Line {
	sign := s.room.Theme.Sign
	switch status {
	case doctor.OK:
		return L(OK, sign.Check)
	case doctor.Warn:
		return L(Warn, sign.Warn)
	case doctor.Fail:
		return L(Bad, sign.Cross)
	}
	return L(Dim, sign.Ring)
}

func (s *serversScreen) fileRow(file *servers.File, w int) Line {
	path := s.near(file.Path)
	if len(file.Problems) > 0 {
		p := file.Problems[0]
		where := path
		if p.Line > 0 {
			where = fmt.Sprintf("%s:%d", path, p.Line)
		}
		return Line{S(Bad, s.room.Theme.Sign.Cross+" "), S(Strong, tailOf(where, w/2)), S(Bad, " "+p.What)}.Cut(w)
	}
	client := L(Dim, " "+file.Client)
	return L(Strong, tailOf(path, max(8, w-client.Width()))).Ends(client, w)
}

// tailOf is the end of a path, which tells more than its beginning.
func tailOf(path string, w int) string {
	safe := []rune(S(Plain, path).text)
	if len(safe) <= w || w < 2 {
		return path
	}
	return "…" + string(safe[len(safe)-w+1:])
}

func (s *serversScreen) empty() []Line {
	switch {
	case s.reading:
		return []Line{nil, L(Accent, " "+s.room.Spinner()+" reading the configuration files")}
	case s.err != nil:
		return []Line{nil, {S(Bad, " "+s.room.Theme.Sign.Cross+" "), S(Plain, s.err.Error())}, nil, L(Dim, " r reads again")}
	}
	return []Line{nil, L(Plain, " No server is configured."), nil,
		L(Dim, " Looked for are mcpctl.yaml and the files of "+strings.Join(servers.Clients(), ", ")+", of yours and in this folder."), nil,
		L(Dim, " A server need not be configured: mcpctl inspect URL, or mcpctl inspect -- COMMAND"), nil, L(Dim, " r reads again")}
}

// lines tell of the row under the cursor.
func (s *serversScreen) lines(int) ([]Line, bool) {
	row, ok := s.list.current()
	switch {
	case !ok:
		return []Line{nil, L(Dim, "nothing is chosen")}, false
	case row.file != nil:
		return s.fileLines(row.file), false
	}
	return s.serverLines(row), false
}

func (s *serversScreen) fileLines(file *servers.File) []Line {
	lines := []Line{nil, row("file", s.near(file.Path)), row("client", file.Client), row("trust", trust(file.Scope)), row("servers", fmt.Sprint(file.Servers))}
	return append(lines, s.problems(file.Problems)...)
}

func trust(scope servers.Scope) string {
	if scope == servers.Project {
		return "came with this folder: it asks before anything is started or asked"
	}
	return "yours"
}

func (s *serversScreen) problems(all []servers.Problem) []Line {
	var lines []Line
	for _, p := range all {
		role, sign := Bad, s.room.Theme.Sign.Cross
		if p.Minor {
			role, sign = Warn, s.room.Theme.Sign.Warn
		}
		lines = append(lines, nil, Line{S(role, sign+" "), S(Plain, shortened(p.What, 600))}, L(Dim, "  "+s.near(p.Position())))
		if p.Mend != "" {
			lines = append(lines, L(Plain, "  "+p.Mend))
		}
	}
	return lines
}

func (s *serversScreen) serverLines(at serverRow) []Line {
	server, key := at.server, at.key()
	lines := []Line{nil, append(L(Dim, "name").Fit(labelWidth), S(Strong, shortened(server.Name, 200))),
		row("file", s.near(server.Position())), row("client", server.Client), row("trust", trust(server.Scope)), row("transport", way(server))}
	lines = append(append(lines, s.does(server)...), s.state(key)...)
	if server.Disabled != "" {
		lines = append(lines, nil, Line{S(Warn, s.room.Theme.Sign.Warn+" "), S(Plain, server.Client+" does not use it: "+server.Disabled)})
	}
	return append(append(lines, s.problems(server.Problems)...), s.healthLines(key)...)
}

// does is what using a server comes to: the command word for word, or the
// address, and what it is given.
func (s *serversScreen) does(server servers.Server) []Line {
	var lines []Line
	for i, word := range server.Words() {
		lines = append(lines, row(fmt.Sprintf("argv[%d]", i), quotedWord(word)))
	}
	if !server.Local() && server.URL != "" {
		lines = append(lines, row("address", server.Address()))
	}
	if server.Dir != "" {
		lines = append(lines, row("folder", server.Dir))
	}
	if server.EnvFile != "" {
		lines = append(lines, row("envFile", server.EnvFile))
	}
	lines = append(lines, settings("variable", server.Env)...)
	lines = append(lines, settings("header", server.Headers)...)
	for _, ref := range server.Refs() {
		line := row("takes", ref.String()+"  ("+ref.Where+")")
		if _, set := s.room.lookup(ref.Name); !set && !ref.Input {
			line = append(line, S(Warn, "  not set"))
		}
		lines = append(lines, line)
	}
	return lines
}

// quotedWord is a word in quotation marks where its end could not be seen.
func quotedWord(word string) string {
	if word == "" || strings.ContainsAny(word, " \t\n\"") {
		return fmt.Sprintf("%q", word)
	}
	return word
}

// settings are names with where the values come from; values may be secrets.
func settings(label string, all []servers.Setting) []Line {
	var lines []Line
	for _, one := range all {
		from := redact.Mark
		switch {
		case one.From != "":
			from = "from $" + one.From
		case one.Value == "":
			from = "empty"
		}
		lines = append(lines, append(row(label, one.Name), S(Dim, "  "+from)))
	}
	return lines
}

// lookup looks a variable of the environment up.
func (r *Room) lookup(name string) (string, bool) {
	if r.options.Getenv == nil {
		return "", false
	}
	return r.options.Getenv(name)
}

// state tells what came of connecting with a server.
func (s *serversScreen) state(key string) []Line {
	t := s.room.Theme
	switch {
	case s.joining == key:
		return []Line{nil, L(Accent, s.room.Spinner()+" connecting")}
	case s.failed[key] != nil:
		return []Line{nil, {S(Bad, t.Sign.Cross+" "), S(Plain, shortened(s.failed[key].Error(), 600))}}
	case s.room.key != key || s.room.Conn.State == Idle:
		return nil
	case s.room.Conn.State == Ready:
		return []Line{nil, {S(OK, t.Sign.Dot+" "), S(Plain, "connected")}}
	}
	return []Line{nil, L(Plain, s.room.Stage())}
}

// healthLines are the steps of an examination.
func (s *serversScreen) healthLines(key string) []Line {
	if s.looking[key] {
		return []Line{nil, L(Accent, s.room.Spinner()+" examining it")}
	}
	d, ok := s.health[key]
	if !ok {
		return nil
	}
	lines := []Line{nil, append(L(Strong, "health  "), s.healthSign(d.Status)...)}
	for _, step := range d.Steps {
		line := append(s.healthSign(step.Status), S(Plain, " "+step.Name+"  "), S(Dim, shortened(oneLine(step.What), 300)))
		lines = append(lines, line)
		if step.Mend != "" && step.Status != doctor.OK {
			lines = append(lines, L(Plain, "    "+step.Mend))
		}
		for _, evidence := range step.Lines {
			lines = append(lines, L(Dim, "    "+shortened(evidence, 300)))
		}
	}
	return lines
}
