package tui

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/inspect"
	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

func queue(d *driver) *pending { return d.app.screens[6].(*pending) }

// calling has a driver call a tool of the reference server.
func calling(t *testing.T, rev mcp.Revision, tool string, w, h int) *driver {
	t.Helper()
	d := newDriver(t, mcptest.New().Target(t, mcp.Stdio), w, h, func(o *Options) { o.Inspect.Revision = rev })
	d.see("ready")
	d.until("the lists", func() bool { return d.room.Lists.Of(inspect.Templates) != nil })
	d.room.Conn.Latency = 5 * time.Millisecond
	call(t, d, tool)
	return d
}

func call(t *testing.T, d *driver, tool string) {
	t.Helper()
	entry, err := inspect.Tools.Find(d.room.Lists.Of(inspect.Tools), tool)
	require.NoError(t, err)
	args := mcp.MustParse(`{}`)
	_, cmd := d.room.Start("call", tool, args, func(ctx context.Context, c *inspect.Client) (mcp.Value, []string, error) {
		result, err := c.CallTool(ctx, entry, args)
		return result, nil, err
	})
	d.do(cmd)
}

// last waits for the end of the latest run and gives it.
func last(d *driver) *Run {
	d.until("the end of the call", func() bool { return d.room.Runs[len(d.room.Runs)-1].State != Running })
	return d.room.Runs[len(d.room.Runs)-1]
}

func TestAFormIsAnsweredInBothEras(t *testing.T) {
	for _, c := range []struct {
		rev  mcp.Revision
		sent string
	}{{mcp.Rev20251125, "the response will be"}, {mcp.Rev20260728, "inputResponses"}} {
		for _, size := range sizes {
			d := calling(t, c.rev, "elicit", size[0], size[1])
			d.see("? 1 pending")
			d.keys("7")
			d.until("its place in the traffic", func() bool { return queue(d).current().wire.there })
			d.advance(12 * time.Second)
			d.see("waiting 12 s")
			d.golden(goldenName("pending-"+c.rev.Era().String(), size))
			d.keys("tab")
			d.keys("z")
			d.see(c.sent)
			d.keys("z", "shift+tab", "enter")
			d.see("send it all the same") // the name is missing
			d.keys("esc", "n", "i", "Ada", "enter", "enter")
			run := last(d)
			require.NoError(t, run.Err)
			assert.Contains(t, run.Result.String(), "Ada")
			d.see("Nothing is waiting")
			assert.Empty(t, queue(d).Urgent())
		}
	}
}

func TestQuestionsAreDeclinedCancelledAndRefused(t *testing.T) {
	d := calling(t, mcp.Rev20251125, "elicit", 120, 36)
	for _, c := range []struct{ tool, key, want string }{{"elicit", "D", "gave no name"}, {"elicit", "C", "gave no name"}, {"roots", "D", "roots: "}} {
		if queue(d).current() == nil {
			if len(d.room.Runs) > 1 || d.room.Runs[0].State != Running {
				call(t, d, c.tool)
			}
		}
		d.see("? 1 pending")
		d.keys("7", c.key)
		assert.Contains(t, last(d).Result.String(), c.want)
	}
	call(t, d, "sample")
	d.see("? 1 pending")
	d.keys("C")
	d.see("sampling is answered or refused")
	d.keys("D")
	assert.ErrorContains(t, last(d).Err, "the user refused")
}

func TestAModelIsPlayedByHand(t *testing.T) {
	d := calling(t, mcp.Rev20251125, "sample", 120, 36)
	d.see("? 1 pending")
	d.keys("7", "i", "moonlight", "enter")
	d.see(`"moonlight"`)
	d.keys("enter")
	assert.Contains(t, last(d).Result.String(), "moonlight")
}

func TestAnAddressIsShownAndOpenedOnlyOnAKey(t *testing.T) {
	d := calling(t, mcp.Rev20251125, "elicit_url", 120, 36)
	d.see("? 1 pending")
	d.keys("7")
	d.see("host")
	d.see("Nothing is opened before you press o")
	d.keys("enter")
	require.NoError(t, last(d).Err)
	for address, want := range map[string]struct {
		host, doubt, why string
	}{
		"https://ok.example/a":      {host: "ok.example"},
		"http://plain.example/":     {host: "plain.example", doubt: "not encrypted"},
		"http://127.0.0.1:1/":       {host: "127.0.0.1"},
		"https://bank.example@x.io": {host: "x.io", doubt: "before the host"},
		"https://xn--80ak6aa92e.io": {host: "xn--80ak6aa92e.io", doubt: "look like others"},
		"file:///etc/passwd":        {why: "no http or https"},
		"javascript:alert(1)":       {why: "no http or https"},
		"https:///nohost":           {why: "no http or https"},
	} {
		q := &question{method: "elicitation/create", params: mcp.ValueOf(map[string]any{"mode": "url", "url": address})}
		host, doubts, why := q.address()
		assert.Equal(t, want.host, host, address)
		assert.Contains(t, why, want.why, address)
		assert.Equal(t, want.why == "", why == "", address)
		if want.doubt == "" {
			assert.Empty(t, doubts, address)
		} else {
			require.Len(t, doubts, 1, address)
			assert.Contains(t, doubts[0], want.doubt)
		}
	}
}

func TestTheSameQuestionIsAnsweredByItselfOnceTold(t *testing.T) {
	d := calling(t, mcp.Rev20251125, "elicit", 120, 36)
	d.see("? 1 pending")
	d.keys("7", "n", "i", "Ada", "enter", "A")
	assert.Contains(t, last(d).Result.String(), "Ada")
	call(t, d, "elicit")
	assert.Contains(t, last(d).Result.String(), "Ada")
	d.see("answered as before")
	d.keys("U")
	call(t, d, "elicit")
	d.see("? 1 pending")
}

func TestAQuestionGoesWithItsCall(t *testing.T) {
	d := calling(t, mcp.Rev20260728, "elicit", 120, 36)
	d.see("? 1 pending")
	d.keys("x")
	d.until("the question to go", func() bool { return queue(d).current() == nil })
	d.see("nobody waits any more")
}

func TestSavedAnswersAnswerAScript(t *testing.T) {
	d := calling(t, mcp.Rev20251125, "elicit", 120, 36)
	d.see("? 1 pending")
	path := filepath.Join(t.TempDir(), "answers.yaml")
	d.keys("7", "n", "i", "Ada", "enter", "ctrl+s", "ctrl+u", path, "esc")
	assert.NoFileExists(t, path, "esc writes nothing")
	d.keys("ctrl+s", "ctrl+u", path, "enter")
	d.see("written to")
	d.keys("ctrl+s", "ctrl+u", path, "enter")
	d.see("nothing is overwritten")
	d.keys("esc", "enter")
	last(d)
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	answers, err := inspect.ReadAnswers(data)
	require.NoError(t, err)
	c, err := inspect.Open(t.Context(), mcptest.New().Target(t, mcp.Stdio), inspect.Options{Answers: answers})
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close(context.Background()) })
	result, err := c.Ask(t.Context(), "tools/call", map[string]any{"name": "elicit", "arguments": map[string]any{}}, nil)
	require.NoError(t, err)
	assert.Contains(t, result.String(), "Ada")
}

func TestAnswersFile(t *testing.T) {
	elicit := func(message string) mcp.Value {
		return mcp.ValueOf(map[string]any{"message": message, "requestedSchema": map[string]any{}})
	}
	page := mcp.ValueOf(map[string]any{"mode": "url", "message": "go", "url": "https://a.example/*"})
	prompt := mcp.MustParse(`{"messages":[{"role":"user","content":{"type":"text","text":"tell: \"x\"\n\u001b[31m"}}]}`)
	data, err := answersFile([]given{
		{method: "elicitation/create", params: elicit("who?"), answer: mcp.MustParse(`{"action":"accept","content":{"name":"old"}}`)},
		{method: "elicitation/create", params: elicit("who?"), answer: mcp.MustParse(`{"action":"accept","content":{"name":"new","n":1.50}}`)},
		{method: "elicitation/create", params: elicit("and?"), answer: mcp.MustParse(`{"action":"decline"}`)},
		{method: "elicitation/create", params: page, answer: mcp.MustParse(`{"action":"accept"}`)},
		{method: "sampling/createMessage", params: prompt, answer: sampled(mcp.MustParse(`{"text":"hi"}`))},
		{method: "sampling/createMessage", params: mcp.MustParse(`{"messages":[]}`), refused: true},
		{method: "roots/list", answer: mcp.MustParse(`{"roots":[{"uri":"file:///a","name":"A"}]}`)},
	})
	require.NoError(t, err)
	assert.NotContains(t, string(data), "old", "the last answer counts")
	assert.NotContains(t, string(data), "\x1b")
	a, err := inspect.ReadAnswers(data)
	require.NoError(t, err)
	assert.Len(t, a.Elicitation, 3)
	assert.Len(t, a.Sampling, 2)
	assert.Equal(t, []inspect.Root{{URI: "file:///a", Name: "A"}}, a.Roots)
	_, err = answersFile([]given{{method: "elicitation/create", params: elicit("x"), answer: mcp.MustParse(`{"action":"perhaps"}`)}})
	assert.ErrorContains(t, err, "could not read it again")
}

func TestTooManyQuestionsAreDeclined(t *testing.T) {
	d := newDriver(t, mcptest.New().Target(t, mcp.Stdio), 80, 24)
	d.see("ready")
	ask := d.room.respond(d.room.Conn.turn)
	ended := make(chan error, maxQuestions+1)
	ctx, cancel := context.WithCancel(t.Context())
	for range maxQuestions + 1 {
		go func() {
			answer, err := ask(ctx, "elicitation/create", mcp.MustParse(`{"message":"again?","requestedSchema":{"type":"object","properties":{}}}`))
			if v, ok := answer.(mcp.Value); ok && v.Get("action").Text() == "decline" {
				err = errors.New("declined")
			}
			ended <- err
		}()
	}
	d.until("all questions", func() bool { return queue(d).n == maxQuestions+1 })
	assert.EqualError(t, <-ended, "declined")
	d.keys("7", ">")
	d.see("2 of 50")
	cancel()
	d.until("all to go", func() bool { return queue(d).current() == nil })
}

func TestAQuestionThatNobodyKnowsIsRefusedOrAnsweredByHand(t *testing.T) {
	d := newDriver(t, mcptest.New().Target(t, mcp.Stdio), 80, 24)
	d.see("ready")
	ended := make(chan error, 1)
	go func() {
		_, err := d.room.respond(1)(t.Context(), "strange/question", mcp.MustParse(`{"x":"\u001b[31m"}`))
		ended <- err
	}()
	d.keys("7")
	d.see("does not know this question")
	assert.NotContains(t, d.screen(), "\x1b[31m")
	q := queue(d).current()
	d.keys("C")
	d.see("answered or refused")
	d.keys("D")
	require.ErrorIs(t, <-ended, errRefused)
	assert.Contains(t, toasted(queue(d).give(q, q.declined(), "refused", false), d), "nobody waits")
}

// toasted is what the line above the footer says.
func toasted(_ tea.Cmd, d *driver) string { return d.app.toast.text }
