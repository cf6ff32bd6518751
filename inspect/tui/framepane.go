package tui

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"

	"github.com/mcpctl/mcpctl/inspect/traffic"
	"github.com/mcpctl/mcpctl/internal/redact"
	"github.com/mcpctl/mcpctl/mcp"
)

// The ways to look at a frame.
const (
	prettyFrame = iota
	rawFrame
	httpFrame
	viewsOfFrame
)

// framePane shows one entry of the traffic, and the answer to it.
type framePane struct {
	doc
	room  *Room
	entry traffic.Entry
	there bool
	look  int
	reply bool // the answer is shown in place of the request
}

func newFramePane(r *Room) framePane { return framePane{room: r} }

// show shows an entry; the one shown already is left as it is scrolled.
func (p *framePane) show(e traffic.Entry, ok bool) {
	if ok == p.there && e.N == p.entry.N {
		if e.Reply != p.entry.Reply {
			p.entry = e
			p.stale()
		}
		return
	}
	p.entry, p.there = e, ok
	p.reply = e.Reply > 0
	p.set(p.lines)
}

// shown is the entry whose bytes are shown.
func (p *framePane) shown() traffic.Entry {
	if p.reply && p.entry.Reply > 0 {
		if e, ok := p.room.Traffic.Entry(p.entry.Reply); ok {
			return e
		}
	}
	return p.entry
}

func (p *framePane) Title() string {
	if !p.there {
		return "Frame"
	}
	e := p.shown()
	kind := map[traffic.Kind]string{traffic.Request: "request", traffic.Response: "answer", traffic.Notification: "notification", traffic.Text: "text", traffic.HTTPOnly: "HTTP"}[e.Kind]
	title := fmt.Sprintf("#%d %s", e.N, kind)
	if e.ID != "" {
		title += " id " + shortened(e.ID, 20)
	}
	title += "  " + size(e.Size)
	if name := p.room.serverOf(e.Session); name != "" && p.room.visited() > 1 {
		title += "  " + name
	}
	return title
}

func (p *framePane) Keys() []Key {
	if !p.there {
		return nil
	}
	why := ""
	if p.entry.Reply == 0 {
		why = "it has no answer"
	}
	keys := []Key{
		{Key: "w", Does: "pretty, raw, HTTP", Do: func() tea.Cmd { p.look = (p.look + 1) % viewsOfFrame; p.set(p.lines); return nil }},
		{Key: "a", Does: "request or answer", Why: why, Do: func() tea.Cmd { p.reply = !p.reply; p.set(p.lines); return nil }},
	}
	return append(append(keys, p.copying()...), p.doc.keys()...)
}

// copying are the keys that take the entry along.
func (p *framePane) copying() []Key {
	return []Key{{Key: "y", Does: "copy as", Do: p.copy}, p.room.saveTestKey("", func() int { return p.entry.N })}
}

// copy offers the entry in every form that it can leave in.
func (p *framePane) copy() tea.Cmd {
	e, r := p.shown(), p.room
	words := map[traffic.As]string{traffic.AsJSONRPC: "JSON-RPC message", traffic.AsCurl: "curl command", traffic.AsCommand: "mcpctl command", traffic.AsCase: "test case"}
	var items []Item
	for _, as := range traffic.Forms() {
		text, err := r.Traffic.Export(e.N, as, r.exporting(e))
		if err != nil {
			items = append(items, Item{Name: words[as], Hint: shortened(err.Error(), 60), Do: func() tea.Cmd { return p.room.toast(Warn, err.Error()) }})
			continue
		}
		items = append(items, copyItem(r, words[as], text))
	}
	return p.room.open(newMenu(r, "copy as", items))
}

func (p *framePane) Update(msg tea.Msg) tea.Cmd {
	p.navigate(msg)
	return nil
}

func (p *framePane) Filter() string     { return p.pattern }
func (p *framePane) SetFilter(s string) { p.find(s) }

func (p *framePane) View(w, h int) []Line {
	if !p.there {
		return []Line{nil, L(Dim, " choose a frame")}
	}
	line := L(Plain, " ")
	for i, name := range []string{"Pretty", "Raw", "HTTP"} {
		if i == p.look {
			line = append(line, S(Accent, "["), S(Strong, name), S(Accent, "] "))
		} else {
			line = append(line, S(Dim, " "+name+"  "))
		}
	}
	return append([]Line{line}, p.view(w, h-1, p.room.Theme)...)
}

func (p *framePane) lines(budget int) (lines []Line, more bool) {
	e := p.shown()
	for _, f := range e.Findings {
		lines = append(lines, Line{S(Warn, p.room.Theme.Sign.Warn+" "+f.Check+"  "), S(Plain, f.Message), S(Dim, "  "+f.Level+" "+f.Ref)})
	}
	if p.look == httpFrame {
		return append(lines, httpLines(p.entry.HTTP)...), false
	}
	raw, err := p.room.Traffic.Raw(e.N)
	if err != nil {
		return append(lines, L(Dim, err.Error())), false
	}
	if p.look == prettyFrame && e.Kind != traffic.Text {
		if v, err := mcp.Parse(raw); err == nil {
			body, more := jsonDoc(v)(budget)
			return append(lines, body...), more
		}
	}
	if len(raw) > budget {
		raw, more = raw[:budget], true
	}
	if !utf8.Valid(raw) {
		raw = bytes.ToValidUTF8(raw, []byte("\uFFFD"))
	}
	body, _ := textLines(Plain, string(raw), len(raw))
	return append(lines, body...), more
}

// httpLines tell what HTTP said beside a message. Secrets are not shown.
func httpLines(h *traffic.HTTP) []Line {
	if h == nil {
		return []Line{L(Dim, "it did not cross HTTP")}
	}
	lines := []Line{{S(Strong, h.Method+" "), S(Plain, h.URL)}}
	lines = append(lines, headerLines(h.Header)...)
	if h.Status > 0 {
		lines = append(append(lines, nil, Line{S(Strong, fmt.Sprint(h.Status)), S(Plain, " "+http.StatusText(h.Status))}), headerLines(h.Answer)...)
	}
	return lines
}

func headerLines(h http.Header) []Line {
	var names []string
	for name := range h {
		names = append(names, name)
	}
	slices.Sort(names)
	var lines []Line
	for _, name := range names {
		for _, value := range h[name] {
			if redact.SecretName(name) {
				value = "(not shown)"
			}
			lines = append(lines, Line{S(Accent, name+": "), S(Plain, value)})
		}
	}
	return lines
}
