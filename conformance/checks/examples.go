package checks

import (
	"archive/zip"
	_ "embed" // for the examples
	"io/fs"
	"strings"

	"github.com/rogpeppe/go-internal/txtar"
)

// packed are the files of the folder examples: a twentieth of their size, which
// every mcpctl would carry.
//
//go:embed examples.zip
var packed string

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
	archive, err := zip.NewReader(strings.NewReader(packed), int64(len(packed)))
	if err != nil {
		return pass, fail, false
	}
	data, err := fs.ReadFile(archive, suite+".txtar")
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
