package tui

import (
	"fmt"
	"runtime/debug"
	"time"

	tea "charm.land/bubbletea/v2"
)

// The smallest screen that can be worked on.
const (
	minWidth  = 60
	minHeight = 16
)

// app is the shell: what stands around the panes, and who gets a key.
type app struct {
	room    *Room
	screens []Screen
	at      int   // the screen shown
	focus   []int // by screen: the pane that has the focus
	side    []int // by screen: the pane last used beside the first one
	visited []int // screens to go back to
	came    []int // by screen: the pane that led to the one with the focus, or -1
	zoom    bool
	jumping bool
	over    []Overlay
	ask     *ask
	toast   toastMsg
	until   time.Time // when the toast goes
	w, h    int
	ticking bool
	crash   string // what broke, and where
}

func newApp(r *Room) *app {
	a := &app{room: r, screens: screens(r), w: 80, h: 24}
	r.shell = a
	n := len(a.screens)
	a.focus, a.side, a.came = make([]int, n), make([]int, n), make([]int, n)
	for i, s := range a.screens {
		a.side[i], a.came[i] = 1, -1
		if _, occasional := s.(Occasional); s.Name() == r.Saved.Screen && !occasional {
			a.at = i
		}
	}
	return a
}

// Init starts what goes on in the background.
func (a *app) Init() tea.Cmd {
	return a.guarded(func() tea.Cmd {
		return tea.Batch(tea.RequestBackgroundColor, a.room.feed.next(a.room.ctx), a.room.begin(), a.tick())
	})
}

// Update takes in one message.
func (a *app) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	return a, a.guarded(func() tea.Cmd { return tea.Batch(a.take(msg), a.tick()) })
}

// guarded ends the program properly when something breaks, so that the terminal
// is put right, and keeps what broke for the end.
func (a *app) guarded(f func() tea.Cmd) (cmd tea.Cmd) {
	defer func() {
		if broken := recover(); broken != nil {
			a.crash = fmt.Sprintf("%v\n%s", broken, debug.Stack())
			cmd = tea.Quit
		}
	}()
	return f()
}

// wholeScreen lets all lines scroll again. The renderer scrolls a part of the
// lines in between and afterwards all that it knew of; a terminal that grew
// meanwhile would go on scrolling no more than those. The cursor stays.
const wholeScreen = "\x1b7\x1b[r\x1b8"

// take sorts the messages: those for the shell itself, keys and mouse, and those
// for everybody.
func (a *app) take(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case tea.WindowSizeMsg:
		known := a.w > 0
		a.w, a.h = m.Width, m.Height
		if !known {
			return nil
		}
		return tea.Sequence(tea.Raw(wholeScreen), tea.ClearScreen)
	case tea.BackgroundColorMsg:
		a.room.options.light = !m.IsDark()
		a.retheme()
		return nil
	case tea.ColorProfileMsg:
		a.room.options.profile = m.Profile
		a.retheme()
		return nil
	case tea.KeyPressMsg:
		return a.key(m)
	case tea.PasteMsg:
		return a.paste(m)
	case tea.MouseMsg:
		return a.mouse(m)
	case batchMsg:
		return a.batch(m)
	case goMsg:
		a.show(m.screen, m.pane)
		return a.shown()
	case switchMsg:
		a.swap(m)
		return nil
	case toastMsg:
		a.toast, a.until = m, a.room.now().Add(4*time.Second)
		return nil
	case overlayMsg:
		a.over = append(a.over, m.Overlay)
		return nil
	case askMsg:
		a.ask = m.ask
		return nil
	case completeMsg, completedMsg:
		return a.completing(msg)
	case tickMsg:
		a.ticking = false
	}
	return a.absorb(msg)
}

// batch takes in what the feed has gathered.
func (a *app) batch(m batchMsg) tea.Cmd {
	cmds := []tea.Cmd{a.room.feed.next(a.room.ctx)}
	if m.lost > 0 {
		cmds = append(cmds, a.room.toast(Warn, fmt.Sprintf("the server sends faster than can be judged: %d messages are in the traffic alone", m.lost)))
	}
	for _, msg := range m.all {
		cmds = append(cmds, a.absorb(msg))
	}
	return tea.Batch(cmds...)
}

// absorb lets the room take a message in, and then every screen.
func (a *app) absorb(msg tea.Msg) tea.Cmd {
	msg, cmd := a.room.absorb(msg)
	if msg == nil {
		return cmd
	}
	cmds := []tea.Cmd{cmd}
	for _, s := range a.screens {
		cmds = append(cmds, s.Update(msg))
	}
	return tea.Batch(cmds...)
}

// tick keeps times and spinners going while there is something to wait for.
func (a *app) tick() tea.Cmd {
	r := a.room
	toasted := a.toast.text != "" && r.now().Before(a.until)
	if !toasted {
		a.toast.text = ""
	}
	waiting := r.Conn.State == Connecting || r.Conn.Attempt > 0 || r.Busy() > 0 || toasted || r.taping != nil
	for _, s := range a.screens {
		if w, ok := s.(interface{ Waiting() bool }); ok && w.Waiting() {
			waiting = true
		}
	}
	if a.ticking || !waiting {
		return nil
	}
	a.ticking = true
	every := 100 * time.Millisecond
	if !r.Theme.Motion {
		every = time.Second
	}
	return r.after(every, tickMsg{})
}

func (a *app) retheme() {
	o := &a.room.options
	a.room.Theme = newTheme(o.look(!o.light, o.sixteen()))
}

func (a *app) screen() Screen { return a.screens[a.at] }

// pane is the pane that has the focus.
func (a *app) pane() Pane {
	panes := a.screen().Panes()
	a.focus[a.at] = max(0, min(a.focus[a.at], len(panes)-1))
	return panes[a.focus[a.at]]
}

// show shows a screen and puts the focus on one of its panes; a negative one
// leaves it where it was.
func (a *app) show(name string, pane int) {
	for i, s := range a.screens {
		if s.Name() == name && i != a.at {
			a.visited = append(a.visited[max(0, len(a.visited)-20):], a.at)
			a.at, a.zoom = i, false
			if _, occasional := s.(Occasional); !occasional {
				a.room.Saved.Screen = name
			}
		}
	}
	if from := a.focus[a.at]; pane >= 0 && pane != from {
		a.focusOn(pane)
		a.came[a.at] = from
	}
}

func (a *app) focusOn(pane int) {
	pane = max(0, min(pane, len(a.screen().Panes())-1))
	a.focus[a.at], a.came[a.at] = pane, -1
	if pane > 0 {
		a.side[a.at] = pane
	}
}
