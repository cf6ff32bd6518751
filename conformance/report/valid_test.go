package report_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/conformance/report"
	"github.com/mcpctl/mcpctl/internal/term"
)

// valid reads a report back as its consumers would, whatever a server said.
func valid(t *testing.T, name string, out []byte, r *conformance.Report) {
	t.Helper()
	harmless(t, name, string(out))
	switch name {
	case "json":
		validJSON(t, out, r)
	case "ndjson":
		validNDJSON(t, out, r)
	case "junit":
		validJUnit(t, out, r)
	case "sarif":
		validSARIF(t, out, r)
	case "tap":
		validTAP(t, string(out), r)
	case "html":
		validHTML(t, string(out))
	case "markdown":
		validMarkdown(t, string(out))
	case "github":
		validGitHub(t, string(out))
	case "text":
		assert.Contains(t, string(out), " pass · ")
	default:
		t.Fatalf("nothing is known of a format %s: say here what makes it valid", name)
	}
}

// harmless holds for all formats: nothing that moves a cursor or deceives an
// eye, and no command for a CI runner but our own.
func harmless(t *testing.T, name, out string) {
	t.Helper()
	require.True(t, utf8.ValidString(out))
	require.True(t, out == term.Safe(out), "control or invisible characters in %s", name)
	require.NotRegexp(t, `##[a-zA-Z]*\[`, out)
	for line := range strings.Lines(out) {
		if name != "github" {
			require.False(t, strings.HasPrefix(strings.TrimSpace(line), "::"), line)
		}
	}
}

func validJSON(t *testing.T, out []byte, r *conformance.Report) {
	var back, want conformance.Report
	require.NoError(t, json.Unmarshal(out, &back))
	straight, err := json.Marshal(r)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(straight, &want))
	require.Equal(t, want, back, "escaping may change the spelling, never the value")
}

func validNDJSON(t *testing.T, out []byte, r *conformance.Report) {
	lines := bytes.Split(bytes.TrimSuffix(out, []byte("\n")), []byte("\n"))
	require.Len(t, lines, len(r.Findings)+2)
	for i, line := range lines {
		var head struct {
			Type    string
			Check   string
			Summary map[conformance.Verdict]int
		}
		require.NoError(t, json.Unmarshal(line, &head))
		switch i {
		case 0:
			require.Equal(t, "run", head.Type)
			require.NotContains(t, string(line), `"findings"`)
		case len(lines) - 1:
			require.Equal(t, "summary", head.Type)
			require.Equal(t, r.Summary, head.Summary)
		default:
			require.Equal(t, "finding", head.Type)
			require.Equal(t, r.Findings[i-1].Check, head.Check)
		}
	}
}

func validJUnit(t *testing.T, out []byte, r *conformance.Report) {
	type outcome struct{}
	var all struct {
		Tests  int `xml:"tests,attr"`
		Suites []struct {
			Tests int `xml:"tests,attr"`
			Cases []struct {
				Failure *outcome `xml:"failure"`
				Error   *outcome `xml:"error"`
				Skipped *outcome `xml:"skipped"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	require.NoError(t, xml.Unmarshal(out, &all))
	passed, suites := 0, 0
	for _, s := range all.Suites {
		suites += s.Tests
		require.Len(t, s.Cases, s.Tests)
		for _, c := range s.Cases {
			if c.Failure == nil && c.Error == nil && c.Skipped == nil {
				passed++
			}
		}
	}
	require.Equal(t, len(r.Findings), all.Tests)
	require.Equal(t, all.Tests, suites)
	warned := 0
	for _, f := range r.Findings {
		if f.Counts() && f.Verdict == conformance.Warn {
			warned++
		}
	}
	require.Equal(t, r.Summary[conformance.Pass]+warned, passed, "only what passed, and what warns unless strict, may look like a pass")
}

func validSARIF(t *testing.T, out []byte, r *conformance.Report) {
	var log struct {
		Runs []struct {
			Tool struct {
				Driver struct{ Rules []struct{ ID, Name string } }
			}
			Results []struct {
				RuleID    string
				RuleIndex int
				Message   struct{ Text string }
				Prints    map[string]string `json:"partialFingerprints"`
			}
		}
	}
	require.NoError(t, json.Unmarshal(out, &log))
	require.Len(t, log.Runs, 1)
	run := log.Runs[0]
	prints := map[string]bool{}
	for _, result := range run.Results {
		require.Equal(t, run.Tool.Driver.Rules[result.RuleIndex].ID, result.RuleID)
		require.NotContains(t, result.Message.Text, "](", "a link of a server's making")
		require.False(t, prints[result.Prints["mcpctl/v1"]], "two results with one fingerprint")
		prints[result.Prints["mcpctl/v1"]] = true
	}
	require.Equal(t, r.Summary[conformance.Fail]+r.Summary[conformance.Warn] > 0, len(run.Results) > 0)
}

func validTAP(t *testing.T, out string, r *conformance.Report) {
	point := regexp.MustCompile(`^(not )?ok (\d+) - (?:[^#\\]|\\.)+?( # (?:SKIP|TODO) .*)?$`)
	lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
	require.Equal(t, "TAP version 14", lines[0])
	require.Equal(t, "1.."+strconv.Itoa(len(r.Findings)), lines[1])
	n, block := 0, []string(nil)
	for _, line := range lines[2:] {
		switch {
		case line == "  ---":
			block = []string{}
		case line == "  ...":
			var diagnosis map[string]any
			require.NoError(t, yaml.Unmarshal([]byte(strings.Join(block, "\n")), &diagnosis))
			require.Equal(t, string(r.Findings[n-1].Verdict), diagnosis["verdict"])
			block = nil
		case block != nil:
			require.True(t, strings.HasPrefix(line, "  "), line)
			block = append(block, line)
		case strings.HasPrefix(line, "# "):
		case line == "Bail out! the run was interrupted":
			require.True(t, r.Interrupted)
		default:
			found := point.FindStringSubmatch(line)
			require.NotNil(t, found, line)
			n++
			require.Equal(t, strconv.Itoa(n), found[2])
			green := found[1] == "" && found[3] == ""
			require.Equal(t, r.Findings[n-1].Verdict == conformance.Pass, green, line)
		}
	}
	require.Equal(t, len(r.Findings), n)
}

// tags are all that the page may hold; ours alone have these attributes.
var (
	tags       = regexp.MustCompile(`<(/?[a-zA-Z!][^\s>]*)([^>]*)>`)
	tagNames   = regexp.MustCompile(`^(!doctype|/?(html|head|meta|title|style|body|header|main|footer|section|article|div|dl|dt|dd|p|h[1-3]|span|b|small|ul|ol|li|table|thead|tbody|tr|th|td|a|code|pre|details|summary))$`)
	attributes = regexp.MustCompile(`^(\s+(lang|charset|http-equiv|content|name|class|id|href|rel|scope|open|html|aria-(hidden|label|labelledby))(="[^"<>]*")?)*$`)
)

func validHTML(t *testing.T, out string) {
	for _, tag := range tags.FindAllStringSubmatch(out, -1) {
		require.Regexp(t, tagNames, tag[1])
		require.Regexp(t, attributes, tag[2])
		if strings.Contains(tag[2], "href=") {
			require.Regexp(t, `href="(#|https?://)`, tag[2])
		}
	}
	for _, name := range []string{"article", "details", "table", "section", "pre", "dl"} {
		open := len(regexp.MustCompile(`<`+name+`[\s>]`).FindAllString(out, -1))
		require.Equal(t, open, strings.Count(out, "</"+name+">"), name)
	}
}

// validMarkdown looks at what is outside of fences, where markup counts.
func validMarkdown(t *testing.T, out string) {
	fence := ""
	markup := regexp.MustCompile(`<(/?[a-zA-Z!][^>\s]*)`)
	for line := range strings.Lines(out) {
		line = strings.TrimPrefix(strings.TrimSuffix(line, "\n"), "  ") // one may stand in a list
		ticks := line[:len(line)-len(strings.TrimLeft(line, "`"))]
		switch {
		case fence == "" && len(ticks) >= 3:
			fence = ticks
		case fence != "":
			if len(ticks) >= len(fence) && strings.Trim(line, "` ") == "" {
				fence = ""
			}
		default:
			for _, tag := range markup.FindAllStringSubmatch(line, -1) {
				require.Regexp(t, `^/?(details|summary|b|code|sub)`, tag[1])
			}
			require.NotRegexp(t, `[^\\]\]\(|www\.|@`, line)
			for _, ours := range []string{"https://modelcontextprotocol.io/", "https://github.com/mcpctl/mcpctl/"} {
				line = strings.ReplaceAll(line, ours, "")
			}
			require.NotContains(t, line, "://")
		}
	}
	require.Empty(t, fence, "a fence is not closed")
	require.Equal(t, strings.Count(out, "\n<details>"), strings.Count(out, "\n</details>\n"))
	require.LessOrEqual(t, len(out), 1<<20)
}

func validGitHub(t *testing.T, out string) {
	lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
	require.LessOrEqual(t, len(lines), 51)
	for _, line := range lines[:len(lines)-1] {
		require.Regexp(t, `^::(error|warning) title=[^:,]+::`, line)
	}
	require.Regexp(t, `^mcpctl: `, lines[len(lines)-1])
}

func TestEveryFormatIsReadBack(t *testing.T) {
	for name, r := range reports() {
		for _, f := range report.Formats() {
			t.Run(name+"/"+f.Name, func(t *testing.T) {
				valid(t, f.Name, written(t, f, r, report.Options{}), r)
			})
		}
	}
}

func FuzzReports(f *testing.F) {
	for _, seed := range []string{"", "plain words", nasty, "]]>", "\xff\xfe\x00", "```\n~~~", "\u2028\u2029", "-- --> <!--", "a\\", "1. x", "{{", "::x", "##[x]"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r := hostile(text, 0)
		for _, f := range report.Formats() {
			valid(t, f.Name, written(t, f, r, report.Options{}), r)
		}
	})
}
