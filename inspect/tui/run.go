package tui

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/mcpctl/mcpctl/internal/term"
)

// closing bounds how long the end of the program waits for that of the server.
const closing = 2 * time.Second

// Show shows the inspector until the user quits or ctx ends. The terminal is put
// right whatever happens, and a process that was started is ended.
func Show(ctx context.Context, o Options) error {
	within, stop := context.WithCancel(ctx)
	room := newRoom(within, o)
	room.Saved = readState(o.StateFile)
	a := newApp(room)
	options := []tea.ProgramOption{
		tea.WithFPS(120), tea.WithContext(ctx), tea.WithInput(o.In), tea.WithOutput(o.Out), tea.WithoutSignalHandler(),
	}
	if o.Environ != nil {
		options = append(options, tea.WithEnvironment(o.Environ))
	}
	_, err := tea.NewProgram(a, options...).Run()
	room.hangUp()
	stop()
	room.settle()
	room.Saved.write(o.StateFile)
	switch {
	case a.crash != "":
		return fmt.Errorf("mcpctl inspect broke, which is a fault of its own: %s", crashLine(a.crash))
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, tea.ErrProgramKilled):
		return nil
	}
	return err
}

// crashLine is a crash in a line: what broke, and the first places.
func crashLine(text string) string {
	lines := strings.Split(text, "\n")
	var places []string
	for _, line := range lines[1:] {
		if line = strings.TrimSpace(line); strings.Contains(line, "/inspect/tui/") && !strings.Contains(line, "app.go") && len(places) < 3 {
			places = append(places, line[strings.Index(line, "/inspect/tui/")+1:])
		}
	}
	return term.SafeLine(term.Clip(lines[0], 200) + " at " + strings.Join(places, ", "))
}

// settle waits until what was started has ended, and removes temporary files.
func (r *Room) settle() {
	_, _, _ = r.endTape() // what is wrong with the file was told, or nobody is there to be told
	done := make(chan struct{})
	go func() {
		r.working.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(closing):
	}
	if r.folder != "" {
		_ = os.RemoveAll(r.folder) // it lies in the folder for temporary files
	}
}
