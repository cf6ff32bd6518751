package tui

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/mcpctl/mcpctl/inspect/tape"
	"github.com/mcpctl/mcpctl/inspect/traffic"
	"github.com/mcpctl/mcpctl/internal/redact"
	"github.com/mcpctl/mcpctl/mcp"
)

// tapeSuffix is what recordings end in, by custom.
const tapeSuffix = ".mcpl"

// taping is a recording of what crosses, as the screen sees it.
type taping struct {
	name  string
	since time.Time
	rec   *recorder
}

// brokenTapeMsg says that a recording cannot go on.
type brokenTapeMsg struct {
	rec *recorder
	err error
}

// recordKey is the key that begins and ends a recording.
func (r *Room) recordKey() Key {
	if r.taping != nil {
		return Key{Key: "ctrl+r", Does: "stop recording", Do: r.stopTape, Rare: true}
	}
	why := ""
	if r.Conn.State != Ready {
		why = r.Why()
	}
	return Key{Key: "ctrl+r", Does: "record the session", Why: why, Do: r.askTape, Rare: true}
}

// Taping is the recording under way in a few words, "" for none.
func (r *Room) Taping() string {
	if r.taping == nil {
		return ""
	}
	s := int(r.now().Sub(r.taping.since) / time.Second)
	return fmt.Sprintf("%s REC %02d:%02d", r.Theme.Sign.Dot, s/60, s%60)
}

// askTape asks which file to record into; to give a name is to agree to it.
func (r *Room) askTape() tea.Cmd {
	q := newAsk("record into the new file", r.tapeName())
	q.check = func(text string) (Role, string) {
		if text == "" {
			return Bad, "a name is needed"
		}
		if _, err := os.Lstat(text); err == nil {
			return Bad, text + " is there already, and nothing is overwritten"
		}
		return Dim, "with all that has crossed since it connected; known secrets are left out"
	}
	q.done = r.startTape
	return r.put(q)
}

// tapeName is a name that tells what was recorded and when.
func (r *Room) tapeName() string {
	name := strings.Map(func(c rune) rune {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_' {
			return c
		}
		return '-'
	}, filepath.Base(r.Name()))
	return fmt.Sprintf("%.40s-%s%s", strings.Trim(name, "-"), r.now().Format("20060102-150405"), tapeSuffix)
}

// startTape begins a recording with what has crossed on this connection.
func (r *Room) startTape(name string) tea.Cmd {
	client := r.Conn.Client()
	switch {
	case client == nil:
		return r.toast(Warn, r.Why())
	case r.taping != nil:
		return r.toast(Warn, "a recording is under way; ctrl+r ends it")
	}
	t := r.options.Target
	head := tape.Header{By: "mcpctl", Started: r.opening, Target: tape.Target{Name: t.Name, Transport: client.Session().Kind(), Command: t.Command, URL: t.URL}}
	for header := range t.Header {
		head.Secrets = append(head.Secrets, "header "+header)
	}
	w, err := tape.Create(name, head, append(secretsOf(t), r.options.Secrets...)...)
	if err != nil {
		return r.toast(Bad, err.Error())
	}
	rec := &recorder{w: w, redact: r.redacted, offset: r.opening.Sub(r.began), bases: map[int]int{}}
	rec.broken = func(err error) { r.feed.put(brokenTapeMsg{rec, err}) }
	r.taping = &taping{name: name, since: r.now(), rec: rec}
	r.wires.mu.Lock() // so that what crosses meanwhile comes after what has crossed
	defer r.wires.mu.Unlock()
	rec.first = r.wires.sessions
	rec.past(r.Traffic, r.said)
	r.wires.rec = rec
	return r.toast(OK, "recording into "+name+"; ctrl+r ends it")
}

// stopTape ends the recording.
func (r *Room) stopTape() tea.Cmd {
	if r.taping == nil {
		return nil
	}
	name := r.taping.name
	frames, bytes, err := r.endTape()
	if err != nil {
		return r.toast(Bad, fmt.Sprintf("the recording %s is not whole: %v", name, err))
	}
	return r.toast(OK, fmt.Sprintf("recorded into %s: %s, %s", name, plural(frames, "frame"), size(int(bytes))))
}

// endTape closes the file, if there is one.
func (r *Room) endTape() (frames int, bytes int64, err error) {
	if r.taping == nil {
		return 0, 0, nil
	}
	rec := r.taping.rec
	r.taping = nil
	r.wires.mu.Lock()
	defer r.wires.mu.Unlock()
	r.wires.rec = nil
	frames, bytes = rec.w.Written()
	if err = rec.w.Close(); rec.err != nil {
		err = rec.err
	}
	return frames, bytes, err
}

// brokeTape ends a recording that cannot go on.
func (r *Room) brokeTape(m brokenTapeMsg) tea.Cmd {
	if r.taping == nil || r.taping.rec != m.rec {
		return nil
	}
	return r.stopTape()
}

// secretsOf are the values that a target carries and a recording must not.
func secretsOf(t mcp.Target) []string {
	var all []string
	for _, values := range t.Header {
		for _, v := range values {
			_, token, _ := strings.Cut(v, " ")
			all = append(all, v, token)
		}
	}
	for _, line := range t.ExtraEnv {
		if name, value, _ := strings.Cut(line, "="); redact.SecretName(name) {
			all = append(all, value)
		}
	}
	return all
}

// stderrFrame is a line of standard error as recordings have it.
func stderrFrame(line string, at time.Duration) traffic.Frame {
	f := traffic.Frame{Frame: mcp.NewFrame(mcp.Received, traffic.ChannelStderr, []byte(line))}
	f.At = at
	return f
}
