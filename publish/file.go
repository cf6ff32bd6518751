package publish

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/mcpctl/mcpctl/publish/packages"
	"github.com/mcpctl/mcpctl/publish/refusal"
	"github.com/mcpctl/mcpctl/publish/serverjson"
)

// FileSchema names the shape of a plan in JSON. Members are only ever added.
const FileSchema = "mcpctl.publish-plan/v1"

// MaxFile is the size of the largest plan that is read, in bytes.
const MaxFile = 8 << 20

// Request is what the user asked for, in a form without secrets: enough to make
// the same plan again. Paths are as the user gave them.
type Request struct {
	Server        string     `json:"server"`
	Tag           string     `json:"tag,omitempty"`
	SBOMs         []string   `json:"sboms,omitempty"`
	Bills         []string   `json:"bills,omitempty"` // formats of those that are made
	Report        string     `json:"report,omitempty"`
	Surface       string     `json:"surface,omitempty"`
	SurfaceTarget string     `json:"surfaceTarget,omitempty"`
	Artifacts     []Artifact `json:"artifacts,omitempty"`
	Registries    []string   `json:"registries"`
	Settings      Settings   `json:"settings"`
}

// File is a plan to look at, and to apply later if it still holds.
type File struct {
	Schema  string    `json:"schema"`
	Created time.Time `json:"created"`
	Name    string    `json:"name"`
	Version string    `json:"version"`
	Request Request   `json:"request"`
	// Digest is of all digests and of where the release goes.
	Digest   string           `json:"digest"`
	Digests  []Digest         `json:"digests"`
	Packages []packages.Proof `json:"packages"`
	// Warnings are those of server.json.
	Warnings []serverjson.Finding `json:"warnings"`
	Steps    []*Step              `json:"steps"`
	Notes    []string             `json:"notes"`
	Problems []Problem            `json:"problems"`
}

// Problem is what stands against publishing.
type Problem struct {
	Code   string `json:"code"`
	Reason string `json:"reason"`
	Mend   string `json:"mend"`
}

// File is the plan as it is written.
func (p *Plan) File(request Request) File {
	r := p.Release
	f := File{
		Schema: FileSchema, Created: r.Created, Name: r.Name, Version: r.Version, Request: request,
		Digest: r.bind(), Digests: r.Digests(), Packages: []packages.Proof{}, Warnings: append([]serverjson.Finding{}, r.Findings...), Steps: p.Steps,
		Notes: append([]string{}, r.Notes...), Problems: []Problem{},
	}
	for _, k := range r.Packages {
		proof := k.Proof
		proof.Files = k.Files
		f.Packages = append(f.Packages, proof)
	}
	f.Packages = append(f.Packages, r.Domains...)
	for _, problem := range r.Problems {
		f.Problems = append(f.Problems, Problem{problem.Code, problem.Error(), problem.Mend})
	}
	return f
}

// ReadFile reads a plan. The refusal is plan-unreadable.
func ReadFile(b []byte) (File, error) {
	var f File
	err := json.Unmarshal(b, &f)
	switch {
	case len(b) > MaxFile:
		err = fmt.Errorf("it has more than %d bytes", MaxFile)
	case err == nil && f.Schema != FileSchema:
		err = fmt.Errorf("its schema is %q, not %s", f.Schema, FileSchema)
	case err == nil && (f.Created.IsZero() || f.Digest == "" || f.Request.Server == ""):
		err = fmt.Errorf("it lacks its time, its digest or its server.json")
	}
	if err != nil {
		return f, &refusal.Refusal{Kind: refusal.Usage, Code: "plan-unreadable", Doing: "reading the plan", Err: err, Mend: "Write one with `mcpctl publish --plan-out FILE`."}
	}
	return f, nil
}

// Holds compares a plan with the release as it is now. The refusal is
// plan-changed and names what differs.
func (f File) Holds(r *Release) error {
	var changed []string
	note := func(format string, args ...any) { changed = append(changed, fmt.Sprintf(format, args...)) }
	now, then := r.Digests(), f.Digests
	for _, d := range then {
		i := slices.IndexFunc(now, func(n Digest) bool { return n == d })
		same := slices.IndexFunc(now, func(n Digest) bool { return n.What == d.What })
		switch {
		case i >= 0:
		case same >= 0:
			note("%s is %s, and was %s", d.What, now[same].Digest, d.Digest)
		default:
			note("%s is not there any more", d.What)
		}
	}
	for _, d := range now {
		if !slices.ContainsFunc(then, func(t Digest) bool { return t.What == d.What }) {
			note("%s is new", d.What)
		}
	}
	if len(changed) == 0 && f.Digest != r.bind() {
		note("where the attestations go has changed")
	}
	if len(changed) == 0 {
		return nil
	}
	return &refusal.Refusal{Kind: refusal.Finding, Code: "plan-changed", Doing: "applying the plan of " + f.Name + "@" + f.Version,
		Why: "it was made of other content: " + strings.Join(changed, "; "), Mend: "Make a new plan with --plan-out, look at it, and apply that."}
}
