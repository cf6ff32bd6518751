package tui

import (
	"errors"
	"fmt"
	"strings"

	"github.com/mcpctl/mcpctl/inspect"
	"github.com/mcpctl/mcpctl/mcp"
)

// lines draw the result in the chosen way.
func (p *resultPane) lines(budget int) ([]Line, bool) {
	switch {
	case p.run == nil || p.run.State == Running:
		return nil, false
	case p.look == rawView && p.run.Result.Exists():
		return jsonDoc(p.run.Result)(budget)
	case p.look == structured && structuredOf(p.run).Exists():
		return jsonDoc(structuredOf(p.run))(budget)
	}
	d := drawing{theme: p.room.Theme, left: budget}
	d.failure(p.run)
	d.remarks(p.run.Remarks)
	if p.run.Kind == "get" {
		d.messages(inspect.PromptMessages(p.run.Result))
	} else {
		d.parts(p.parts())
	}
	if v := structuredOf(p.run); len(p.parts()) == 0 && v.Exists() {
		d.json(v)
	}
	if len(d.lines) == 0 {
		d.lines = []Line{L(Dim, "the result is empty")}
	}
	return d.lines, d.left <= 0
}

// drawing makes lines of a result's pieces until its budget is spent.
type drawing struct {
	theme *Theme
	lines []Line
	left  int
}

func (d *drawing) add(lines ...Line) { d.lines = append(d.lines, lines...) }

// failure tells why there is no result, or what is wrong beside it.
func (d *drawing) failure(run *Run) {
	if run.State == Reported {
		d.add(Line{S(Bad, d.theme.Sign.Cross+" the tool reports an error")}, nil)
	}
	if run.Err == nil {
		return
	}
	role, sign := Bad, d.theme.Sign.Cross
	if run.Result.Exists() || run.State == Cancelled {
		role, sign = Warn, d.theme.Sign.Warn
	}
	for i, line := range strings.Split(shortened(run.Err.Error(), 4000), "\n") {
		if i == 0 {
			d.add(Line{S(role, sign+" "), S(role, line)})
		} else {
			d.add(L(Plain, line))
		}
	}
	var connect *mcp.ConnectError
	var refused *inspect.Refused
	var rpc *mcp.RPCError
	switch {
	case errors.As(run.Err, &connect) && connect.Hint != "":
		d.add(L(Plain, connect.Hint))
	case errors.As(run.Err, &refused):
		d.add(L(Plain, "Answers can be given from a file: mcpctl inspect --answer FILE."))
	case errors.As(run.Err, &rpc) && rpc.Data.Exists():
		d.add(nil, L(Dim, "data"))
		d.json(rpc.Data)
	}
	d.add(nil)
}

func (d *drawing) remarks(all []string) {
	const most = 5
	for i, remark := range all {
		if i == most {
			d.add(L(Dim, fmt.Sprintf("  and %d more", len(all)-most)))
			break
		}
		d.add(Line{S(Warn, d.theme.Sign.Warn+" "), S(Plain, shortened(remark, 400))})
	}
	if len(all) > 0 {
		d.add(nil)
	}
}

func (d *drawing) messages(all []inspect.Said) {
	for _, said := range all {
		d.add(Line{S(Accent, d.theme.Sign.Cursor+" "), S(Strong, shortened(said.Role, 40))})
		d.parts(said.Parts)
		d.add(nil)
	}
}

func (d *drawing) parts(all []inspect.Part) {
	for i, part := range all {
		if d.left <= 0 {
			return
		}
		if i > 0 && part.Kind != "link" {
			d.add(nil)
		}
		d.part(part)
	}
}

// part draws one piece: its text, or a summary of what is none.
func (d *drawing) part(p inspect.Part) {
	switch {
	case p.Kind == "link":
		d.add(Line{S(Dim, d.theme.Sign.Branch+" "), S(Accent, p.URI), S(Plain, "  "+p.Name), S(Dim, "  "+p.MIME)})
		d.left -= len(p.URI)
		return
	case p.Binary:
		line := Line{S(Code, p.Summary())}
		if _, ok := viewable(p.MIME); ok && p.Broken == nil {
			line = append(line, S(Dim, "  o opens it"))
		}
		d.add(line)
		d.left -= 80
		return
	case p.URI != "":
		d.add(Line{S(Dim, p.URI+"  "+p.MIME)})
	}
	if v, ok := asJSON(p.Text); ok && len(p.Text) < d.left {
		d.json(v)
		return
	}
	lines, _ := textLines(Plain, p.Text, d.left)
	d.add(lines...)
	d.left -= len(p.Text)
}

// asJSON reads a text that is a JSON object or array, as tools like to answer.
func asJSON(text string) (mcp.Value, bool) {
	trimmed := strings.TrimSpace(text)
	if trimmed == "" || trimmed[0] != '{' && trimmed[0] != '[' || len(trimmed) > 1<<20 {
		return mcp.Value{}, false
	}
	v, err := mcp.Parse([]byte(trimmed))
	return v, err == nil
}

func (d *drawing) json(v mcp.Value) {
	w := jsonWriter{left: d.left}
	w.value(nil, v, 0, "")
	d.add(w.lines...)
	d.left = w.left
}

// tabs names the ways to look at the result; the one in use is in brackets.
func (p *resultPane) tabs() Line {
	names := []string{"Rendered", "Raw", "Structured"}
	if !p.run.Result.Get("structuredContent").Exists() {
		names = names[:2]
	}
	line := L(Plain, " ")
	for i, name := range names {
		if i == p.look {
			line = append(line, S(Accent, "["), S(Strong, name), S(Accent, "] "))
		} else {
			line = append(line, S(Dim, " "+name+"  "))
		}
	}
	return line
}

// waiting is what is shown of a run under way.
func (p *resultPane) waiting() []Line {
	r, run := p.room, p.run
	lines := []Line{nil, {S(Accent, " "+r.Spinner()+" "), S(Strong, run.Name), S(Plain, " runs for "+seconds(run.Took(r.now())))}}
	if run.Note != "" {
		lines = append(lines, nil, L(Plain, "   "+shortened(run.Note, 300)))
	}
	if run.stopped {
		return append(lines, nil, L(Warn, "   cancelling; the server is being told"))
	}
	return append(lines, nil, Line{S(Accent, "   x"), S(Dim, " cancels it. Everything else can be used meanwhile.")})
}
