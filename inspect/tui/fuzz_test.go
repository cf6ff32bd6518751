package tui

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"
	"unicode"

	tea "charm.land/bubbletea/v2"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

// hostile is a text with all that could act on a terminal or deceive an eye.
const hostile = "\x1b]52;c;aGk=\x07\x1b]0;title\x07\x1b[2J\x1b[31mred\x1b[0m\u009b31m\r\b\x7f\u202egnp.exe\u200b\U000e0041\ufeff\x00end\tof it\xff\xfe"

// hostileServer says hostile things wherever it can.
func hostileServer(text string) *mcptest.Server {
	s := mcptest.New()
	s.Info = map[string]any{"name": "n" + text, "version": "1" + text, "title": text}
	s.Instructions = text + "\n" + text
	schema := map[string]any{"type": "object", "properties": map[string]any{
		"p" + text: map[string]any{"type": "string", "description": text, "enum": []any{"a" + text, "b"}, "default": "a" + text},
		"q":        map[string]any{"type": "object", "title": text, "properties": map[string]any{text: map[string]any{"type": "integer"}}},
	}, "required": []any{"p" + text}}
	s.Tools = []mcptest.Tool{{
		Name: "t", Descriptor: map[string]any{"name": "t" + text, "title": text, "description": text + "\n" + text, "inputSchema": schema},
		Call: func(c *mcptest.Call) (map[string]any, error) { return mcptest.Content(mcptest.Text(text)), nil },
	}, {
		Name: "talk", Descriptor: map[string]any{"name": "talk", "description": text, "inputSchema": map[string]any{"type": "object"}},
		Call: func(c *mcptest.Call) (map[string]any, error) {
			c.Progress(1, 2, text)
			c.Log("error", map[string]any{text: text})
			return mcptest.Content(mcptest.Text(text), mcptest.Image("image/png"+text, []byte("x")), mcptest.Link("x:"+text, text)), nil
		},
	}}
	s.Prompts = []mcptest.Prompt{{Name: "p" + text, Descriptor: map[string]any{"description": text, "arguments": []any{map[string]any{"name": "a" + text, "description": text}}},
		Get: func(*mcptest.Call) (map[string]any, error) { return mcptest.Messages(mcptest.Text(text)), nil }}}
	s.Resources = []mcptest.Resource{{URI: "x:r", Descriptor: map[string]any{"name": text, "description": text},
		Read: func(*mcptest.Call) ([]map[string]any, error) {
			return []map[string]any{mcptest.TextContents("x:r", text, text)}, nil
		}}}
	return s
}

// clean says what on a screen could act on a terminal; "" when nothing could.
// Sequences of our own are those that set colours.
func clean(screen string) string {
	rest := screen
	for {
		before, after, found := strings.Cut(rest, "\x1b[")
		if bad := strings.IndexFunc(before, dangerous); bad >= 0 {
			return before[max(0, bad-20):min(len(before), bad+20)]
		}
		if !found {
			return ""
		}
		end := strings.IndexByte(after, 'm')
		if end < 0 || strings.Trim(after[:end], "0123456789;:") != "" {
			return "a sequence that sets no colour: " + after[:min(20, len(after))]
		}
		rest = after[end+1:]
	}
}

func dangerous(r rune) bool {
	return r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r))
}

func TestCleanNoticesWhatIsNotClean(t *testing.T) {
	require.Empty(t, clean("plain\n\x1b[1;38;2;1;2;3mred\x1b[m"))
	for _, bad := range []string{"\x1b]52;c;x\x07", "\x1b[2J", "\u202e", "a\rb", "\u009b31m"} {
		require.NotEmpty(t, clean("x"+bad+"m"), "%q", bad)
	}
}

// presses are the keys that a random walk takes. ctrl+z and the editor leave the
// program; what they do is tried in a real terminal.
func presses() []string {
	all := strings.Split("enter esc tab shift+tab up down left right space backspace pgup pgdown home end ctrl+d ctrl+u ctrl+p ctrl+n", " ")
	for r := ' '; r < 0x7f; r++ {
		if !strings.ContainsRune("eEoqc", r) {
			all = append(all, string(r))
		}
	}
	return all
}

// walk presses random keys and looks at every screen.
func walk(t *testing.T, d *driver, random *rand.Rand, steps int) {
	t.Helper()
	all := presses()
	var trace []string
	for range steps {
		name := all[random.IntN(len(all))]
		trace = append(trace, name)
		key, ok := named(name)
		require.True(t, ok, name)
		switch random.IntN(12) {
		case 0:
			d.give(tea.WindowSizeMsg{Width: random.IntN(160), Height: random.IntN(50)})
		case 1:
			d.give(tea.MouseClickMsg{X: random.IntN(160), Y: random.IntN(50), Button: tea.MouseLeft})
		case 2:
			d.give(tea.MouseWheelMsg{X: random.IntN(160), Y: random.IntN(50), Button: tea.MouseWheelDown})
		case 3:
			d.give(tea.PasteMsg{Content: hostile})
		case 4:
			d.advance(300 * time.Millisecond)
		}
		d.give(key)
		for more := true; more; {
			select {
			case msg := <-d.msgs:
				d.give(msg)
			default:
				more = false
			}
		}
		d.over = false
		require.Empty(t, d.app.crash, "after %q", trace)
		content := d.app.View().Content
		require.Empty(t, d.app.crash, "after %q", trace)
		require.Empty(t, clean(content), "after %q the screen is\n%q", trace, content)
	}
}

func TestRandomKeysAndHostileWordsNeverReachTheTerminal(t *testing.T) {
	for seed := range uint64(6) {
		d := connected(t, hostileServer(hostile), 100, 30, func(o *Options) { o.bare = seed%2 == 0 })
		walk(t, d, rand.New(rand.NewPCG(seed, 7)), 400)
	}
}

func FuzzServerText(f *testing.F) {
	f.Add(hostile, uint64(1))
	f.Add("\u0080\u2028\u2066x", uint64(2))
	f.Fuzz(func(t *testing.T, text string, seed uint64) {
		d := connected(t, hostileServer(text), 90, 26, func(o *Options) { o.bare = false })
		walk(t, d, rand.New(rand.NewPCG(seed, 1)), 30)
	})
}

func FuzzLine(f *testing.F) {
	f.Add(hostile, 7)
	f.Add("日本語のテキスト and more", 3)
	f.Fuzz(func(t *testing.T, text string, w int) {
		w = 1 + abs(w)%200
		for _, line := range append(Wrap(Plain, text, w), L(Plain, text).Cut(w), L(Plain, text).Fit(w)) {
			require.LessOrEqual(t, line.Width(), max(2, w))
			require.Empty(t, clean(line.String()))
		}
		require.Equal(t, w, L(Plain, text).Fit(w).Width())
		require.Equal(t, w, L(Plain, text).slice(3, 3+w).Width())
	})
}

func abs(n int) int {
	if n < 0 {
		return max(0, -n)
	}
	return n
}
