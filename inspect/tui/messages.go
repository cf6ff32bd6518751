package tui

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/mcpctl/mcpctl/inspect"
	"github.com/mcpctl/mcpctl/mcp"
)

// Messages that every Screen is told of. Room already knows what they tell.
type (
	// connMsg says that the connection's state has changed.
	connMsg struct{}
	// listedMsg says that a list of the server's has been read anew.
	listedMsg struct{ kind inspect.Kind }
	// eventMsg is something that the server said beside its answers.
	eventMsg struct {
		inspect.Event
		at time.Time
	}
	// trafficMsg says that a frame has crossed, on which connection, and the
	// entries of Room.Traffic that it became. The frame has its connection's time.
	trafficMsg struct {
		turn, session int
		frame         mcp.Frame
		exchange      *mcp.Exchange // that it belongs to, nil for none
		first, count  int
	}
	// stderrMsg is text that the server's process wrote to standard error.
	stderrMsg string
	// runMsg says that a run has begun, told of its progress, or ended.
	runMsg struct{ run *Run }
	// showFrameMsg asks the screen of the traffic to show an entry.
	showFrameMsg struct{ n int }
	// showRunMsg asks the screen that a run belongs to to show it.
	showRunMsg struct{ run *Run }
	// readMsg asks for a resource to be read and shown.
	readMsg struct{ uri string }
	// tickMsg comes while something is under way, so that times go on.
	tickMsg struct{}
)

// Messages by which panes ask the shell for something, through Room.
type (
	goMsg struct {
		screen string
		pane   int
	}
	toastMsg struct {
		role Role
		text string
	}
	overlayMsg struct{ Overlay }
	askMsg     struct{ *ask }
)

// shell is what stands around the panes. Its messages are taken in at once, so
// that the next key already finds what the last one has opened.
type shell interface{ take(msg tea.Msg) tea.Cmd }

// send has the shell take a message in.
func (r *Room) send(msg tea.Msg) tea.Cmd { return r.shell.take(msg) }

// goTo shows a screen and puts the focus on one of its panes, or leaves it where
// it was with a negative one; "" is the screen shown now.
func (r *Room) goTo(screen string, pane int) tea.Cmd { return r.send(goMsg{screen, pane}) }

// toast tells of something in the line above the footer.
func (r *Room) toast(role Role, text string) tea.Cmd { return r.send(toastMsg{role, text}) }

// open puts an overlay over the body.
func (r *Room) open(o Overlay) tea.Cmd { return r.send(overlayMsg{o}) }
