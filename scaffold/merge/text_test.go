package merge_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/scaffold/merge"
)

func sides(base, yours, new string) merge.Sides {
	return merge.Sides{Base: []byte(base), Yours: []byte(yours), New: []byte(new)}
}

func TestText(t *testing.T) {
	for name, tc := range map[string]struct {
		base, yours, new string
		want             string
		conflicts        []string
	}{
		"nothing":               {base: "", yours: "", new: "", want: ""},
		"only the user":         {base: "a\nb\n", yours: "a\nB\n", new: "a\nb\n", want: "a\nB\n"},
		"only the template":     {base: "a\nb\n", yours: "a\nb\n", new: "a\nB\n", want: "a\nB\n"},
		"both the same":         {base: "a\nb\nc\n", yours: "a\nB\nc\n", new: "a\nB\nc\n", want: "a\nB\nc\n"},
		"in different places":   {base: "a\nb\nc\nd\n", yours: "A\nb\nc\nd\n", new: "a\nb\nc\nD\n", want: "A\nb\nc\nD\n"},
		"insertion and removal": {base: "a\nb\nc\nd\n", yours: "x\na\nb\nc\nd\n", new: "a\nb\nd\n", want: "x\na\nb\nd\n"},
		"the same line": {
			base: "a\nb\nc\n", yours: "a\nmine\nc\n", new: "a\ntheirs\nc\n",
			want:      "a\n<<<<<<< yours\nmine\n||||||| base\nb\n=======\ntheirs\n>>>>>>> new\nc\n",
			conflicts: []string{"line 2"},
		},
		"neighbouring lines are no accident": {
			base: "a\nb\n", yours: "A\nb\n", new: "a\nB\n",
			want:      "<<<<<<< yours\nA\nb\n||||||| base\na\nb\n=======\na\nB\n>>>>>>> new\n",
			conflicts: []string{"line 1"},
		},
		"removed here, changed there": {
			base: "a\nb\nc\n", yours: "a\nc\n", new: "a\nB\nc\n",
			want:      "a\n<<<<<<< yours\n||||||| base\nb\n=======\nB\n>>>>>>> new\nc\n",
			conflicts: []string{"line 2"},
		},
		"added by both, without an end of line": {
			base: "", yours: "mine", new: "theirs",
			want:      "<<<<<<< yours\nmine\n||||||| base\n=======\ntheirs\n>>>>>>> new\n",
			conflicts: []string{"line 1"},
		},
		"the last line gets its end":      {base: "a\nb\nc", yours: "A\nb\nc", new: "a\nb\nc\n", want: "A\nb\nc\n"},
		"a Windows editor keeps its ends": {base: "a\nb\nc\n", yours: "A\r\nb\r\nc\r\n", new: "a\nb\nC\n", want: "A\r\nb\r\nC\r\n"},
	} {
		t.Run(name, func(t *testing.T) {
			got := merge.Text(sides(tc.base, tc.yours, tc.new))
			assert.Equal(t, tc.want, string(got.Data))
			var at []string
			for _, c := range got.Conflicts {
				at = append(at, c.At)
				assert.NotEmpty(t, c.Note)
			}
			assert.Equal(t, tc.conflicts, at)
		})
	}
}

// Whatever the texts: who changed nothing decides nothing.
func TestTextLaws(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		base := randomText(r, 12)
		x := randomText(r, 12)
		holdLaws(t, []byte(base), []byte(x))
	}
}

func FuzzText(f *testing.F) {
	f.Add("a\nb\nc\n", "a\nB\nc\n", "b\nc")
	f.Add("", "x", "\r\n\r\n")
	f.Fuzz(func(t *testing.T, base, yours, new string) {
		holdLaws(t, []byte(base), []byte(yours))
		if strings.Contains(yours+new, "\r\n") {
			return // the user's ends of lines win: the sides are not alike
		}
		there := merge.Text(sides(base, yours, new))
		back := merge.Text(sides(base, new, yours))
		assert.Len(t, back.Conflicts, len(there.Conflicts), "the sides are alike")
		if len(there.Conflicts) == 0 {
			assert.Equal(t, string(there.Data), string(back.Data))
		}
	})
}

func holdLaws(t *testing.T, base, x []byte) {
	t.Helper()
	for name, s := range map[string]merge.Sides{
		"only the template changed it": {Base: base, Yours: base, New: x},
		"only the user changed it":     {Base: base, Yours: x, New: base},
		"both changed it alike":        {Base: base, Yours: x, New: x},
	} {
		if bytes.Contains(s.Yours, []byte("\r\n")) {
			continue // the user's ends of lines win, which the laws do not know
		}
		got := merge.Text(s)
		require.Empty(t, got.Conflicts, name)
		require.Equal(t, string(x), string(got.Data), name)
	}
}

// Few different lines, so that they repeat.
func randomText(r *rand.Rand, most int) string {
	var b strings.Builder
	for range r.IntN(most) {
		b.WriteByte("abcd"[r.IntN(4)])
		b.WriteByte('\n')
	}
	return b.String()
}

// Held against git, byte for byte, markers included. Every line is made once, so
// that there is one right way to match them up and nothing to choose.
func TestTextIsWhatGitWrites(t *testing.T) {
	dir := t.TempDir()
	r := rand.New(rand.NewPCG(3, 4))
	clean, conflicting := 0, 0
	for i := range 150 {
		base := make([]string, r.IntN(30))
		for j := range base {
			base[j] = fmt.Sprintf("base %d\n", j)
		}
		s := sides(strings.Join(base, ""), randomEdits(r, base, "yours"), randomEdits(r, base, "new"))
		got := merge.Text(s)
		want, conflicts := gitMergeFile(t, dir, s)
		require.Equal(t, want, string(got.Data), "case %d: %q", i, s)
		require.Len(t, got.Conflicts, conflicts, "case %d", i)
		if conflicts == 0 {
			clean++
		} else {
			conflicting++
		}
	}
	assert.Greater(t, clean, 20)
	assert.Greater(t, conflicting, 20)
}

func randomEdits(r *rand.Rand, base []string, who string) string {
	text := slices.Clone(base)
	for n := range r.IntN(4) {
		at := r.IntN(len(text) + 1)
		line := fmt.Sprintf("%s %d\n", who, n)
		if r.IntN(5) == 0 {
			line = fmt.Sprintf("both %d\n", n)
		}
		until := min(len(text), at+r.IntN(3))
		if slices.Contains(text, line) {
			continue
		}
		text = slices.Replace(text, at, until, line)
		if r.IntN(3) == 0 {
			text = slices.Delete(text, at, at+1)
		}
	}
	return strings.Join(text, "")
}

func gitMergeFile(t *testing.T, dir string, s merge.Sides) (string, int) {
	t.Helper()
	for name, data := range map[string][]byte{"yours": s.Yours, "base": s.Base, "new": s.New} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), data, 0o600))
	}
	cmd := exec.CommandContext(t.Context(), "git", "merge-file", "-p", "--diff3", "yours", "base", "new")
	cmd.Dir = dir
	out, err := cmd.Output()
	if err != nil {
		require.Positive(t, cmd.ProcessState.ExitCode(), "%v", err) // the number of conflicts
	}
	return string(out), cmd.ProcessState.ExitCode()
}

// A text that was written anew from end to end costs no more than its bound.
func TestTextOfStrangers(t *testing.T) {
	var base, yours strings.Builder
	for i := range 20000 {
		fmt.Fprintf(&base, "a%d\n", i)
		fmt.Fprintf(&yours, "b%d\n", i)
	}
	got := merge.Text(sides(base.String(), yours.String(), base.String()))
	assert.Equal(t, yours.String(), string(got.Data))
	assert.Empty(t, got.Conflicts)
}
