package tui

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

// recorded are the events of an asciicast by their kinds.
func recorded(t *testing.T, cast string) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	for i, line := range strings.Split(strings.TrimSpace(cast), "\n") {
		if i == 0 {
			assert.JSONEq(t, `{"version":2,"width":90,"height":20,"title":"mcpctl inspect"}`, line)
			continue
		}
		var event []any
		require.NoError(t, json.Unmarshal([]byte(line), &event), "%q", line)
		require.Len(t, event, 3)
		all[event[1].(string)] = append(all[event[1].(string)], event[2].(string))
	}
	return all
}

func TestAScriptIsPlayedAndRecorded(t *testing.T) {
	var cast bytes.Buffer
	err := Drive(t.Context(), Options{Target: mcptest.New().Target(t, mcp.Stdio)}, strings.NewReader(`
# A story.
size 90x20
pace 1ms
wait tools 21
key 2
type /add
key enter enter
lapse 4
wait "[add]" 5s
shot form
size 60x16
pause 1ms
shot small
`), &cast)
	require.NoError(t, err)
	events := recorded(t, cast.String())
	assert.Equal(t, []string{"form", "small"}, events["m"])
	assert.Equal(t, []string{"60x16"}, events["r"])
	last := events["o"][len(events["o"])-1]
	assert.Contains(t, last, "\x1b[H")
	assert.Contains(t, last, "38;2;", "the colours are true")
	assert.Equal(t, 15, strings.Count(last, "\r\n"))
}

func TestAScriptThatFailsNamesItsLine(t *testing.T) {
	for script, says := range map[string]string{
		"wait \"what is never shown\" 1ms": `line 1 of the script, wait: the screen has not shown "what is never shown"`,
		"\n#\nkey q\npause 5s":             "line 3 of the script, key: the inspector has ended",
		"key enter hyper":                  `line 1 of the script: there is no key "hyper"`,
		"dance":                            `"dance" is none of`,
		"shot":                             "shot needs something after it",
		"pause soon":                       `"soon" is no time`,
		"pause 2h":                         `"2h" is no time`,
		"size 100":                         `"100" is no size`,
		"size 9999x1":                      `"9999x1" is no size`,
		"lapse 0":                          `"0" is no number`,
		`wait "x" y`:                       `"y" is no time`,
	} {
		target := mcp.Target{Name: "nobody", Command: []string{"/nonexistent"}}
		if strings.Contains(script, "key q") {
			script = strings.Replace(script, "key q\n", "key q q\n", 1)
		}
		err := Drive(t.Context(), Options{Target: target}, strings.NewReader(script), &bytes.Buffer{})
		assert.ErrorContains(t, err, says, "%q", script)
	}
}

func FuzzScript(f *testing.F) {
	f.Add("size 100x30\nwait \"a\" 3s\ntype x y\nkey ctrl+c enter\nlapse 3\nshot a")
	f.Fuzz(func(t *testing.T, script string) {
		steps, err := readScript(strings.NewReader(script))
		if err != nil {
			return
		}
		for _, s := range steps {
			assert.NotEmpty(t, s.text)
			assert.LessOrEqual(t, s.time, maxPause)
			assert.LessOrEqual(t, s.size.Width, maxSide)
		}
	})
}
