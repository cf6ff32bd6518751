package contract

import (
	"bytes"
	"encoding/json"
	"io"

	"github.com/mcpctl/mcpctl/inspect"
	"github.com/mcpctl/mcpctl/mcp"
)

// diffFile is a diff as it is written.
type diffFile struct {
	Schema    string           `json:"schema"`
	Old       Side             `json:"old"`
	New       Side             `json:"new"`
	Revisions []mcp.Revision   `json:"revisions"`
	Changes   []Change         `json:"changes"`
	Summary   map[Category]int `json:"summary"`
	Ignored   int              `json:"ignored"`
	Breaking  bool             `json:"breaking"`
	Semver    Bump             `json:"semver"`
	Advice    Advice           `json:"advice"`
	Notes     []string         `json:"notes,omitempty"`
	Stale     []string         `json:"staleIgnores,omitempty"`
}

// WriteJSON writes the diff as one JSON object of the shape [DiffSchema], in which
// everything that is not plainly visible is escaped.
func (d *Diff) WriteJSON(w io.Writer) error {
	f := diffFile{Schema: DiffSchema, Old: d.Old, New: d.New, Revisions: d.Revisions, Changes: append([]Change{}, d.Changes...), Summary: map[Category]int{},
		Ignored: len(d.Changes) - len(d.Counting()), Breaking: d.Breaking(), Semver: d.Advice.Needed, Advice: d.Advice, Notes: d.Notes, Stale: d.Stale}
	for _, c := range Categories() {
		f.Summary[c] = d.Count(c)
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(f); err != nil {
		return err
	}
	_, err := w.Write(inspect.SafeJSON(out.Bytes()))
	return err
}
