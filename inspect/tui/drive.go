package tui

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
)

// Drive plays a script on the inspector, without a terminal, in true colour and
// and writes what the screen shows as an asciicast (version 2): a
// frame whenever the screen has changed, a marker for every shot. A script has a
// step a line; # begins a comment:
//
//	size 100x30          the size of the screen, in cells
//	pace 50ms            how long each key takes from here on
//	type TEXT            letters
//	key NAME…            keys by name: enter, esc, down, ctrl+d, a letter
//	wait TEXT            until the screen shows it, for 20 s at most
//	wait "TEXT" 3s       the same for so long
//	pause 400ms          let it be looked at
//	lapse 8              record what comes so many times faster; 1 is real time
//	shot NAME            mark the moment
//
// A step that fails ends it with an error that names the line.
func Drive(ctx context.Context, o Options, script io.Reader, out io.Writer) error {
	steps, err := readScript(script)
	if err != nil {
		return err
	}
	size := tea.WindowSizeMsg{Width: 100, Height: 30}
	if len(steps) > 0 && steps[0].verb == "size" {
		size, steps = steps[0].size, steps[1:]
	}
	o.profile = colorprofile.TrueColor
	within, stop := context.WithCancel(ctx)
	room := newRoom(within, o)
	room.Saved = readState(o.StateFile)
	defer func() {
		room.hangUp()
		stop()
		room.settle()
	}()
	p := &player{ctx: within, app: newApp(room), msgs: make(chan tea.Msg, 1000), out: json.NewEncoder(out), since: time.Now(), lapse: 1, pace: 50 * time.Millisecond}
	p.out.SetEscapeHTML(false)
	p.write(map[string]any{"version": 2, "width": size.Width, "height": size.Height, "title": "mcpctl inspect"})
	p.give(size)
	p.do(p.app.Init())
	for _, s := range steps {
		if p.step(s); p.failed == nil && p.over {
			p.failed = fmt.Errorf("the inspector has ended")
		}
		if p.failed != nil {
			return fmt.Errorf("line %d of the script, %s: %w", s.line, s.verb, p.failed)
		}
	}
	return nil
}

// player is the program without a terminal, and what plays on it.
type player struct {
	ctx    context.Context
	app    *app
	msgs   chan tea.Msg
	out    *json.Encoder
	past   time.Duration // recorded until since
	since  time.Time
	lapse  time.Duration // how many times faster than real time is recorded
	pace   time.Duration
	shown  string // the last frame
	over   bool
	failed error
}

func (p *player) step(s step) {
	switch s.verb {
	case "size":
		p.event("r", fmt.Sprintf("%dx%d", s.size.Width, s.size.Height))
		p.give(s.size)
	case "pace":
		p.pace = s.time
	case "lapse":
		p.past, p.since, p.lapse = p.recorded(), time.Now(), s.times
	case "type", "key":
		for _, key := range s.keys {
			p.give(key)
			p.until(p.pace, func() bool { return false })
		}
	case "wait":
		if !p.until(s.time, func() bool { return strings.Contains(p.text(), s.text) }) && p.failed == nil {
			p.failed = fmt.Errorf("the screen has not shown %q within %s; what it shows is the last frame", s.text, s.time)
		}
	case "pause":
		p.until(s.time, func() bool { return false })
	case "shot":
		p.event("m", s.text)
	}
}

// until takes messages in until something holds, which it reports, or a time is
// over.
func (p *player) until(d time.Duration, holds func() bool) bool {
	end := time.NewTimer(d)
	defer end.Stop()
	for !holds() {
		select {
		case msg := <-p.msgs:
			p.give(msg)
		case <-end.C:
			return false
		case <-p.ctx.Done():
			p.failed = p.ctx.Err()
			return false
		}
		if p.over || p.failed != nil {
			return holds()
		}
	}
	return true
}

// give hands a message over, runs what comes of it, and records what it shows.
func (p *player) give(msg tea.Msg) {
	if _, ok := msg.(tea.QuitMsg); ok {
		p.over = true
		return
	}
	_, cmd := p.app.Update(msg)
	p.do(cmd)
	frame := p.app.View().Content
	if p.app.crash != "" && p.failed == nil {
		p.failed = fmt.Errorf("mcpctl inspect broke, which is a fault of its own: %s", crashLine(p.app.crash))
	}
	if frame != p.shown {
		p.shown = frame
		p.event("o", "\x1b[H"+strings.ReplaceAll(frame, "\n", "\r\n"))
	}
}

// do runs a command and whatever it is made of.
func (p *player) do(cmd tea.Cmd) { perform(p.ctx, cmd, p.msgs) }

// perform runs a command, and whatever it is made of, beside the caller, as the
// program does: what it answers goes to msgs, until ctx ends.
func perform(ctx context.Context, cmd tea.Cmd, msgs chan<- tea.Msg) {
	if cmd == nil {
		return
	}
	go func() {
		msg := cmd()
		if all, ok := msg.(tea.BatchMsg); ok {
			for _, one := range all {
				perform(ctx, one, msgs)
			}
			return
		}
		if msg == nil {
			return
		}
		select {
		case msgs <- msg:
		case <-ctx.Done():
		}
	}()
}

// text is what the screen shows, without colours.
func (p *player) text() string {
	var b strings.Builder
	for _, line := range p.app.lines() {
		b.WriteString(line.String())
		b.WriteByte('\n')
	}
	return b.String()
}

// recorded is how long the recording is by now.
func (p *player) recorded() time.Duration { return p.past + time.Since(p.since)/p.lapse }

func (p *player) event(kind, data string) {
	p.write([]any{p.recorded().Round(time.Millisecond).Seconds(), kind, data})
}

func (p *player) write(v any) {
	if err := p.out.Encode(v); err != nil && p.failed == nil {
		p.failed = fmt.Errorf("writing what the screen shows: %w", err)
	}
}
