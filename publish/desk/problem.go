package desk

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/mcpctl/mcpctl/publish/refusal"
)

// problem is what the API answers instead of a result, as problem details.
type problem struct {
	Title  string  `json:"title,omitempty"`
	Status int     `json:"status"`
	Detail string  `json:"detail"`
	Errors []issue `json:"errors,omitempty"`
}

// issue is one thing that is wrong, and where.
type issue struct {
	Message  string `json:"message"`
	Location string `json:"location,omitempty"`
}

func (p *problem) Error() string {
	parts := []string{}
	for _, e := range p.Errors {
		parts = append(parts, strings.TrimPrefix(strings.TrimPrefix(e.Location, "body"), ".")+" "+e.Message)
	}
	if len(parts) == 0 {
		return p.Detail
	}
	return p.Detail + ": " + strings.TrimSpace(strings.Join(parts, "; "))
}

func problemf(status int, format string, args ...any) *problem {
	return &problem{Title: http.StatusText(status), Status: status, Detail: fmt.Sprintf(format, args...)}
}

func (p *problem) with(messages ...string) *problem {
	for _, m := range messages {
		p.Errors = append(p.Errors, issue{Message: m})
	}
	return p
}

// The problems that the client tells apart by their words, which are those of
// the official registry.
const (
	duplicateWords = "invalid version: cannot publish duplicate version: %s@%s already exists"
	noChangeWords  = "No changes to apply"
	endpointWords  = "Endpoint not found. This registry serves /v0.1 and /v0."
)

// refused says a problem as the client of a registry does, so that a folder and
// a registry fail alike.
func refused(doing string, err error) error {
	var p *problem
	if !errors.As(err, &p) {
		return err
	}
	r := &refusal.Refusal{Kind: refusal.Usage, Doing: doing, Why: p.Error()}
	switch {
	case p.Status == http.StatusNotFound:
		r.Code, r.Mend = "not-found", "`mcpctl registry search` finds the names that there are."
	case isDuplicate(p):
		r.Code, r.Mend = "duplicate-version", "A version is never given twice, not even after its deletion: raise the version."
	default:
		r.Code, r.Mend = "rejected", "`mcpctl publish check` finds most of this beforehand, and tells how to mend it."
	}
	return r
}

// unproblem is the error unless it is a problem.
func unproblem(err error) error {
	var p *problem
	if errors.As(err, &p) {
		return nil
	}
	return err
}

func isDuplicate(p *problem) bool {
	before, _, _ := strings.Cut(duplicateWords, ":")
	return p.Status == http.StatusBadRequest && len(p.Errors) == 1 && strings.HasPrefix(p.Errors[0].Message, before)
}

// broken is a store that cannot be read or written.
func broken(doing string, err error) error {
	return &refusal.Refusal{Kind: refusal.Environment, Code: "store-unusable", Doing: doing, Err: err,
		Mend: "Is the folder a registry's, and may you write there? A damaged file can be taken away or brought back from a copy."}
}
