package main

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/testservers"
)

const root = "../../../"

func read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(root + name)
	require.NoError(t, err)
	return string(data)
}

// said are the arguments of a verb in a script.
func said(script, verb string) (all []string) {
	for line := range strings.Lines(script) {
		if rest, ok := strings.CutPrefix(strings.TrimSpace(line), verb+" "); ok {
			all = append(all, rest)
		}
	}
	return all
}

// shots are the names that a picture gives to frames.
func shots(picture string) (all []string) {
	for _, m := range regexp.MustCompile(`id="shot-([^"]*)"`).FindAllStringSubmatch(picture, -1) {
		all = append(all, m[1])
	}
	return all
}

// words are a picture's texts, with one blank between any two.
func words(t *testing.T, picture string) string {
	t.Helper()
	var b strings.Builder
	d := xml.NewDecoder(strings.NewReader(picture))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return strings.Join(strings.Fields(b.String()), " ")
		}
		require.NoError(t, err)
		if text, ok := token.(xml.CharData); ok {
			b.Write(text)
			b.WriteByte(' ')
		}
	}
}

func TestThePictureIsThatOfTheScript(t *testing.T) {
	script, picture := read(t, scriptFile), read(t, pictureFile)
	assert.Contains(t, picture, `data-script="`+digest([]byte(script))+`"`, "the script has changed since: go run ./inspect/tui/gen")
	assert.Equal(t, said(script, "shot"), shots(picture))
	text := words(t, picture)
	for _, waited := range said(script, "wait") {
		waited, _, _ = strings.Cut(strings.TrimPrefix(waited, `"`), `"`)
		assert.Contains(t, text, waited)
	}
	assert.True(t, strings.Contains(read(t, "README.md"), pictureFile), "the README does not show %s", pictureFile)
}

func TestThePictureNeedsNothingElse(t *testing.T) {
	picture := read(t, pictureFile)
	for _, foreign := range []string{"<script", "<image", "<foreignObject", "@import", "url(", `href="http`, "onload", "/root", "/home", "/tmp"} {
		assert.NotContains(t, picture, foreign)
	}
	assert.Contains(t, picture, "prefers-reduced-motion")
	assert.Less(t, len(picture), 500_000)
}

// All but the last chapter, which takes as long as judging a server does.
func TestTheScriptStillPlays(t *testing.T) {
	t.Setenv("PATH", filepath.Join(testservers.Dir(t), "npm/node_modules/.bin")+string(os.PathListSeparator)+os.Getenv("PATH"))
	script, _, found := strings.Cut(read(t, scriptFile), "# All checks")
	require.True(t, found)
	script = regexp.MustCompile(`(?m)^(pause|pace) .*$`).ReplaceAllString(script, "$1 1ms")
	name := filepath.Join(t.TempDir(), "quick.drive")
	require.NoError(t, os.WriteFile(name, []byte(script), 0o600))
	cast, err := play(t.Context(), name, root+answersFile)
	require.NoError(t, err)
	picture, err := draw(cast, []byte(script))
	require.NoError(t, err)
	assert.Equal(t, said(script, "shot"), shots(string(picture)))
	assert.Contains(t, words(t, string(picture)), "The sum of 19.5 and 22.5 is 42.")
}

func TestPiecesOfARow(t *testing.T) {
	all, err := pieces("a \x1b[1;38;2;125;207;255mb\x1b[m\x1b[48;2;1;2;3m✓  ❌\x1b[0m")
	require.NoError(t, err)
	assert.Equal(t, []piece{
		{col: 0, width: 2, text: "a "},
		{col: 2, width: 1, text: "b", style: style{fg: "#7dcfff", bold: true}},
		{col: 3, width: 5, text: "✓  ❌", style: style{bg: "#010203"}},
	}, all)
	for _, bad := range []string{"\x1b[2J", "\x1b[3m", "\x1b[38;2;1;2;999m", "\x1b[38;5;1m"} {
		_, err := pieces(bad)
		assert.Error(t, err, "%q", bad)
	}
}

func TestRunsAreWordsShapesAndSigns(t *testing.T) {
	assert.Equal(t, []piece{
		{col: 1, width: 4, text: "ab c"}, {col: 7, width: 1, text: "d"}, {col: 9, width: 1, text: "✓"},
		{col: 11, width: 2, text: "e<"}, {col: 13, width: 3, text: "───"},
	}, runs(piece{col: 0, text: " ab c  d ✓ e<───"}))
}

func TestAFilmOfARecording(t *testing.T) {
	f, err := readFilm(strings.NewReader(`{"version":2,"width":3,"height":2}
[0,"o","\u001b[Ha\r\nb"]
[0.01,"o","\u001b[Hc\r\nb"]
[0.5,"m","first"]
[0.51,"o","\u001b[Hd\r\nb"]
`))
	require.NoError(t, err)
	require.Len(t, f.frames, 2, "two at once are one")
	assert.Equal(t, []string{"c", "b"}, f.frames[0].rows)
	assert.Equal(t, "first", f.frames[0].shot)
	for _, bad := range []string{"", `{"version":3}`, "{\"version\":2}\n[1]x", "{\"version\":2}\n[1,\"r\",\"9x9\"]"} {
		_, err := readFilm(strings.NewReader(bad))
		assert.Error(t, err, "%q", bad)
	}
}
