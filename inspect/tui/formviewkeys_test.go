package tui

import (
	"context"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/mcp"
)

func TestFormViewTyping(t *testing.T) {
	f := testForm(t, `{"properties":{"a":{"type":"string"},"n":{"type":"integer"},"b":{"type":"boolean"}},"required":["a"]}`)
	assert.False(t, f.Typing())
	_, problems := f.Value()
	assert.Equal(t, []string{"/a is required"}, problems)
	assert.NotContains(t, shown(f, 60, 20), "✗", "nobody has been there yet")

	pressKeys(t, f, "i")
	assert.True(t, f.Typing())
	pressKeys(t, f, "'jk q", "tab", "'12x", "backspace", "enter")
	assert.False(t, f.Typing())
	v, problems := f.Value()
	assert.Equal(t, `{"a":"jk q","n":12}`, v.String())
	assert.Empty(t, problems)

	pressKeys(t, f, "j", "space")
	v, _ = f.Value()
	assert.Equal(t, `{"a":"jk q","n":12,"b":true}`, v.String())
	pressKeys(t, f, "k", "k", "o")
	assert.Contains(t, shown(f, 60, 20), "✗ is required", "it was left out by hand")
	pressKeys(t, f, "o")
	v, _ = f.Value()
	assert.Equal(t, `{"a":"","n":12,"b":true}`, v.String(), "the empty text is a value of its own")

	pressKeys(t, f, "i", "'x", "esc")
	assert.False(t, f.Back(), "esc is free again")
	pressKeys(t, f, "i", "tab", "shift+tab", "'y", "down", "'3", "up", "enter")
	v, _ = f.Value()
	assert.Equal(t, `{"a":"xy","n":123,"b":true}`, v.String())
}

func TestFormViewGrows(t *testing.T) {
	f := testForm(t, toolSchema)
	f.cursor = rowKey{path: "/tags"}
	pressKeys(t, f, "+", "'one", "enter", "+", "'two", "enter", "K")
	v, _ := f.Value()
	assert.Equal(t, `["two","one"]`, v.Get("tags").String())
	assert.Equal(t, "/tags/0", f.cursor.path)
	pressKeys(t, f, "-")
	v, _ = f.Value()
	assert.Equal(t, `["one"]`, v.Get("tags").String())

	f.cursor = rowKey{"/labels", true}
	question, ok := pressKeys(t, f, "space").(askMsg)
	require.True(t, ok)
	runCmd(f, question.done("a/b"))
	pressKeys(t, f, "'v", "enter")
	question, ok = pressKeys(t, f, "m").(askMsg)
	require.True(t, ok)
	runCmd(f, question.done("c"))
	v, _ = f.Value()
	assert.Equal(t, `{"c":"v"}`, v.Get("labels").String())
	assert.Equal(t, "/labels/c", f.cursor.path)
	f.cursor = rowKey{path: "/count"}
	said, ok := pressKeys(t, f, "-").(toastMsg)
	require.True(t, ok)
	assert.Contains(t, said.text, "belongs to the form")
}

func TestFormViewBranchesAndOptions(t *testing.T) {
	f := testForm(t, toolSchema)
	f.cursor = rowKey{path: "/target"}
	pressKeys(t, f, "b")
	assert.Contains(t, shown(f, 60, 30), "(2/2) byName")
	pressKeys(t, f, "space")
	assert.NotContains(t, shown(f, 60, 30), "exact", "folded")
	pressKeys(t, f, "n")
	assert.Equal(t, "/target/name", f.cursor.path, "the next problem is in what is folded")
	assert.Contains(t, shown(f, 60, 30), "exact")

	f.cursor = rowKey{path: "/include"}
	pressKeys(t, f, "left", "space", "left", "space", "space")
	v, _ := f.Value()
	assert.Equal(t, `["audio"]`, v.Get("include").String())

	wide := testForm(t, `{"properties":{"e":{"enum":["`+strings.Join(strings.Split(strings.Repeat("x", 60), ""), `1","`)+`"]},"u":{"anyOf":[{"type":"string"},{"type":"integer"},{"type":"boolean"}]}}}`)
	menu, ok := pressKeys(t, wide, "space").(overlayMsg)
	require.True(t, ok, "many options are chosen in a menu")
	runCmd(wide, menu.Overlay.Keys()[0].Do())
	v, _ = wide.Value()
	assert.Equal(t, `{"e":"x1"}`, v.String())
	wide.cursor.path = "/u"
	_, ok = pressKeys(t, wide, "b").(overlayMsg)
	assert.True(t, ok)
}

func TestFormViewMouse(t *testing.T) {
	f := testForm(t, toolSchema)
	lines := strings.Split(shown(f, 60, 30), "\n")
	click := func(word string, of int) {
		for y, line := range lines {
			if x := strings.Index(line, word); x >= 0 {
				runCmd(f, f.Click(x+of, y))
				return
			}
		}
		require.Fail(t, word+" is not shown")
	}
	click("blob", 0)
	v, _ := f.Value()
	assert.Equal(t, `["blob"]`, v.Get("include").String())
	click("count", 0)
	assert.False(t, f.Typing())
	runCmd(f, f.Click(5, 1))
	assert.True(t, f.Typing())
	click("+ item", 1)
	assert.Equal(t, "/tags/0", f.cursor.path)
	click("target", 1)
	click("target", 1)
	assert.NotContains(t, shown(f, 60, 30), "\n    id", "the second click folds")
	assert.Nil(t, f.Click(0, 500))
}

func TestFormViewCompletes(t *testing.T) {
	asked := ""
	complete := func(_ context.Context, argument, text string, _ mcp.Value) []string {
		asked = argument + "=" + text
		return []string{"Paris", "Parma\x1b[2J"}
	}
	f := newPromptForm(formRoom(t), mcp.MustParse(`{"arguments":[{"name":"city","required":true},{"name":"b"}]}`), complete)
	f.View(60, 20)
	pressKeys(t, f, "i", "'Pa")
	assert.Equal(t, "city=Pa", asked)
	assert.Contains(t, shown(f, 60, 20), "ris  tab")
	pressKeys(t, f, "down")
	assert.Contains(t, shown(f, 60, 20), `rma\x1b[2J`, "made safe")
	pressKeys(t, f, "up", "tab")
	v, _ := f.Value()
	assert.Equal(t, `{"city":"Paris"}`, v.String())
	pressKeys(t, f, "tab")
	assert.Equal(t, "/b", f.cursor.path)
}

func TestFormViewPaste(t *testing.T) {
	f := testForm(t, `{"properties":{"a":{"type":"string"},"n":{"type":"number"}}}`)
	pressKeys(t, f, "i", "'xy", "left")
	f.Update(tea.PasteMsg{Content: "12"})
	assert.True(t, f.Typing())
	pressKeys(t, f, "'3")
	f.Update(tea.PasteMsg{Content: "\r\nnew\tline"})
	v, _ := f.Value()
	assert.Equal(t, `{"a":"x123\nnew\tliney"}`, v.String())
	f.cursor.path = "/n"
	f.Update(tea.PasteMsg{Content: " 1.0\n"})
	v, _ = f.Value()
	assert.Equal(t, "1.0", v.Get("n").String())
}

func TestFormViewEdited(t *testing.T) {
	f := testForm(t, toolSchema)
	sheet := f.form.Sheet("")
	assert.Equal(t, toastMsg{Dim, "nothing was changed"}, f.edited("", sheet, sheet))
	bad, ok := f.edited("", sheet, []byte("// x\n{")).(toastMsg)
	require.True(t, ok)
	assert.Equal(t, Bad, bad.role)
	runCmd(f, func() tea.Msg { return f.edited("", sheet, []byte(`{"count":2,"target":{"name":"n"},"more":[1]}`)) })
	v, problems := f.Value()
	assert.JSONEq(t, `{"count":2,"target":{"name":"n"},"more":[1]}`, v.String())
	assert.Empty(t, problems)
	f.Set(mcp.Value{})
	v, _ = f.Value()
	assert.False(t, v.Has("more"))
}

func TestFormViewMendsMisfits(t *testing.T) {
	f := testForm(t, `{"properties":{"n":{"type":"integer"}}}`)
	f.Set(mcp.MustParse(`{"n":"x"}`))
	assert.Contains(t, shown(f, 60, 20), `"x" as JSON`)
	pressKeys(t, f, "i", "backspace", "backspace", "backspace", "'7", "enter")
	v, problems := f.Value()
	assert.Equal(t, `{"n":7}`, v.String())
	assert.Empty(t, problems)
	assert.NotContains(t, shown(f, 60, 20), "as JSON")
}
