package doctor

import (
	"encoding/json"
	"time"

	"github.com/mcpctl/mcpctl/inspect/servers"
	"github.com/mcpctl/mcpctl/mcp"
)

// Status is how a step, or a server as a whole, is.
type Status string

// The statuses. Skip was not looked at, and says why.
const (
	OK   Status = "ok"
	Warn Status = "warn"
	Fail Status = "fail"
	Skip Status = "skip"
)

// The steps, in the order in which they are taken. Command, Start, Stdout and
// Exit are for commands; Address, DNS, TCP and TLS for addresses.
const (
	StepConfig      = "config"      // is the entry whole
	StepEnvironment = "environment" // is what it refers to there
	StepCommand     = "command"     // can the program be found
	StepAddress     = "address"     // is it one that can be asked
	StepConsent     = "consent"     // may it be started or asked
	StepDNS         = "dns"
	StepTCP         = "tcp"
	StepTLS         = "tls"
	StepAuth        = "auth"      // is what it wants for credentials given
	StepHandshake   = "handshake" // does it speak MCP
	StepList        = "list"      // does it list what it declares
	StepLatency     = "latency"
	StepStdout      = "stdout" // does it write nothing but MCP there
	StepExit        = "exit"   // does it end when it is left
	StepRevisions   = "revisions"
)

// Step is one thing that was looked at.
type Step struct {
	Name   string   `json:"step"`
	Status Status   `json:"status"`
	What   string   `json:"what"`
	Mend   string   `json:"mend,omitempty"`
	Lines  []string `json:"lines,omitempty"` // the evidence, such as the line that is no MCP
	Took   Millis   `json:"ms,omitempty"`
}

// Millis is a time that JSON shows as milliseconds.
type Millis time.Duration

// MarshalJSON rounds to a hundredth of a millisecond.
func (m Millis) MarshalJSON() ([]byte, error) {
	return json.Marshal(float64(time.Duration(m).Round(10*time.Microsecond)) / float64(time.Millisecond))
}

// Diagnosis is what was found out about one server.
type Diagnosis struct {
	Name   string        `json:"name"`
	Client string        `json:"client"`
	Scope  servers.Scope `json:"scope"`
	File   string        `json:"file"`
	Line   int           `json:"line"`
	// Also are the positions at which the very same server is written again.
	Also   []string `json:"also,omitempty"`
	Target string   `json:"target"` // without secrets
	Status Status   `json:"status"`

	Server    *Identity         `json:"server,omitempty"`
	Transport mcp.TransportKind `json:"transport,omitempty"`
	Revision  mcp.Revision      `json:"revision,omitempty"`
	// Revisions are all that it speaks, when Options.Revisions asked for them.
	Revisions []mcp.Revision `json:"revisions,omitempty"`
	Offers    *Offers        `json:"offers,omitempty"`
	Latency   *Latency       `json:"latency,omitempty"`
	Steps     []Step         `json:"steps"`
	// Stderr is the end of what the server wrote to standard error.
	Stderr []string `json:"stderr,omitempty"`
	Took   Millis   `json:"ms"`
}

// Identity is what a server calls itself.
type Identity struct {
	Name    string `json:"name"`
	Version string `json:"version,omitempty"`
}

// Offers counts what a server lists; nil kinds are not declared.
type Offers struct {
	Tools     *int `json:"tools,omitempty"`
	Resources *int `json:"resources,omitempty"`
	Prompts   *int `json:"prompts,omitempty"`
}

// Latency is how long the server took for its first answer, from the start of
// the process or connection, and for signs of life after that.
type Latency struct {
	First Millis `json:"firstMs"`
	P50   Millis `json:"p50Ms"`
	Max   Millis `json:"maxMs"`
	Pings int    `json:"pings"`
}

// Step is a step by name; ok is false when it was not taken.
func (d Diagnosis) Step(name string) (step Step, ok bool) {
	for _, s := range d.Steps {
		if s.Name == name {
			return s, true
		}
	}
	return Step{}, false
}

// Trouble is the step that is worst, the first of those.
func (d Diagnosis) Trouble() (step Step, ok bool) {
	for _, status := range []Status{Fail, Warn} {
		for _, s := range d.Steps {
			if s.Status == status {
				return s, true
			}
		}
	}
	return Step{}, false
}

// judge gives the server the status of its worst step. One that nobody got to
// ask anything is skipped, not fine.
func (d *Diagnosis) judge() {
	if worst, ok := d.Trouble(); ok {
		d.Status = worst.Status
		if worst.Status == Fail {
			return
		}
	}
	if s, ok := d.Step(StepHandshake); !ok || s.Status == Skip {
		d.Status = Skip
	} else if d.Status == "" {
		d.Status = OK
	}
}
