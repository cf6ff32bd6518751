package tui

import (
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/mcpctl/mcpctl/inspect/form"
	"github.com/mcpctl/mcpctl/mcp"
)

// edit opens a part of the value in the user's editor, with its schema as a
// comment; "" is the whole. An empty file leaves the part out.
func (f *formView) edit(path string) tea.Cmd {
	f.stop()
	r := f.room
	command := strings.Fields(cmp.Or(r.getenv("VISUAL"), r.getenv("EDITOR"), "vi"))
	if len(command) == 0 {
		command = []string{"vi"}
	}
	program, err := exec.LookPath(command[0])
	if err != nil {
		return r.toast(Bad, fmt.Sprintf("no editor %q is found: set EDITOR", command[0]))
	}
	sheet := f.form.Sheet(path)
	name, err := r.temp("*.json", sheet)
	if err != nil {
		return r.toast(Bad, fmt.Sprintf("cannot write the file to edit: %v", err))
	}
	return tea.ExecProcess(exec.Command(program, append(command[1:], name)...), func(failed error) tea.Msg {
		defer func() { _ = os.Remove(name) }() // the folder goes at the end anyway
		if failed != nil {
			return toastMsg{Bad, fmt.Sprintf("the editor failed: %v", failed)}
		}
		text, err := readInput(name)
		if err != nil {
			return toastMsg{Bad, fmt.Sprintf("cannot read back what was edited: %v", err)}
		}
		return f.edited(path, sheet, text)
	})
}

// edited hands over what came back from the editor. It is looked at here and put
// into the form on the program's goroutine.
func (f *formView) edited(path string, before, after []byte) tea.Msg {
	if string(before) == string(after) {
		return toastMsg{Dim, "nothing was changed"}
	}
	if _, err := form.ReadSheet(after); err != nil {
		return toastMsg{Bad, fmt.Sprintf("%v; nothing was changed", err)}
	}
	return editedValue{done: func(mcp.Value) {
		f.touched[path] = true
		_ = f.did(f.form.SetJSON(path, after)) // it was found to be JSON
	}}
}
