package tui

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/mcpctl/mcpctl/inspect/traffic"
	"github.com/mcpctl/mcpctl/mcp"
)

// frameDrawing draws rows of traffic on a common scale of time.
type frameDrawing struct {
	theme *Theme
	scale traffic.Scale
	w     int
	what  int // cells for the method and its object
	bar   int // cells for the waterfall; 0 where there is no room
}

func newFrameDrawing(r *Room, rows []traffic.Row, w int) frameDrawing {
	d := frameDrawing{theme: r.Theme, scale: traffic.ScaleOf(rows), w: w}
	const fixed = 5 + 3 + 9 + 9 // number, arrow, time taken, status
	rest := w - fixed
	if rest >= 38 {
		d.bar = min(30, rest-25)
		rest -= d.bar + 1
	}
	d.what = max(8, rest)
	return d
}

func (d frameDrawing) head() Line {
	line := L(Dim, "   "+fmt.Sprintf("%4s", "#")+"    ")
	line = append(line, L(Dim, "method").Fit(d.what)...)
	line = append(line, L(Dim, fmt.Sprintf("%9s ", "took"))...)
	if d.bar > 0 {
		line = append(line, L(Dim, "0").Ends(L(Dim, millis(d.scale.To-d.scale.From)), d.bar)...)
	}
	return line
}

// row draws one row.
func (d frameDrawing) row(r traffic.Row, _ int) Line {
	line := append(L(Dim, fmt.Sprintf("%4d ", r.N)), d.arrow(r.Entry))
	what := Line{S(Plain, strings.Repeat("  ", min(r.Depth, 6)))}
	if r.Folded {
		what = append(what, S(Warn, "+"+strconv.Itoa(r.Children)+" "))
	}
	line = append(line, append(what, label(r.Entry)...).Fit(d.what)...)
	took := ""
	if r.Kind == traffic.Request && r.Took > 0 {
		took = millis(r.Took)
	}
	line = append(line, S(Plain, fmt.Sprintf("%9s ", took)))
	if d.bar > 0 {
		line = append(append(line, d.waterfall(r)...), S(Plain, " "))
	}
	line = append(line, d.status(r.Entry))
	for _, f := range r.Findings {
		line = append(line, S(Warn, " "+d.theme.Sign.Warn+" "+f.Check))
		break
	}
	return line
}

func (d frameDrawing) arrow(e traffic.Entry) Span {
	if e.Direction == mcp.Sent {
		return S(Accent, fmt.Sprintf("%-2s ", d.theme.Sign.Out))
	}
	return S(OK, fmt.Sprintf("%-2s ", d.theme.Sign.In))
}

// label is what an entry is about.
func label(e traffic.Entry) Line {
	line := Line{}
	switch {
	case e.Kind == traffic.Text:
		return Line{S(Dim, e.Note)}
	case e.Kind == traffic.Response:
		line = append(line, S(Dim, "answer to "))
	}
	line = append(line, S(Plain, pickText(e.Method, e.Kind.String())))
	if e.Name != "" {
		line = append(line, S(Strong, " "+e.Name))
	}
	if e.Note != "" {
		line = append(line, S(Dim, "  "+e.Note))
	}
	return line
}

func (d frameDrawing) waterfall(r traffic.Row) Line {
	signs, roles := make([]string, d.bar), make([]Role, d.bar)
	sign := d.theme.Sign
	for _, span := range r.Spans {
		first, end := d.scale.Cells(span, d.bar)
		for i := first; i < end; i++ {
			switch span.Kind {
			case traffic.Server:
				signs[i], roles[i] = sign.Block, OK
			case traffic.Person:
				signs[i], roles[i] = sign.Shade, Warn
			case traffic.Open:
				signs[i], roles[i] = sign.Shade, Dim
			default:
				signs[i], roles[i] = sign.Point, Accent
			}
		}
	}
	var line Line
	for i := 0; i < d.bar; {
		from := i
		for i < d.bar && signs[i] == signs[from] && roles[i] == roles[from] {
			i++
		}
		text := signs[from]
		if text == "" {
			text = " "
		}
		line = append(line, S(roles[from], strings.Repeat(text, i-from)))
	}
	return line
}

func (d frameDrawing) status(e traffic.Entry) Span {
	switch e.Status {
	case traffic.OK:
		return S(OK, "ok")
	case traffic.Failed, traffic.Error:
		return S(Bad, d.theme.Sign.Cross+" "+e.Status.String())
	case traffic.Pending, traffic.Waiting:
		return S(Warn, e.Status.String())
	case traffic.None:
		return S(Plain, "")
	}
	return S(Dim, e.Status.String())
}

// strip draws the latest entries in a few lines under the panes.
func (a *app) strip(at area) []Line {
	if at.h == 0 {
		return nil
	}
	log, sign := a.room.Traffic, a.room.Theme.Sign
	title := Line{S(Dim, sign.Rule+" "), S(Plain, trafficName), S(Dim, " t opens, T hides ")}
	lines := []Line{append(title, S(Dim, strings.Repeat(sign.Rule, max(0, at.w-title.Width()))))}
	d := frameDrawing{theme: a.room.Theme}
	for _, e := range latest(log, at.h-1) {
		took := ""
		if e.Latency > 0 {
			took = millis(e.Latency)
		}
		left := append(Line{S(Dim, fmt.Sprintf(" %4d ", e.N)), d.arrow(e)}, label(e)...)
		right := Line{S(Plain, fmt.Sprintf(" %9s %8s  ", took, size(e.Bytes()))), d.status(e)}
		lines = append(lines, left.Ends(right.Fit(32), at.w))
	}
	lines = fill(lines, at.h)
	for i := range lines {
		lines[i] = lines[i].Fit(at.w)
	}
	return lines
}

// latest are the last few entries, the newest last. A response shows in the line
// of its request.
func latest(log *traffic.Log, most int) []traffic.Entry {
	var all []traffic.Entry
	first, end := log.Range()
	for n := end - 1; n >= first && len(all) < most; n-- {
		if e, ok := log.Entry(n); ok && e.Kind != traffic.Response {
			all = append(all, e)
		}
	}
	slices.Reverse(all)
	return all
}
