package attest

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/mcpctl/mcpctl/publish/refusal"
)

// ReportSchema is the shape of the reports that [TestResult] reads.
const ReportSchema = "mcpctl.report/v1"

// report is what is read of a report; its shape is a promise to users.
type report struct {
	Schema string `json:"schema"`
	Tool   struct {
		Name    string `json:"name"`
		Version string `json:"version"`
	} `json:"tool"`
	Transport   string   `json:"transport"`
	Revisions   []string `json:"revisions"`
	Reach       string   `json:"reach"`
	Interrupted bool     `json:"interrupted"`
	Partial     bool     `json:"partial"`
	Findings    []struct {
		Check     string `json:"check"`
		Revision  string `json:"revision"`
		Transport string `json:"transport"`
		Verdict   string `json:"verdict"`
	} `json:"findings"`
	Summary map[string]int `json:"summary"`
}

// TestResult makes the predicate of [TypeTestResult] from a report of mcpctl test
// as JSON. The result is FAILED if a check failed or the tester erred, also where
// a baseline accepts it; WARNED if one warned; else PASSED. passed is false for
// FAILED only. A report without a single pass, or of a run that was interrupted,
// proves nothing and is refused, as is one that is no report: code
// report-unreadable.
func TestResult(b []byte) (predicate any, passed bool, err error) {
	var r report
	if err := strict(b, MaxReport); err != nil {
		return nil, false, badReport(err)
	}
	if err := json.Unmarshal(b, &r); err != nil {
		return nil, false, badReport(err)
	}
	switch {
	case r.Schema != ReportSchema:
		return nil, false, badReport(fmt.Errorf("its schema is %q instead of %s", clip(r.Schema), ReportSchema))
	case r.Interrupted:
		return nil, false, badReport(errors.New("the run was interrupted"))
	}
	tests := map[string][]string{}
	for _, f := range r.Findings {
		verdict := f.Verdict
		if verdict == "error" {
			verdict = "fail"
		}
		tests[verdict] = append(tests[verdict], fmt.Sprintf("%s (%s, %s)", f.Check, f.Revision, f.Transport))
	}
	if len(tests["pass"])+len(tests["fail"])+len(tests["warn"]) == 0 {
		return nil, false, badReport(errors.New("no check was judged in it"))
	}
	result := "PASSED"
	switch {
	case len(tests["fail"]) > 0:
		result = "FAILED"
	case len(tests["warn"]) > 0:
		result = "WARNED"
	}
	return map[string]any{
		"result":        result,
		"configuration": []any{r.configuration()},
		"passedTests":   names(tests["pass"]),
		"warnedTests":   names(tests["warn"]),
		"failedTests":   names(tests["fail"]),
		"evidence":      []any{r.evidence(b)},
	}, result != "FAILED", nil
}

// configuration is the tester and how much it was to try.
func (r report) configuration() map[string]any {
	return map[string]any{
		"name": r.Tool.Name, "uri": "pkg:golang/github.com/mcpctl/mcpctl@" + r.Tool.Version,
		"annotations": map[string]any{"transport": r.Transport, "revisions": r.Revisions, "reach": r.Reach, "partial": r.Partial},
	}
}

// evidence is the report itself, by its hash, with the count of each verdict.
func (r report) evidence(b []byte) map[string]any {
	return map[string]any{
		"name": ReportSchema, "mediaType": "application/json", "digest": map[string]string{"sha256": sum(b)},
		"annotations": map[string]any{"summary": r.Summary},
	}
}

// names sorts names; none are an empty list, not null.
func names(all []string) []string {
	slices.Sort(all)
	return append([]string{}, slices.Compact(all)...)
}

func badReport(err error) error {
	return &refusal.Refusal{Kind: refusal.Usage, Code: "report-unreadable", Doing: "reading the report of mcpctl test", Err: err,
		Mend: "Write it with: mcpctl test --report json=FILE TARGET."}
}
