package report_test

import (
	"fmt"
	"io"
	"testing"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/conformance/report"
	"github.com/mcpctl/mcpctl/mcp"
)

// many is a report of n findings over all revisions, of which one in
// failsEvery fails with four exchanges.
func many(n, failsEvery int) *conformance.Report {
	r := empty()
	r.Revisions = mcp.Timeline()
	suites := []string{"base", "lifecycle", "stdio", "tools", "resources", "prompts", "logging", "completion", "pagination", "ping", "cancellation", "progress", "security"}
	for i := range n {
		rev := r.Revisions[i%len(r.Revisions)]
		suite, check := suites[i/len(r.Revisions)%len(suites)], i/len(r.Revisions)
		v := conformance.Pass
		switch {
		case i%failsEvery == failsEvery-1:
			v = conformance.Verdicts()[i/failsEvery%5]
		case i%17 == 0:
			v = conformance.Skip
		}
		f := finding(fmt.Sprintf("%s/subject-%d/rule-of-some-length", suite, check), fmt.Sprintf("the rule number %d about %s holds in every answer", check, suite), rev, v, "")
		if v != conformance.Pass {
			f.Requirements = []string{"tools.name.unique"}
			f.Message = fmt.Sprintf("what was found in %s is not what was asked for", suite)
			f.Fix = "Answer with what was asked for."
			f.Evidence = append(exchange(i, `{"jsonrpc":"2.0","id":%d,"result":{"tools":[{"name":"forecast","inputSchema":{"type":"string"}}]}}`), exchange(i+1, `{"jsonrpc":"2.0","id":%d,"result":{}}`)...)
		}
		r.Findings = append(r.Findings, f)
	}
	r.Tally()
	return r
}

func BenchmarkFormats(b *testing.B) {
	r := many(2000, 10)
	for _, f := range report.Formats() {
		b.Run(f.Name, func(b *testing.B) {
			for b.Loop() {
				if err := f.Write(io.Discard, r, report.Options{}); err != nil {
					b.Fatal(err)
				}
			}
			b.SetBytes(int64(len(written(b, f, r, report.Options{}))))
			b.ReportMetric(float64(len(written(b, f, r, report.Options{}))), "bytes/report")
		})
	}
}
