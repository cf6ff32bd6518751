package checks

import (
	"embed"
	"strings"

	"github.com/rogpeppe/go-internal/txtar"
)

//go:embed examples
var examples embed.FS

// Example is a recorded exchange that shows a check at work.
type Example struct {
	// Title says who talks: revision, transport and, for a failure, the
	// finding's message.
	Title string
	Text  string
}

// Examples are the exchanges with which a check passes and fails: those that
// its twin makes in the tests. ok is false for a check without any.
func Examples(id string) (pass, fail Example, ok bool) {
	suite, _, _ := strings.Cut(id, "/")
	data, err := examples.ReadFile("examples/" + suite + ".txtar")
	if err != nil {
		return pass, fail, false
	}
	for _, f := range txtar.Parse(data).Files {
		title, text, _ := strings.Cut(string(f.Data), "\n")
		switch f.Name {
		case id + " pass":
			pass, ok = Example{title, text}, true
		case id + " fail":
			fail, ok = Example{title, text}, true
		}
	}
	return pass, fail, ok
}
