package tui

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"

	tea "charm.land/bubbletea/v2"
)

// createFile writes a file that was not there before. Nothing is ever
// overwritten, and nobody else may read it.
func createFile(name string, data []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s is there already, and nothing is overwritten: choose another name", name)
	}
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = cmp.Or(err, f.Close()); err != nil {
		_ = os.Remove(name) // it is ours, and a part of it is of no use
	}
	return err
}

// askSave asks where to write something; to give a name is to agree to it.
func (r *Room) askSave(what, name string, data func(name string) ([]byte, error)) tea.Cmd {
	q := newAsk("write "+what+" to the new file", name)
	q.check = func(text string) (Role, string) {
		if text == "" {
			return Bad, "a name is needed"
		}
		if _, err := os.Lstat(text); err == nil {
			return Bad, text + " is there already, and nothing is overwritten"
		}
		return Dim, "enter writes it, esc does not"
	}
	q.done = func(text string) tea.Cmd {
		bytes, err := data(text)
		if err == nil {
			err = createFile(text, bytes)
		}
		if err != nil {
			return r.toast(Bad, fmt.Sprintf("cannot write %s: %v", what, err))
		}
		return r.toast(OK, fmt.Sprintf("%s written to %s, %s", what, text, size(len(bytes))))
	}
	return r.put(q)
}
