package tui

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/mcp"
)

func TestWrapBreaksAtBlanksAndKeepsTheIndent(t *testing.T) {
	for _, one := range []struct {
		text string
		w    int
		want string
	}{
		{"short", 10, "short"},
		{"two words that wrap", 10, "two words|that wrap"},
		{"  indented text here", 12, "  indented|  text here"},
		{"unbreakable", 4, "unbr|eaka|ble"},
		{"日本語テ", 4, "日本|語テ"},
		{"日", 1, "日"},
		{"a\nb", 5, "a|b"},
	} {
		var got []string
		for _, line := range Wrap(Plain, one.text, one.w) {
			got = append(got, line.String())
		}
		assert.Equal(t, one.want, strings.Join(got, "|"), "%q at %d", one.text, one.w)
	}
	label := append(L(Dim, "name").Fit(8), S(Plain, "a long value"))
	assert.Equal(t, "        value", label.Wrap(17)[1].String())
}

func TestCutFitEndsAndSlice(t *testing.T) {
	line := Line{S(Plain, "日本"), S(Bad, "語 text")}
	assert.Equal(t, "日本…", line.Cut(5).String())
	assert.Equal(t, "日本語 text  ", line.Fit(13).String())
	assert.Equal(t, "日…  end", line.Ends(L(Dim, "  end"), 8).String())
	assert.Equal(t, 6, line.slice(1, 7).Width())
	assert.Equal(t, "text  ", line.slice(7, 13).String())
}

func TestEveryTextIsMadeSafe(t *testing.T) {
	assert.Equal(t, `\x1b[31mred\u202e`, S(Plain, "\x1b[31mred\u202e").text)
	assert.Equal(t, `a\nb    c`, S(Plain, "a\nb\tc").text)
}

func TestFuzzyFindsLettersInTheirOrderAndPrefersBeginnings(t *testing.T) {
	names := []string{"trigger-sampling", "get-sum", "summary", "echo"}
	found := func(pattern string) (all []string) {
		for _, i := range rank(pattern, names, func(s string) string { return s }) {
			all = append(all, names[i])
		}
		return all
	}
	assert.Equal(t, []string{"summary", "get-sum"}, found("sum"))
	assert.Equal(t, []string{"get-sum"}, found("gts"))
	assert.Equal(t, names, found(""))
	assert.Empty(t, found("sumx"))
}

func TestAFilterTakesWordsAndDeniesThem(t *testing.T) {
	wanted, unwanted := words("get !env")
	assert.True(t, fits("get-sum", wanted, unwanted))
	assert.False(t, fits("get-env", wanted, unwanted))
	assert.False(t, fits("echo", wanted, unwanted))
}

func TestAFilterPutsTheCursorOnWhatFitsBest(t *testing.T) {
	p := listPane[string]{text: func(s string) string { return s }}
	p.set([]string{"toggle-simulated-logging", "get-sum", "simulate-research-query"})
	p.rows.at = 2
	p.SetFilter("sum")
	found, _ := p.current()
	assert.Equal(t, "get-sum", found)
	p.SetFilter("nothing at all")
	_, there := p.current()
	assert.False(t, there)
	p.SetFilter("!get")
	found, _ = p.current()
	assert.Equal(t, "toggle-simulated-logging", found, "the first of those that fit alike")
}

func TestAListKeepsItsCursorWhenItsEntriesAreReadAnew(t *testing.T) {
	p := listPane[string]{text: func(s string) string { return s }, same: func(a, b string) bool { return a == b }}
	p.set([]string{"a", "b", "c"})
	p.rows.move(1)
	p.set([]string{"new", "a", "b", "c"})
	got, _ := p.current()
	assert.Equal(t, "b", got)
	p.SetFilter("c")
	got, _ = p.current()
	assert.Equal(t, "c", got)
	p.SetFilter("nothing")
	_, ok := p.current()
	assert.False(t, ok)
}

func TestURITemplatesAreExpandedAsTheStandardSays(t *testing.T) {
	given := map[string]string{"x": "a b/c", "y": "1", "list": ""}
	for template, want := range map[string]string{
		"t://{x}":        "t://a%20b%2Fc",
		"t://{+x}":       "t://a b/c",
		"t://h{/x,y}":    "t://h/a%20b%2Fc/1",
		"t://h{?x,y}":    "t://h?x=a%20b%2Fc&y=1",
		"t://h{?z}":      "t://h",
		"t://h{#y}":      "t://h#1",
		"t://{x:3}{y*}":  "t://a%20b%2Fc1",
		"t://{unclosed":  "t://{unclosed",
		"t://h{;y}{.y}":  "t://h;y=1.1",
		"t://h?a=1{&y}z": "t://h?a=1&y=1z",
	} {
		assert.Equal(t, want, expand(template, given), template)
	}
	assert.Equal(t, []string{"a", "b"}, variables("x{/a,b}{?a}"))
}

func TestALineOfArgumentsIsSplitAsACommandLineIs(t *testing.T) {
	for text, want := range map[string][]string{
		`a=1 b=two`:               {"a=1", "b=two"},
		`a="x y" b='z "q"'`:       {"a=x y", `b=z "q"`},
		`a:={"k": [1, 2]} b=1`:    {`a:={"k": [1, 2]}`, "b=1"},
		`a:="with } and space" b`: {`a:="with } and space"`, "b"},
		`  `:                      nil,
		`a=""`:                    {"a="},
	} {
		got, err := splitWords(text)
		require.NoError(t, err)
		assert.Equal(t, want, got, text)
	}
	_, err := splitWords(`a="open`)
	assert.ErrorContains(t, err, "not closed")
}

func TestTheCommandThatDoesTheSameIsQuoted(t *testing.T) {
	r := newRoom(t.Context(), Options{Target: mcp.Target{Name: "x", Command: []string{"node", "my server.js"}}})
	got := r.command("tools call", "get-sum", mcp.ValueOf(map[string]any{"a": 1, "t": "it's"}))
	assert.Equal(t, `mcpctl tools call get-sum a:=1 't=it'\''s' -- node 'my server.js'`, got)
}

func TestLongTextsShowAPartAndMoreOnDemand(t *testing.T) {
	lines, more := textLines(Plain, strings.Repeat("x\n", 100), 50)
	assert.True(t, more)
	assert.Len(t, lines, 26)
	v := mcp.ValueOf(map[string]any{"deep": strings.Repeat("y", 10_000), "list": []any{1, true, nil, "s"}})
	drawn, more := jsonDoc(v)(1 << 20)
	assert.False(t, more)
	text := fmt.Sprint(drawn)
	assert.Contains(t, text, "(+5904 bytes)")
	_, more = jsonDoc(v)(100)
	assert.True(t, more)
}
