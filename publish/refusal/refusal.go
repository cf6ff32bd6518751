// Package refusal is the one shape of what goes wrong between a folder and a
// verified registry entry: a permanent code to script against, and for people
// what was attempted, why it failed and what to do.
package refusal

import "errors"

// Kind says whose turn it is, and so which exit code a refusal has.
type Kind int

// The kinds; docs/exit-codes.md.
const (
	// Finding is a check that failed: a tampered package, a wrong signer. Exit 1.
	Finding Kind = iota + 1
	// Usage is something that the user gave and can change. Exit 2.
	Usage
	// Environment is a service that does not answer as it should. Exit 3.
	Environment
	// Consent is a missing permission or credential. Exit 4.
	Consent
)

// Refusal is one failure. It is immutable.
type Refusal struct {
	Kind Kind
	// Code is permanent and names the kind of failure, like "signer-changed".
	Code string
	// Doing says what was attempted, like "reading the bundle of acme/echo".
	Doing string
	// Why says why it failed; if it is empty, Err says it.
	Why string
	// Mend says what to do.
	Mend string
	// Err is the cause, if there is one.
	Err error
}

// Error is the failure in one line, without the mend.
func (r *Refusal) Error() string {
	switch {
	case r.Why == "" && r.Err != nil:
		return r.Doing + ": " + r.Err.Error()
	case r.Why == "":
		return r.Doing + ": " + r.Code
	}
	return r.Doing + ": " + r.Why
}

// Unwrap gives the cause.
func (r *Refusal) Unwrap() error { return r.Err }

// Of finds the refusal in an error.
func Of(err error) (*Refusal, bool) {
	var r *Refusal
	return r, errors.As(err, &r)
}

// Code is the code of the refusal in an error, and empty where there is none.
func Code(err error) string {
	if r, ok := Of(err); ok {
		return r.Code
	}
	return ""
}
