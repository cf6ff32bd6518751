package tui

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/mcpctl/mcpctl/inspect"
	"github.com/mcpctl/mcpctl/mcp"
)

// maxInput bounds what is read back from an editor, or of a file named as an
// argument.
const maxInput = 32 << 20

// edit opens a value in $VISUAL or $EDITOR, which is run as it is, without a
// shell, and hands what comes back to done.
func (r *Room) edit(what string, v mcp.Value, done func(mcp.Value)) tea.Cmd {
	command := strings.Fields(cmp.Or(r.getenv("VISUAL"), r.getenv("EDITOR"), "vi"))
	path, err := exec.LookPath(command[0])
	if err != nil {
		return r.toast(Bad, fmt.Sprintf("no editor %q is found: set EDITOR", command[0]))
	}
	name, err := r.temp("*.json", append(inspect.IndentJSON(v.Raw()), '\n'))
	if err != nil {
		return r.toast(Bad, fmt.Sprintf("cannot write the file to edit: %v", err))
	}
	cmd := exec.CommandContext(r.ctx, path, append(command[1:], name)...)
	return tea.ExecProcess(cmd, func(failed error) tea.Msg {
		defer func() { _ = os.Remove(name) }() // the folder goes at the end anyway
		if failed != nil {
			return toastMsg{Bad, fmt.Sprintf("the editor failed: %v", failed)}
		}
		return editedMsg{what, name, done}.read()
	})
}

// editedMsg is a value that has been edited. It is handed over on the program's
// goroutine.
type editedMsg struct {
	what, name string
	done       func(mcp.Value)
}

func (m editedMsg) read() tea.Msg {
	data, err := readInput(m.name)
	if err != nil {
		return toastMsg{Bad, fmt.Sprintf("cannot read back what was edited: %v", err)}
	}
	v, err := mcp.Parse(bytes.TrimSpace(data))
	if err != nil {
		return toastMsg{Bad, fmt.Sprintf("%s: this is no JSON: %v; nothing was changed", m.what, err)}
	}
	return editedValue{v, m.done}
}

type editedValue struct {
	v    mcp.Value
	done func(mcp.Value)
}

// readInput reads a regular file up to a limit; others could keep us waiting.
func readInput(name string) ([]byte, error) {
	if info, err := os.Stat(name); err != nil {
		return nil, err
	} else if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is no regular file", name)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was only read
	data, err := io.ReadAll(io.LimitReader(f, maxInput+1))
	if err == nil && len(data) > maxInput {
		err = fmt.Errorf("%s is larger than %s", name, size(maxInput))
	}
	return data, err
}

// temp writes a file that goes when the program ends.
func (r *Room) temp(pattern string, data []byte) (name string, err error) {
	if r.folder == "" {
		if r.folder, err = os.MkdirTemp("", "mcpctl-inspect-"); err != nil {
			return "", err
		}
	}
	f, err := os.CreateTemp(r.folder, pattern)
	if err != nil {
		return "", err
	}
	_, err = f.Write(data)
	return f.Name(), cmp.Or(err, f.Close())
}

func (r *Room) getenv(name string) string {
	if r.options.Getenv == nil {
		return ""
	}
	v, _ := r.options.Getenv(name)
	return v
}
