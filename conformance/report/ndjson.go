package report

import (
	"bufio"
	"io"

	"github.com/mcpctl/mcpctl/conformance"
)

// The lines of NDJSON. Each says in type what it is; the rest is that of the
// report's JSON, so one set of decoders reads both.
type (
	runLine struct {
		Type string `json:"type"`
		*conformance.Report
		// What only the end of a run knows stands in the summary.
		Findings    *struct{} `json:"findings,omitempty"`
		Summary     *struct{} `json:"summary,omitempty"`
		Stale       *struct{} `json:"staleBaseline,omitempty"`
		Known       *struct{} `json:"known,omitempty"`
		Interrupted *struct{} `json:"interrupted,omitempty"`
		Millis      *struct{} `json:"durationMs,omitempty"`
	}
	findingLine struct {
		Type string `json:"type"`
		conformance.Finding
	}
	summaryLine struct {
		Type        string                      `json:"type"`
		Summary     map[conformance.Verdict]int `json:"summary"`
		Known       int                         `json:"known,omitempty"`
		Stale       []string                    `json:"staleBaseline,omitempty"`
		Interrupted bool                        `json:"interrupted,omitempty"`
		Millis      int64                       `json:"durationMs"`
	}
)

// NDJSON writes a line of type run, one of type finding for each finding, and
// one of type summary. A file without a summary line is one that broke off.
func NDJSON(w io.Writer, r *conformance.Report, _ Options) error {
	out := bufio.NewWriter(w)
	if err := writeJSON(out, runLine{Type: "run", Report: r}, ""); err != nil {
		return err
	}
	for _, f := range r.Findings {
		if err := writeJSON(out, findingLine{"finding", f}, ""); err != nil {
			return err
		}
	}
	if err := writeJSON(out, summaryLine{"summary", r.Summary, r.Known, r.Stale, r.Interrupted, r.Millis}, ""); err != nil {
		return err
	}
	return out.Flush()
}
