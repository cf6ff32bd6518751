package tui

import (
	"context"
	"fmt"
	"net/url"
	"os/exec"
	"runtime"

	tea "charm.land/bubbletea/v2"
)

// viewable are the types that may be handed to the desktop's viewer, with the
// extension they get. A server's own extension could be that of a program.
func viewable(mime string) (extension string, ok bool) {
	extension, ok = map[string]string{
		"image/png": ".png", "image/jpeg": ".jpg", "image/gif": ".gif", "image/webp": ".webp",
		"audio/wav": ".wav", "audio/x-wav": ".wav", "audio/mpeg": ".mp3", "audio/ogg": ".ogg", "application/pdf": ".pdf",
	}[mime]
	return extension, ok
}

// files are the pieces of the result that can be opened in a viewer.
func (p *resultPane) files() []Item {
	var items []Item
	for _, part := range p.parts() {
		extension, ok := viewable(part.MIME)
		if !ok || !part.Binary || part.Broken != nil {
			continue
		}
		items = append(items, Item{Name: part.Summary(), Do: func() tea.Cmd {
			name, err := p.room.temp("*"+extension, part.Data)
			if err != nil {
				return p.room.toast(Bad, fmt.Sprintf("cannot write the file to open: %v", err))
			}
			return p.room.openOutside(name)
		}})
	}
	return items
}

// OpenURL opens an http or https address in the browser.
func (r *Room) OpenURL(address string) tea.Cmd {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return r.toast(Bad, "only http and https addresses are opened")
	}
	return r.openOutside(u.String())
}

// openOutside hands a file or address to the desktop. No shell sees it.
func (r *Room) openOutside(what string) tea.Cmd {
	command := []string{"xdg-open"}
	switch runtime.GOOS {
	case "darwin":
		command = []string{"open"}
	case "windows":
		command = []string{"rundll32", "url.dll,FileProtocolHandler"}
	}
	ctx := context.WithoutCancel(r.ctx) // the viewer may stay open
	return func() tea.Msg {
		cmd := exec.CommandContext(ctx, command[0], append(command[1:], what)...)
		if err := cmd.Start(); err != nil {
			return toastMsg{Bad, fmt.Sprintf("cannot open it: %v; it is at %s", err, what)}
		}
		go func() { _ = cmd.Wait() }() // the viewer's end is of no interest
		return toastMsg{OK, "opened " + what}
	}
}
