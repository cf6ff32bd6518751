package cases

import (
	"fmt"
	"strings"

	"github.com/mcpctl/mcpctl/internal/nearest"
)

// maxProblems bounds what is told of one file: most follow from the first.
const maxProblems = 20

// Problem is something wrong at a place of a file. Line and Column count from 1.
type Problem struct {
	File         string
	Line, Column int
	Message      string
	// Hint says what to do; "" when the message does.
	Hint string
}

// String is the problem in one line, as compilers write it.
func (p Problem) String() string {
	text := fmt.Sprintf("%s:%d:%d: %s", p.File, p.Line, p.Column, p.Message)
	if p.Hint != "" {
		text += ": " + p.Hint
	}
	return text
}

// Problems is everything wrong with a file, in its order.
type Problems []Problem

// Error has one problem a line.
func (p Problems) Error() string {
	var lines []string
	for _, one := range p {
		lines = append(lines, one.String())
	}
	return strings.Join(lines, "\n")
}

// reader gathers the problems of a file while it is read, and knows which names
// have a value at the place that is being read.
type reader struct {
	file     string
	problems Problems
	scope    map[string]bool
}

// fail notes a problem at n.
func (r *reader) fail(n *node, format string, args ...any) { r.hint(n, "", format, args...) }

// hint is fail with advice.
func (r *reader) hint(n *node, hint, format string, args ...any) {
	if len(r.problems) < maxProblems {
		r.problems = append(r.problems, Problem{File: r.file, Line: n.line, Column: n.column, Message: fmt.Sprintf(format, args...), Hint: hint})
	}
}

// unknownKey notes a key that what, a case or the like, does not have.
func (r *reader) unknownKey(n *node, what, written string, known []string) {
	hint := "it has " + strings.Join(known, ", ")
	if word := nearest.Word(written, known); word != "" {
		hint = "did you mean " + word + "?"
	}
	r.hint(n, hint, "%s has no key %.64q", what, written)
}

// unknown notes a word that is none of those known.
func (r *reader) unknown(n *node, what, written string, known []string) {
	hint := what + " is one of " + strings.Join(known, ", ")
	if word := nearest.Word(written, known); word != "" {
		hint = "did you mean " + word + "?"
	}
	r.hint(n, hint, "there is no %s %.64q", what, written)
}
