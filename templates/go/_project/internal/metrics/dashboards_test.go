package metrics

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"example.com/acme-server/internal/observe"
)

const folder = "../../deploy/observability"

var (
	metricName   = regexp.MustCompile(`\b(?:mcp|process|go)_[a-z0-9_]+`)
	recordedName = regexp.MustCompile(`\b[a-z_]+:[a-z0-9_]+:[a-z0-9_]+`)
	recordRule   = regexp.MustCompile(`(?m)^\s*- record: (\S+)$`)
	outcomes     = regexp.MustCompile(`outcome[=!]~?\\?"([a-z_|]+)\\?"`)
	fqName       = regexp.MustCompile(`fqName: "([^"]+)"`)
)

// exported names every metric that the program can export.
func exported() map[string]bool {
	descs := make(chan *prometheus.Desc)
	go func() {
		New(Config{Runtime: true}, Build{}, sources).registry.Describe(descs)
		close(descs)
	}()
	all := map[string]bool{}
	for desc := range descs {
		if m := fqName.FindStringSubmatch(desc.String()); m != nil {
			all[m[1]] = true
		}
	}
	return all
}

// unknown returns the metrics and recorded series in text that do not exist, and
// the outcomes that no request ever has.
func unknown(text string, recorded []string) []string {
	var missing []string
	known := exported()
	// The names in a recorded series are not metrics.
	for _, name := range metricName.FindAllString(recordedName.ReplaceAllString(text, ""), -1) {
		base := name
		for _, part := range []string{"_bucket", "_sum", "_count"} {
			base = strings.TrimSuffix(base, part)
		}
		if !known[name] && !known[base] {
			missing = append(missing, name)
		}
	}
	for _, name := range recordedName.FindAllString(text, -1) {
		if !slices.Contains(recorded, name) {
			missing = append(missing, name)
		}
	}
	for _, m := range outcomes.FindAllStringSubmatch(text, -1) {
		for outcome := range strings.SplitSeq(m[1], "|") {
			if !slices.Contains(observe.Outcomes(), outcome) {
				missing = append(missing, "outcome "+outcome)
			}
		}
	}
	return missing
}

func read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(folder, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func recordedSeries(t *testing.T) []string {
	t.Helper()
	var all []string
	for _, m := range recordRule.FindAllStringSubmatch(read(t, "recording-rules.yaml"), -1) {
		all = append(all, m[1])
	}
	return all
}

func TestEveryMetricInUseExists(t *testing.T) {
	recorded := recordedSeries(t)
	if len(recorded) == 0 {
		t.Fatal("recording-rules.yaml records nothing")
	}
	for _, name := range []string{"recording-rules.yaml", "alerts.yaml", "slo.yaml", "dashboard.json"} {
		text := read(t, name)
		if len(metricName.FindAllString(text, -1)) == 0 {
			t.Errorf("%s uses no metric", name)
		}
		for _, missing := range unknown(text, recorded) {
			t.Errorf("%s uses %s, which does not exist", name, missing)
		}
	}
}

// The test above is only worth something if it notices.
func TestUnknownNamesAreNoticed(t *testing.T) {
	text := `mcp_requests_total{outcome=~"failed|exploded"} / mcp_made_up_total + job:mcp_made_up:rate5m + mcp_sessions_bucket`
	want := []string{"mcp_made_up_total", "job:mcp_made_up:rate5m", "outcome exploded"}
	got := unknown(text, nil)
	if !slices.Equal(got, want) {
		t.Errorf("unknown = %q, want %q", got, want)
	}
}

func TestObjectivesAreBucketBounds(t *testing.T) {
	// A bound is written in two ways: servers differ in how they write 1.
	bounds := regexp.MustCompile(`le=~"([0-9.]+)\|`).FindAllStringSubmatch(read(t, "slo.yaml"), -1)
	if len(bounds) == 0 {
		t.Fatal("slo.yaml has no objective for the duration")
	}
	for _, m := range bounds {
		var bound float64
		if err := json.Unmarshal([]byte(m[1]), &bound); err != nil || !slices.Contains(buckets, bound) {
			t.Errorf("le=%q is no bound of the buckets %v", m[1], buckets)
		}
	}
}

func TestDashboardIsJSON(t *testing.T) {
	var board struct{ Panels []struct{ Title string } }
	if err := json.Unmarshal([]byte(read(t, "dashboard.json")), &board); err != nil {
		t.Fatal(err)
	}
	if len(board.Panels) == 0 {
		t.Error("the dashboard is empty")
	}
}
