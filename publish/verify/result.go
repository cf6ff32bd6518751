package verify

import (
	"time"

	"github.com/mcpctl/mcpctl/publish/refusal"
	"github.com/mcpctl/mcpctl/publish/surface"
)

// Schema names the format of a result; members are only ever added under it.
const Schema = "mcpctl.verify/v1"

// Verdict is how a check ended.
type Verdict string

// The verdicts. Only Fail, and Warn if the user is strict, let verifying fail.
const (
	Pass Verdict = "pass"
	Fail Verdict = "fail"
	Warn Verdict = "warn"
	Skip Verdict = "skip" // does not apply, or was left out by the user
)

// Check is one thing that was looked at.
type Check struct {
	// Check names what was looked at, like "package"; docs/verify.md.
	Check string `json:"check"`
	// Subject is which one, like a package.
	Subject string  `json:"subject,omitempty"`
	Verdict Verdict `json:"verdict"`
	// Code is the permanent name of the failure, empty for Pass.
	Code string `json:"code,omitempty"`
	// Reason says what was seen.
	Reason string `json:"reason"`
	// Mend says what to do about a failure.
	Mend string `json:"mend,omitempty"`
	// Changes are what the live server has otherwise than it was signed.
	Changes []surface.Change `json:"changes,omitempty"`

	kind refusal.Kind
}

// Attestation is a statement about the release whose signature held.
type Attestation struct {
	Type   string `json:"type"` // of the predicate
	Signer Signer `json:"signer"`
	// Subject is the signer's full identity, with branch or tag.
	Identity string `json:"identity,omitempty"`
	// Time is when it was signed, as a log or an authority says; zero if none does.
	Time        time.Time `json:"time,omitzero"`
	Logged      bool      `json:"logged"`
	Timestamped bool      `json:"timestamped"`
	From        string    `json:"from"` // where its bundle was found
}

// Package is a file of the release, as it was signed.
type Package struct {
	Type       string            `json:"type"`
	Identifier string            `json:"identifier"`
	Version    string            `json:"version,omitempty"`
	File       string            `json:"file,omitempty"`
	Digest     map[string]string `json:"digest"`
}

// Result is what was verified, and what came of it.
type Result struct {
	Schema string `json:"schema"`
	// Name and Version are the server's; of an image they are what its signed
	// release says.
	Name    string `json:"name"`
	Version string `json:"version"`
	// Source is where it came from: a registry, a file, an image.
	Source string `json:"source"`
	// Digest is of the canonical server.json, or of the image.
	Digest  string  `json:"digest,omitempty"`
	Verdict Verdict `json:"verdict"`
	// Signer is who signed the release, and Basis why he may.
	Signer *Signer `json:"signer,omitempty"`
	Basis  Basis   `json:"basis,omitempty"`
	// Checks are in the order in which they were made. A check that hangs on one
	// that failed is not made and not listed.
	Checks       []Check       `json:"checks"`
	Packages     []Package     `json:"packages,omitempty"`
	Attestations []Attestation `json:"attestations,omitempty"`
	// Hosts are those that were asked for entry and statements, sorted.
	Hosts []string `json:"hosts,omitempty"`
	// Surface is the snapshot that was signed, nil if none was or it could not be
	// read. It counts only if nothing failed.
	Surface *surface.Snapshot `json:"-"`

	ofImage bool // Digest is an image's
}

// Kind is the kind of the weightiest failure, and zero if nothing failed. A proof
// of something wrong weighs more than a missing permission, and that more than
// trouble on the way.
func (r *Result) Kind(strict bool) refusal.Kind {
	worst := refusal.Kind(0)
	weight := map[refusal.Kind]int{refusal.Environment: 1, refusal.Usage: 2, refusal.Consent: 3, refusal.Finding: 4}
	for _, c := range r.Checks {
		if (c.Verdict == Fail || c.Verdict == Warn && strict) && weight[c.kind] > weight[worst] {
			worst = c.kind
		}
	}
	return worst
}

// pass, skip, warn and fault write the line of a check.
func (r *Result) pass(check, subject, reason string) {
	r.Checks = append(r.Checks, Check{Check: check, Subject: subject, Verdict: Pass, Reason: reason})
}

func (r *Result) skip(check, subject, reason string) {
	r.Checks = append(r.Checks, Check{Check: check, Subject: subject, Verdict: Skip, Reason: reason})
}

// fault writes what failed; the verdict of the whole is failure then.
func (r *Result) fault(check, subject string, err error) {
	r.Checks = append(r.Checks, faulty(check, subject, Fail, err))
	r.Verdict = Fail
}

func (r *Result) warn(check, subject string, err error) {
	r.Checks = append(r.Checks, faulty(check, subject, Warn, err))
}

func faulty(check, subject string, v Verdict, err error) Check {
	c := Check{Check: check, Subject: subject, Verdict: v, Code: "internal", Reason: err.Error(), kind: refusal.Environment}
	if known, ok := refusal.Of(err); ok {
		c.Code, c.Mend, c.kind = known.Code, known.Mend, known.Kind
		if c.Reason = known.Why; c.Reason == "" {
			c.Reason = known.Error()
		}
	}
	return c
}
