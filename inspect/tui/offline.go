package tui

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/mcpctl/mcpctl/inspect"
	"github.com/mcpctl/mcpctl/inspect/compare"
	"github.com/mcpctl/mcpctl/inspect/tape"
	"github.com/mcpctl/mcpctl/inspect/traffic"
	"github.com/mcpctl/mcpctl/mcp"
)

// viewing is a recording that is looked at in place of a server.
type viewing struct {
	name     string // of the file
	tape     *tape.Tape
	side     compare.Side // what it tells of the server, as it was last
	sessions int          // that were recorded
}

// tapeOpenedMsg is the end of reading a recording.
type tapeOpenedMsg struct {
	name string
	tape *tape.Tape
	err  error
}

// openTapeItem is the recording in the palette.
func (r *Room) openTapeItem() Item {
	return Item{Kind: "do", Name: "open recording", Hint: "look at a " + tapeSuffix + " file", Do: r.askOpenTape}
}

// askOpenTape asks which recording to look at.
func (r *Room) askOpenTape() tea.Cmd {
	q := newAsk("open the recording", "")
	q.suggest = tapesIn
	q.check = func(text string) (Role, string) {
		if info, err := os.Stat(text); err != nil || !info.Mode().IsRegular() {
			return Bad, "there is no such file"
		}
		if r.Conn.State == Ready {
			return Warn, "enter closes the connection"
		}
		return Dim, "enter opens it"
	}
	q.done = func(name string) tea.Cmd {
		open := func() tea.Msg {
			t, err := tape.Open(name)
			return tapeOpenedMsg{name, t, err}
		}
		n := r.Busy()
		if n == 0 {
			return open
		}
		return r.open(newMenu(r, plural(n, "call")+" still running", []Item{
			{Name: "keep waiting", Do: func() tea.Cmd { return nil }},
			{Name: "cancel and open the recording", Do: func() tea.Cmd { return open }},
		}))
	}
	return r.put(q)
}

// tapesIn are the recordings that a path may become.
func tapesIn(text string) []string {
	found, err := filepath.Glob(strings.NewReplacer("*", `\*`, "?", `\?`, "[", `\[`).Replace(text) + "*" + tapeSuffix)
	if err != nil {
		return nil
	}
	return found[:min(len(found), 50)]
}

// openedTape shows a recording in place of the connection there is.
func (r *Room) openedTape(m tapeOpenedMsg) tea.Cmd {
	if m.err != nil {
		return r.toast(Bad, m.err.Error())
	}
	for _, run := range r.Runs {
		run.Cancel()
	}
	cmd := r.stopTape()
	r.hangUp()
	c := &r.Conn
	c.turn++
	c.State, c.Since, c.Err, c.Attempt, c.Revision = Offline, r.now(), nil, 0, ""
	o := &viewing{name: m.name, tape: m.tape}
	frames := make([]mcp.Frame, len(m.tape.Frames))
	for i, f := range m.tape.Frames {
		frames[i] = f.Frame
	}
	o.side = compare.OfFrames(filepath.Base(m.name), frames)
	o.side.Revision = cmp.Or(o.side.Revision, m.tape.Revision())
	r.offline = o
	sessions := r.play(o)
	r.Lists.clear()
	for kind, entries := range map[inspect.Kind][]mcp.Value{
		inspect.Tools: o.side.Tools, inspect.Prompts: o.side.Prompts, inspect.Resources: o.side.Resources, inspect.Templates: o.side.Templates,
	} {
		r.Lists.of[kind] = entries
	}
	cmds := []tea.Cmd{cmd, r.send(connMsg{})}
	for _, k := range []inspect.Kind{inspect.Tools, inspect.Resources, inspect.Templates, inspect.Prompts} {
		cmds = append(cmds, r.send(listedMsg{k}))
	}
	return tea.Batch(append(cmds, r.send(playedMsg{c.turn, sessions}), r.goTo(overviewName, 0))...)
}

// closeTape leaves the recording for a server.
func (r *Room) closeTape() {
	if r.offline != nil {
		r.offline = nil
		r.Lists.clear()
	}
}

// playedMsg says that a recording is in the traffic.
type playedMsg struct {
	turn     int
	sessions []played
}

// played is one session of a recording, as the traffic has it.
type played struct {
	frames  []mcp.Recorded
	entries []entryRef // of the frames that a log has, by Seq
}

// play puts the frames of a recording into the traffic and its calls among the
// runs, each session as a connection of its own.
func (r *Room) play(o *viewing) []played {
	r.wires.mu.Lock()
	defer r.wires.mu.Unlock()
	numbers := map[int]int{}
	var all []played
	offset := max(0, r.now().Sub(r.began))
	for _, f := range o.tape.Frames {
		at, known := numbers[f.Session]
		if !known {
			at = len(all)
			numbers[f.Session], all = at, append(all, played{})
		}
		one := &all[at]
		recorded := recordedOf(f)
		f.Session, f.At = r.wires.sessions+at+1, f.At+offset
		first, count := r.Traffic.Add(f)
		if f.Channel == traffic.ChannelStderr {
			continue
		}
		one.frames = append(one.frames, recorded)
		if !(f.Channel == traffic.ChannelHTTP && f.Direction == mcp.Received) {
			one.entries = append(one.entries, entryRef{first, count})
		}
	}
	from := r.wires.sessions + 1
	r.wires.sessions += len(all)
	o.sessions = len(all)
	r.recall(from, r.wires.sessions)
	return all
}

// recordedOf is a frame of a recording as a log is made of it.
func recordedOf(f traffic.Frame) mcp.Recorded {
	out := mcp.Recorded{Frame: f.Frame}
	if h := f.HTTP; h != nil {
		out.Method, out.URL, out.Header, out.Status, out.Answer = h.Method, h.URL, h.Header, h.Status, h.Answer
	}
	return out
}

// recall makes runs of the calls that the traffic has of some connections.
func (r *Room) recall(from, to int) {
	kinds := map[string]string{"tools/call": "call", "resources/read": "read", "prompts/get": "get"}
	first, end := r.Traffic.Range()
	for n := first; n < end; n++ {
		e, ok := r.Traffic.Entry(n)
		if !ok || e.Session < from || e.Session > to || e.Kind != traffic.Request || e.Direction != mcp.Sent || kinds[e.Method] == "" || e.Reply == 0 {
			continue
		}
		asked, err1 := r.Traffic.Message(n)
		reply, err2 := r.Traffic.Message(e.Reply)
		if err1 != nil || err2 != nil {
			continue
		}
		r.ran++
		began := r.began.Add(e.At)
		run := &Run{N: r.ran, Kind: kinds[e.Method], Name: asked.Params().Get("name").Text(), Args: asked.Params().Get("arguments"), Began: began, turn: r.Conn.turn, entry: n}
		if run.Kind == "read" {
			run.Name = asked.Params().Get("uri").Text()
		}
		var failure error
		if e := reply.RPCError(); e != nil {
			failure = e
		}
		r.ended(ranMsg{run: run, result: reply.Result(), parts: partsOf(run.Kind, reply.Result()), err: failure})
		run.Ended = began.Add(e.Latency)
		r.Runs = append(r.Runs, run)
	}
	r.forget()
}

// server is what the server says of itself: the one connected with, or the one
// that was recorded.
func (r *Room) server() mcp.Value {
	if c := r.Conn.Client(); c != nil {
		return c.Session().Server()
	}
	if r.offline != nil {
		return r.offline.side.Server
	}
	return mcp.Value{}
}

// whyOffline says why nothing can be asked of a recording.
func (r *Room) whyOffline() string {
	if r.targeted() {
		return "this is a recording, which answers nothing; c connects"
	}
	return "this is a recording, which answers nothing"
}

// stage is the recording in a few words.
func (o *viewing) stage() string {
	return "recording, " + plural(len(o.tape.Frames), "frame")
}

// parts are what the header says of a recording.
func (o *viewing) parts() []Line {
	parts := []Line{L(Plain, string(o.side.Revision))}
	if o.tape.Target.Transport != "" {
		parts = append(parts, L(Plain, string(o.tape.Target.Transport)))
	}
	return parts
}

// lines tell what was recorded, and when.
func (o *viewing) lines(r *Room) []Line {
	t := o.tape
	info := pick(o.side.Server.Get("serverInfo"), o.side.Server.Get("_meta", mcp.MetaServerInfo))
	lines := []Line{nil, row("recording", o.name)}
	switch {
	case t.Target.URL != "":
		lines = append(lines, row("address", t.Target.URL))
	case len(t.Target.Command) > 0:
		lines = append(lines, row("command", strings.Join(t.Target.Command, " ")))
	}
	lines = append(lines, append(L(Dim, "name").Fit(labelWidth), S(Strong, info.Get("name").Text()), S(Plain, " "+info.Get("version").Text())))
	if o.side.Revision != "" {
		lines = append(lines, append(row("revision", string(o.side.Revision)), S(Dim, "  "+o.side.Revision.Era().String())))
	}
	if !t.Started.IsZero() {
		lines = append(lines, row("recorded", t.Started.Local().Format("2006-01-02 15:04:05")))
	}
	if n := len(t.Frames); n > 0 {
		length := t.Frames[n-1].At - t.Frames[0].At
		lines = append(lines, row("content", fmt.Sprintf("%s in %s, %s", plural(n, "frame"), seconds(length.Round(time.Second)), plural(o.sessions, "session"))))
	}
	if len(t.Secrets) > 0 {
		lines = append(lines, row("left out", strings.Join(t.Secrets, ", ")))
	}
	if t.Cut {
		lines = append(lines, L(Warn, r.Theme.Sign.Warn+" its last line was broken off"))
	}
	lines = append(lines, nil)
	for _, k := range []inspect.Kind{inspect.Tools, inspect.Resources, inspect.Templates, inspect.Prompts} {
		lines = append(lines, o.offer(r, k))
	}
	lines = append(append(lines, nil, L(Strong, "capabilities")), capabilities(r.Theme, o.side.Server.Get("capabilities"))...)
	return append(lines, nil, L(Dim, r.whyOffline()+"."))
}

// offer tells how many entries a list had, when it was last read.
func (o *viewing) offer(r *Room, k inspect.Kind) Line {
	name := k.Member()
	if k == inspect.Templates {
		name = "templates"
	}
	entries := r.Lists.Of(k)
	if entries == nil {
		return append(L(Dim, name).Fit(labelWidth), S(Dim, "not listed in it"))
	}
	return row(name, fmt.Sprint(len(entries)))
}

// sessionFacts are what a recorded session tells of itself.
func sessionFacts(t *tape.Tape, frames []mcp.Recorded) (compare.Side, bool) {
	var all []mcp.Frame
	sessions := false
	for _, f := range frames {
		all = append(all, f.Frame)
		sessions = sessions || f.Answer.Get("Mcp-Session-Id") != ""
	}
	side := compare.OfFrames("", all)
	side.Revision = cmp.Or(side.Revision, t.Revision())
	return side, sessions
}

// transportOf is the transport that was recorded.
func transportOf(t *tape.Tape, frames []mcp.Recorded) mcp.TransportKind {
	on := func(c mcp.Channel) bool {
		return slices.ContainsFunc(frames, func(f mcp.Recorded) bool { return f.Channel == c })
	}
	switch {
	case on(mcp.ChannelStdin) || on(mcp.ChannelStdout):
		return mcp.Stdio
	case slices.ContainsFunc(frames, func(f mcp.Recorded) bool { return f.Event != nil && f.Event.Name == "endpoint" }):
		return mcp.SSE
	}
	return cmp.Or(t.Target.Transport, mcp.HTTP)
}
