package scaffold

import (
	"fmt"
	"strings"
)

// UnknownError says that a word names nothing. Known are the words that do, for
// a caller to suggest the nearest.
type UnknownError struct {
	What  string // "feature", "profile", "question", …
	Word  string
	Where string // what was looked through, as in `template go`
	Known []string
}

// Error is the failure without the suggestion.
func (e *UnknownError) Error() string {
	return fmt.Sprintf("%s has no %s %q", e.Where, e.What, e.Word)
}

// LineError is a fault at a line of one of the template's files. Lines count
// from 1.
type LineError struct {
	Path string
	Line int
	Err  error
}

// Error is PATH:LINE: and what is wrong.
func (e *LineError) Error() string { return fmt.Sprintf("%s:%d: %v", e.Path, e.Line, e.Err) }

// Unwrap gives the fault.
func (e *LineError) Unwrap() error { return e.Err }

// AnswerError is an answer that cannot be used. Advice, which may be empty, says
// what would be.
type AnswerError struct {
	Question, Value string
	Err             error
	Advice          string
}

// Error names the question, its answer and what is wrong with it.
func (e *AnswerError) Error() string {
	return fmt.Sprintf("the %s %q cannot be used: %v", strings.ReplaceAll(e.Question, "_", " "), e.Value, e.Err)
}

// Unwrap gives the fault.
func (e *AnswerError) Unwrap() error { return e.Err }

// ContradictionError says that answers exclude each other.
type ContradictionError struct {
	Feature string // the one that cannot be had as asked
	Reason  string
}

// Error names the feature and what stands against it.
func (e *ContradictionError) Error() string {
	return fmt.Sprintf("the answers contradict each other about %s: %s", e.Feature, e.Reason)
}
