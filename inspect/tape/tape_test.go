package tape_test

import (
	"bytes"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/inspect/tape"
	"github.com/mcpctl/mcpctl/inspect/traffic"
	"github.com/mcpctl/mcpctl/mcp"
)

// written is a recording of frames, as text.
func written(t testing.TB, frames []traffic.Frame, secrets ...string) string {
	var out bytes.Buffer
	w, err := tape.NewWriter(&out, tape.Header{Started: time.Unix(1, 0)}, secrets...)
	require.NoError(t, err)
	for _, f := range frames {
		require.NoError(t, w.Write(f))
	}
	return out.String()
}

// anyFrame is any frame there can be.
func anyFrame(r *rand.Rand) traffic.Frame {
	texts := []string{
		`{"jsonrpc":"2.0","id":1,"method":"ping"}`, `{ "a" : 1.50 , "A":2,"a":3}`, "{\n\"id\": 1\n}", "not json", "", "\xff\x00\xfe", `"\u2028"`, "\u202e\x1b[2J",
		`{"message":{"message":"text"}}`, "[]", `{"x":"` + "\u2028" + `<&>"}`,
	}
	channels := []mcp.Channel{mcp.ChannelStdin, mcp.ChannelStdout, mcp.ChannelBody, mcp.ChannelEvent, traffic.ChannelStderr, traffic.ChannelHTTP}
	f := traffic.Frame{Frame: mcp.NewFrame(mcp.Direction(r.IntN(2)), channels[r.IntN(len(channels))], []byte(texts[r.IntN(len(texts))]))}
	f.At, f.Session, f.Exchange = time.Duration(r.IntN(1e9))*time.Microsecond, r.IntN(3), r.IntN(4)-1
	if r.IntN(3) == 0 {
		f.Size += r.IntN(100)
	}
	if r.IntN(3) == 0 {
		f.Event = &mcp.Event{ID: strings.Repeat("é", r.IntN(3)), HasID: true, Name: "message", Retry: "10"}
	}
	switch r.IntN(3) {
	case 0:
		f.HTTP = &traffic.HTTP{Method: "POST", URL: "http://127.0.0.1/mcp?x=<>", Header: http.Header{"Accept": {"a", "b"}}}
	case 1:
		f.HTTP = &traffic.HTTP{Status: 200 + r.IntN(300), Answer: http.Header{"Content-Type": {"text/plain"}}}
	}
	return f
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 7))
		frames := make([]traffic.Frame, r.IntN(20))
		for i := range frames {
			frames[i] = anyFrame(r)
		}
		made, err := tape.Read(strings.NewReader(written(t, frames)))
		require.NoError(t, err)
		require.Len(t, made.Frames, len(frames))
		assert.False(t, made.Cut)
		for i, want := range frames {
			got := made.Frames[i]
			assert.Equal(t, string(want.Data), string(got.Data))
			assert.Equal(t, want.At, got.At)
			assert.Equal(t, want.Size, got.Size)
			assert.Equal(t, []any{want.Direction, want.Channel, want.Session, want.Exchange, want.Event, want.HTTP},
				[]any{got.Direction, got.Channel, got.Session, got.Exchange, got.Event, got.HTTP})
		}
	}
}

// Wherever a crash has cut the file, what stands before the cut is read.
func TestACutRecordingIsRead(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	frames := []traffic.Frame{anyFrame(r), anyFrame(r), anyFrame(r)}
	whole := written(t, frames)
	lines := strings.SplitAfter(whole, "\n")
	for cut := len(lines[0]); cut <= len(whole); cut++ {
		made, err := tape.Read(strings.NewReader(whole[:cut]))
		require.NoError(t, err, "cut after %d bytes", cut)
		ended := strings.Count(whole[:cut], "\n") - 1
		rest := whole[strings.LastIndexByte(whole[:cut], '\n')+1 : cut]
		switch {
		case rest == "":
			assert.Len(t, made.Frames, ended)
			assert.False(t, made.Cut)
		case len(made.Frames) == ended+1: // only the line's end was missing
			assert.False(t, made.Cut)
		default:
			assert.Len(t, made.Frames, ended)
			assert.True(t, made.Cut)
		}
	}
}

func TestWhatIsNoRecordingIsRefused(t *testing.T) {
	head := `{"schema":"mcpctl.tape/v1","target":{},"started":"2026-01-01T00:00:00Z"}` + "\n"
	frame := `{"us":1,"from":"client","on":"stdin","message":{}}` + "\n"
	for text, want := range map[string]string{
		"":                            "no recording",
		"hello":                       "no recording",
		"{}":                          "no recording",
		`{"schema":"other/v1"}`:       "no recording",
		`{"schema":"mcpctl.tape/v2"}`: "take a newer one",
		head + "{broken\n" + frame:    "line 2",
		head + frame + `{"us":1,"from":"nobody","on":"stdin"}` + "\n" + frame: `from "nobody"`,
		head + `{"us":-1,"from":"client","on":"stdin"}` + "\n":                "line 2",
		head + `{"us":1,"from":"client"}` + "\n":                              "lacks its channel",
		head + `{"us":1,"from":"client","on":"stdin","base64":"!"}` + "\n":    "line 2",
	} {
		_, err := tape.Read(strings.NewReader(text))
		assert.ErrorContains(t, err, want, text)
	}
	made, err := tape.Read(strings.NewReader(head + "\n" + frame + `{"us":2,"from":"server","on":"new","later":{"x":1}}` + "\n"))
	require.NoError(t, err, "what later versions add is passed over")
	assert.Len(t, made.Frames, 2)
}

func TestCreateOverwritesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.mcpl")
	w, err := tape.Create(path, tape.Header{})
	require.NoError(t, err)
	require.NoError(t, w.Close())
	info, err := os.Stat(path)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	before, err := os.ReadFile(path)
	require.NoError(t, err)
	_, err = tape.Create(path, tape.Header{})
	assert.ErrorContains(t, err, "overwrite nothing")
	after, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, before, after)
	_, err = tape.Open(filepath.Join(t.TempDir(), "none"))
	assert.ErrorContains(t, err, "cannot open")
}

// Every line is in the file as soon as it was written.
func TestEveryLineIsFlushed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.mcpl")
	w, err := tape.Create(path, tape.Header{})
	require.NoError(t, err)
	defer func() { require.NoError(t, w.Close()) }()
	for n := range 3 {
		made, err := tape.Open(path)
		require.NoError(t, err)
		assert.Len(t, made.Frames, n)
		require.NoError(t, w.Write(anyFrame(rand.New(rand.NewPCG(1, 1)))))
	}
	frames, size := w.Written()
	assert.Equal(t, 3, frames)
	assert.Greater(t, size, int64(100))
}

func TestNoSecretIsWritten(t *testing.T) {
	var out bytes.Buffer
	w, err := tape.NewWriter(&out, tape.Header{Target: tape.Target{
		Name: "http://ada:hunter2@h/", URL: "http://ada:hunter2@h/?token=hunter3",
		Command: []string{"run", "--api-key", "hunter4", "--token=hunter5", "KEY=hunter6", "plain", "hunter7"},
	}}, "hunter7")
	require.NoError(t, err)
	f := traffic.Frame{Frame: mcp.NewFrame(mcp.Sent, mcp.ChannelBody, []byte(`{"a":"hunter7","b":"hunter\u0038","c":"fine"}`))}
	f.HTTP = &traffic.HTTP{Method: "POST", URL: "http://h/?sig=hunter9", Header: http.Header{
		"Authorization": {"Bearer hunter8"}, "Mcp-Session-Id": {"hunter0"}, "Accept": {"fine"}}}
	require.NoError(t, w.Write(f))
	assert.NotRegexp(t, `hunter\d`, out.String())
	assert.NotContains(t, out.String(), `hunter\u0038`)
	for _, kept := range []string{"fine", "plain", "--api-key", "Bearer [redacted]", "session-1"} {
		assert.Contains(t, out.String(), kept)
	}
	_, err = tape.Read(&out)
	require.NoError(t, err)
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(written(f, []traffic.Frame{anyFrame(rand.New(rand.NewPCG(1, 1))), anyFrame(rand.New(rand.NewPCG(1, 2)))})))
	f.Add([]byte(`{"schema":"mcpctl.tape/v1"}` + "\n" + `{"us":1,"from":"client","on":"stdin","message":{"id":1,"method":"x"}}` + "\n" + `{"us":1,"from":"server","on":"event","exchange":0,"message":{"id":1,"result":{}}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		made, err := tape.Read(bytes.NewReader(data))
		if err != nil {
			return
		}
		again, err := tape.Read(strings.NewReader(written(t, made.Frames)))
		require.NoError(t, err)
		require.Len(t, again.Frames, len(made.Frames))
		require.Equal(t, made.Revision(), again.Revision())
		l := made.Log()
		require.NoError(t, l.Close())
		if p, err := tape.NewPlayer(made); err == nil {
			var out strings.Builder
			for _, one := range made.Frames {
				require.NoError(t, p.ServeStdio(bytes.NewReader(append(one.Data, '\n')), &out, &out))
			}
		}
	})
}
