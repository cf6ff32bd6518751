package doctor_test

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/inspect/doctor"
)

var (
	commentLine = regexp.MustCompile(`^# (?:HELP [a-z_]+ .+|TYPE [a-z_]+ (?:gauge|counter|summary))$`)
	sampleLine  = regexp.MustCompile(`^([a-z_]+)\{((?:[a-z_]+="(?:[^"\\]|\\\\|\\"|\\n)*",?)*)\} (\S+)$`)
)

// assertPrometheus holds a text to the format: known lines only, no sample twice,
// and each family announced before it.
func assertPrometheus(t *testing.T, text string) {
	t.Helper()
	require.True(t, strings.HasSuffix(text, "\n"))
	seen := map[string]bool{}
	announced := map[string]bool{}
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if strings.HasPrefix(line, "#") {
			assert.Regexp(t, commentLine, line)
			announced[strings.Fields(line)[2]] = true
			continue
		}
		m := sampleLine.FindStringSubmatch(line)
		require.NotNil(t, m, "no sample: %s", line)
		family := strings.TrimSuffix(strings.TrimSuffix(m[1], "_sum"), "_count")
		assert.True(t, announced[family], "%s is not announced", family)
		_, err := strconv.ParseFloat(m[3], 64)
		require.NoError(t, err)
		assert.False(t, seen[m[1]+m[2]], "%s is there twice", line)
		seen[m[1]+m[2]] = true
	}
}

func TestWritePrometheus(t *testing.T) {
	n := 3
	all := []doctor.Diagnosis{
		{Name: "a\"b\\c\nd\x1b", Client: "Test", File: "f.json", Server: &doctor.Identity{Name: "s", Version: "1"}, Transport: "stdio", Revision: "2025-11-25",
			Offers: &doctor.Offers{Tools: &n}, Latency: &doctor.Latency{First: doctor.Millis(time.Second), P50: doctor.Millis(2 * time.Millisecond)},
			Steps: []doctor.Step{{Name: doctor.StepConfig, Status: doctor.OK}, {Name: doctor.StepHandshake, Status: doctor.OK}}},
		{Name: "down", Client: "Test", File: "f.json", Steps: []doctor.Step{{Name: doctor.StepHandshake, Status: doctor.Fail}}},
	}
	var out bytes.Buffer
	require.NoError(t, doctor.WritePrometheus(&out, all))
	assertPrometheus(t, out.String())
	assert.Contains(t, out.String(), `server="a\"b\\c\\nd\\x1b"`)
	assert.Contains(t, out.String(), `mcpctl_server_up{server="down",client="Test",file="f.json"} 0`)
	assert.Contains(t, out.String(), `mcpctl_server_ping_seconds{server="a\"b\\c\\nd\\x1b",client="Test",file="f.json"} 0.002`)
	out.Reset()
	require.NoError(t, doctor.WritePrometheus(&out, nil))
	assert.Empty(t, out.String())
}
