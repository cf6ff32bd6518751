package tape_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/inspect/tape"
	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

// What is recorded, played and recorded again is the same but for the clock.
func TestAPlayedRecordingIsTheSame(t *testing.T) {
	for _, kind := range []mcp.TransportKind{mcp.Stdio, mcp.HTTP} {
		for _, revision := range mcp.Timeline() {
			for seed := range uint64(3) {
				t.Run(fmt.Sprintf("%s %s %d", kind, revision, seed), func(t *testing.T) {
					first := taped(t, act(t, mcptest.New().Target(t, kind), revision, seed), kind)
					require.Greater(t, len(first.Frames), 20)
					assert.Equal(t, revision, first.Revision())
					again := taped(t, act(t, played(t, first, kind), revision, seed), kind)
					same(t, model(t, first), model(t, again))
				})
			}
		}
	}
}

// same compares line by line: the whole at once could not be read.
func same(t *testing.T, want, got []string) {
	t.Helper()
	for i := range min(len(want), len(got)) {
		require.Equal(t, want[i], got[i])
	}
	require.Len(t, got, len(want))
}

func recorded(t *testing.T, kind mcp.TransportKind, revision mcp.Revision) *tape.Tape {
	return taped(t, act(t, mcptest.New().Target(t, kind), revision, 1), kind)
}

func TestARecordingOfOneTransportPlaysOnTheOther(t *testing.T) {
	for _, revision := range []mcp.Revision{mcp.Rev20251125, mcp.Rev20260728} {
		made := recorded(t, mcp.Stdio, revision)
		s := mcptest.Dial(t, played(t, made, mcp.HTTP), mcp.Options{Revision: revision})
		assert.NotEmpty(t, s.Server().String())
	}
}

func TestTheUnknownIsRefusedByName(t *testing.T) {
	for _, kind := range []mcp.TransportKind{mcp.Stdio, mcp.HTTP} {
		made := recorded(t, kind, mcp.Rev20251125)
		s := mcptest.Dial(t, played(t, made, kind), mcp.Options{Revision: mcp.Rev20251125})
		e := s.Call(t.Context(), "prompts/get", map[string]any{"name": "x"}).RPCError()
		require.NotNil(t, e)
		assert.EqualValues(t, mcp.CodeMethodNotFound, e.Code)
		assert.Contains(t, e.Message, "the recording has no prompts/get; it has initialize")
		e = s.Call(t.Context(), "tools/call", map[string]any{"name": "never"}).RPCError()
		require.NotNil(t, e)
		assert.EqualValues(t, mcp.CodeInvalidParams, e.Code)
		assert.Contains(t, e.Message, "not with these params")
	}
}

func TestTheOtherEraIsRefused(t *testing.T) {
	for made, other := range map[mcp.Revision]mcp.Revision{mcp.Rev20251125: mcp.Rev20260728, mcp.Rev20260728: mcp.Rev20251125} {
		target := played(t, recorded(t, mcp.Stdio, made), mcp.Stdio)
		_, err := mcp.Connect(t.Context(), target, mcp.Options{Revision: other, Limits: mcptest.Limits()})
		require.Error(t, err)
		assert.Contains(t, err.Error(), string(made))
	}
}

func TestNobodyElsesPageIsServed(t *testing.T) {
	target := played(t, recorded(t, mcp.HTTP, mcp.Rev20251125), mcp.HTTP)
	for name, change := range map[string]func(*http.Request){
		"host":   func(r *http.Request) { r.Host = "evil.example" },
		"origin": func(r *http.Request) { r.Header.Set("Origin", "http://evil.example") },
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, target.URL, strings.NewReader(`{}`))
		require.NoError(t, err)
		change(r)
		answer, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
		assert.Equal(t, http.StatusForbidden, answer.StatusCode, name)
	}
}

func TestAnEmptyRecordingCannotBePlayed(t *testing.T) {
	_, err := tape.NewPlayer(&tape.Tape{})
	assert.ErrorContains(t, err, "asked nothing")
}

func TestNoiseIsAnsweredAsJSONRPCAsks(t *testing.T) {
	p, err := tape.NewPlayer(recorded(t, mcp.Stdio, mcp.Rev20250326))
	require.NoError(t, err)
	var out strings.Builder
	in := "nonsense\n\n{\"id\":1}\n[{\"id\":5,\"method\":\"no/such\"},{\"method\":\"notifications/none\"}]\n"
	require.NoError(t, p.ServeStdio(strings.NewReader(in), &out, io.Discard))
	assert.Equal(t, 3, strings.Count(out.String(), "\n"), out.String())
	assert.Contains(t, out.String(), "-32700")
	assert.Contains(t, out.String(), "-32600")
	assert.Contains(t, out.String(), `"id":5`)
}

func TestReplayAgainstTheSameServer(t *testing.T) {
	for _, revision := range []mcp.Revision{mcp.Rev20250618, mcp.Rev20251125, mcp.Rev20260728} {
		for _, from := range []mcp.TransportKind{mcp.Stdio, mcp.HTTP} {
			for _, to := range []mcp.TransportKind{mcp.Stdio, mcp.HTTP} {
				t.Run(fmt.Sprintf("%s %s to %s", revision, from, to), func(t *testing.T) {
					made := recorded(t, from, revision)
					report, err := tape.Replay(t.Context(), made, mcptest.New().Target(t, to), tape.ReplayOptions{})
					require.NoError(t, err)
					assert.Greater(t, len(report.Answers), 10)
					assert.Empty(t, report.Unanswered)
					for _, c := range report.Answers {
						assert.Equal(t, tape.Same, c.Verdict, "%s %s: %v %s", c.Method, c.Name, c.Differences, c.Why)
					}
				})
			}
		}
	}
}

func TestReplayFindsWhatDiffers(t *testing.T) {
	made := recorded(t, mcp.Stdio, mcp.Rev20251125)
	changed := mcptest.New()
	changed.Faults = mcptest.SetIn("tools/list", "/tools/0/description", "changed")
	target := changed.Target(t, mcp.Stdio)
	report, err := tape.Replay(t.Context(), made, target, tape.ReplayOptions{})
	require.NoError(t, err)
	assert.False(t, report.Same())
	assert.Positive(t, report.Count(tape.Differs))
	for _, c := range report.Answers {
		if c.Verdict == tape.Differs {
			require.Len(t, c.Differences, 1)
			assert.Equal(t, "/result/tools/0/description", c.Differences[0].Pointer)
			assert.Equal(t, "changed", c.Differences[0].Live.Text())
		}
	}
	ignored, err := tape.ParseIgnored("tools/list:/result/tools/*/description")
	require.NoError(t, err)
	report, err = tape.Replay(t.Context(), made, target, tape.ReplayOptions{Ignore: []tape.Ignored{ignored}})
	require.NoError(t, err)
	assert.True(t, report.Same())
}

func TestReplayLearnsWhatChangesByItself(t *testing.T) {
	handle := func(t *testing.T, target mcp.Target) *mcp.Session {
		s := mcptest.Dial(t, target, mcp.Options{Revision: mcp.Rev20251125})
		call(t, s, "handle", map[string]any{})
		return s
	}
	made := taped(t, handle(t, mcptest.New().Target(t, mcp.Stdio)), mcp.Stdio)
	target := mcptest.New().Target(t, mcp.Stdio)
	report, err := tape.Replay(t.Context(), made, target, tape.ReplayOptions{})
	require.NoError(t, err)
	assert.Equal(t, 1, report.Count(tape.Differs), "a handle is random")
	report, err = tape.Replay(t.Context(), made, target, tape.ReplayOptions{Learn: true})
	require.NoError(t, err)
	assert.True(t, report.Same())
	assert.Equal(t, []tape.Ignored{{Method: "tools/call", Pointer: "/result/content/0/text"}}, report.Learnt)
}

func TestReplayTellsOfAServerThatEnds(t *testing.T) {
	made := recorded(t, mcp.Stdio, mcp.Rev20251125)
	dying := mcptest.New()
	dying.Faults.ExitOn = func(_ *mcptest.Context, m mcp.Message) bool { return m.Method() == "tools/call" }
	report, err := tape.Replay(t.Context(), made, dying.Target(t, mcp.Stdio), tape.ReplayOptions{})
	require.NoError(t, err)
	assert.Positive(t, report.Count(tape.Missing))
	assert.Positive(t, report.Count(tape.Same))
}

func TestReplayAgainstNobody(t *testing.T) {
	made := recorded(t, mcp.Stdio, mcp.Rev20251125)
	_, err := tape.Replay(t.Context(), made, mcp.Target{URL: "http://127.0.0.1:1/mcp"}, tape.ReplayOptions{})
	var unreached *mcp.ConnectError
	require.ErrorAs(t, err, &unreached)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = tape.Replay(ctx, made, mcptest.New().Target(t, mcp.Stdio), tape.ReplayOptions{})
	require.Error(t, err)
}
