package term_test

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/internal/term"
)

func TestSafe(t *testing.T) {
	for name, tc := range map[string]struct{ in, want string }{
		"plain":                    {"hello, wörld 你好 🙂", "hello, wörld 你好 🙂"},
		"lines and tabs stay":      {"a\n\tb", "a\n\tb"},
		"emoji form stays":         {"❤\uFE0F", "❤\uFE0F"},
		"honest replacement stays": {"\uFFFD", "\uFFFD"},
		"a written escape stays":   {`\x1b[31m`, `\x1b[31m`},
		"colour":                   {"\x1b[31mred\x1b[0m", `\x1b[31mred\x1b[0m`},
		"title by OSC and BEL":     {"\x1b]0;owned\a", `\x1b]0;owned\x07`},
		"device control string":    {"\x1bPq\x1b\\", `\x1bPq\x1b\`},
		"CSI as one C1 character":  {"\u009b31m", `\u009b31m`},
		"CSI as one raw byte":      {"\x9b31m", `\x9b31m`},
		"next line":                {"a\u0085b", `a\u0085b`},
		"carriage return":          {"good\rbad", `good\rbad`},
		"backspace and delete":     {"a\bb\x7f", `a\x08b\x7f`},
		"null":                     {"\x00", `\x00`},
		"right-to-left override":   {"exe.\u202egpj", `exe.\u202egpj`},
		"isolates":                 {"\u2066a\u2069", `\u2066a\u2069`},
		"bidi marks":               {"\u200e\u200f\u061c", `\u200e\u200f\u061c`},
		"zero width":               {"ad\u200bmin\ufeff\u2060", `ad\u200bmin\ufeff\u2060`},
		"soft hyphen":              {"a\u00adb", `a\u00adb`},
		"tag characters":           {"\U000E0041\U000E007F", `\U000e0041\U000e007f`},
		"hidden selectors":         {"a\U000E0100\uFE01", `a\U000e0100\ufe01`},
		"line separators":          {"a\u2028b\u2029", `a\u2028b\u2029`},
		"Hangul filler":            {"a\u3164b", `a\u3164b`},
		"not UTF-8":                {"a\xff\xc3", `a\xff\xc3`},
		"encoded surrogate":        {"\xed\xa0\x80", `\xed\xa0\x80`},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, tc.want, term.Safe(tc.in))
		})
	}
}

func TestSafeLine(t *testing.T) {
	assert.Equal(t, `a\nb\tc\r\n`, term.SafeLine("a\nb\tc\r\n"))
	assert.Equal(t, "plain", term.SafeLine("plain"))
}

func TestClip(t *testing.T) {
	for name, tc := range map[string]struct {
		in   string
		n    int
		want string
	}{
		"shorter":        {"abc", 4, "abc"},
		"as long":        {"abc", 3, "abc"},
		"longer":         {"abcdef", 2, "ab… (+4 characters)"},
		"whole letters":  {"äöü", 2, "äö… (+1 characters)"},
		"broken UTF-8":   {"\xff\xff\xff", 1, "\xff… (+2 characters)"},
		"none":           {"abc", 0, "… (+3 characters)"},
		"less than none": {"abc", -1, "… (+3 characters)"},
		"nothing to cut": {"", 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, tc.want, term.Clip(tc.in, tc.n))
		})
	}
}

func TestCILine(t *testing.T) {
	for in, want := range map[string]string{
		"plain text":                   "plain text",
		"a ::error:: in the middle":    "a ::error:: in the middle",
		"## a heading [link]":          "## a heading [link]",
		"::error::owned":               `\::error::owned`,
		"  ::set-output name=x::y":     `  \::set-output name=x::y`,
		"\u3000::add-mask::x":          "\u3000\\::add-mask::x",
		"\t::debug::":                  `\t::debug::`,
		"a\n::stop-commands::x":        `a\n::stop-commands::x`,
		"x ##[error]y":                 `x #\#[error]y`,
		"###[group]":                   `##\#[group]`,
		"##vso[task.setvariable]x":     `#\#vso[task.setvariable]x`,
		"##teamcity[testFailed]":       `#\#teamcity[testFailed]`,
		"::a ##[b]##[c]":               `\::a #\#[b]#\#[c]`,
		"\x1b[0Ksection_start:1:x\r::": `\x1b[0Ksection_start:1:x\r::`,
	} {
		assert.Equal(t, want, term.CILine(in), "%q", in)
		assert.Equal(t, want, term.CILine(want), "%q a second time", in)
	}
}

func TestCIDefusesEveryLine(t *testing.T) {
	assert.Equal(t, "a\n\\::error::x\n\\::group::y\n", term.CI("a\n::error::x\n::group::y\n"))
}

func TestWriterAcrossWrites(t *testing.T) {
	var out bytes.Buffer
	w := term.NewWriter(&out)
	for _, chunk := range []string{"caf\xc3", "\xa9 \xe2\x80", "\xae\x1b", "[2J", "\xf0\x9f"} {
		n, err := w.Write([]byte(chunk))
		require.NoError(t, err)
		require.Equal(t, len(chunk), n)
	}
	require.NoError(t, w.Close())
	assert.Equal(t, `café \u202e\x1b[2J\xf0\x9f`, out.String())
}

func FuzzSafe(f *testing.F) {
	for _, seed := range []string{"plain", "\x1b[31m", "\u202e", "\xff\xe2\x80", "a\r\n::error::x", "##[x]", "\U000E0041"} {
		f.Add(seed, 3)
	}
	f.Fuzz(func(t *testing.T, s string, cut int) {
		safe := term.Safe(s)
		require.True(t, utf8.ValidString(safe))
		for _, r := range safe {
			require.False(t, forbidden(r), "%U is left in %q", r, safe)
		}
		require.Equal(t, safe, term.Safe(safe), "safe text must stay as it is")

		line := term.CILine(s)
		require.NotContains(t, line, "\n")
		require.NotContains(t, line, "##[")
		require.False(t, strings.HasPrefix(strings.TrimSpace(line), "::"), line)

		var out bytes.Buffer
		w := term.NewWriter(&out)
		cut = min(max(cut, 0), len(s))
		for _, part := range []string{s[:cut], s[cut:]} {
			_, err := w.Write([]byte(part))
			require.NoError(t, err)
		}
		require.NoError(t, w.Close())
		require.Equal(t, safe, out.String(), "a stream must read as the whole does")
	})
}

// forbidden is a second opinion, by number alone.
func forbidden(r rune) bool {
	switch {
	case r == '\n', r == '\t':
		return false
	case r < 0x20, r >= 0x7F && r <= 0x9F,
		r == 0xAD, r == 0x61C, r == 0x180E, r == 0xFEFF,
		r >= 0x200B && r <= 0x200F, r >= 0x2028 && r <= 0x202E, r >= 0x2060 && r <= 0x206F,
		r >= 0xE0000 && r <= 0xE0FFF:
		return true
	}
	return false
}
