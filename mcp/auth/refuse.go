package auth

import (
	"context"
	"errors"
	"fmt"

	"github.com/mcpctl/mcpctl/publish/refusal"
)

// refusef is a refusal with one of this package's codes.
func refusef(kind refusal.Kind, code, doing, mend, why string, args ...any) error {
	return &refusal.Refusal{Kind: kind, Code: code, Doing: doing, Mend: mend, Why: fmt.Sprintf(why, args...)}
}

// broken is a refusal of something that does not behave as it should.
func broken(code, doing, mend, why string, args ...any) error {
	return refusef(refusal.Environment, code, doing, mend, why, args...)
}

// denied is a refusal of something that takes the user's consent or credentials.
func denied(code, doing, mend, why string, args ...any) error {
	return refusef(refusal.Consent, code, doing, mend, why, args...)
}

// reason says why a request got no answer, without the address that net/http
// puts before it.
func reason(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	if inner := errors.Unwrap(err); inner != nil {
		return inner
	}
	return err
}
