package inspect_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/inspect"
	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

// place is a transport and a revision to meet a server in.
type place struct {
	kind     mcp.TransportKind
	revision mcp.Revision
}

func (p place) String() string { return fmt.Sprintf("%s/%s", p.kind, p.revision) }

// everywhere runs a test over stdio and HTTP in both eras.
func everywhere(t *testing.T, f func(t *testing.T, p place)) {
	for _, kind := range []mcp.TransportKind{mcp.Stdio, mcp.HTTP} {
		for _, r := range []mcp.Revision{mcp.Rev20251125, mcp.Rev20260728} {
			p := place{kind, r}
			t.Run(p.String(), func(t *testing.T) { t.Parallel(); f(t, p) })
		}
	}
}

// open opens a client of s that is closed when the test ends.
func open(t *testing.T, s *mcptest.Server, p place, o inspect.Options) *inspect.Client {
	t.Helper()
	o.Revision = p.revision
	c, err := inspect.Open(t.Context(), s.Target(t, p.kind), o)
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close(context.Background()) })
	return c
}

// call calls a tool with the words given.
func call(t *testing.T, c *inspect.Client, name string, words ...string) (mcp.Value, error) {
	t.Helper()
	tool, err := c.FindTool(t.Context(), name)
	require.NoError(t, err)
	given, err := inspect.ParseArguments(words, "", inspect.Sources{})
	require.NoError(t, err)
	arguments, unjudged, err := given.For(tool, false)
	require.NoError(t, err)
	require.NoError(t, unjudged)
	return c.CallTool(t.Context(), tool, arguments)
}

func text(result mcp.Value) string {
	all := ""
	for _, p := range inspect.ContentParts(result) {
		all += p.Text
	}
	return all
}

func TestOpenAgreesOnARevision(t *testing.T) {
	for name, tc := range map[string]struct {
		speaks []mcp.Revision
		asked  mcp.Revision
		want   mcp.Revision // "" when there is no session
	}{
		"the newest with a handshake": {mcp.Timeline(), "", mcp.Rev20251125},
		"an older one":                {[]mcp.Revision{mcp.Rev20241105, mcp.Rev20250618}, "", mcp.Rev20250618},
		"none with a handshake":       {[]mcp.Revision{mcp.Rev20260728}, "", mcp.Rev20260728},
		"the one asked for":           {mcp.Timeline(), mcp.Rev20250326, mcp.Rev20250326},
		"one that is not spoken":      {[]mcp.Revision{mcp.Rev20250618}, mcp.Rev20260728, ""},
		"another that is not spoken":  {[]mcp.Revision{mcp.Rev20250618}, mcp.Rev20251125, ""},
	} {
		for _, kind := range []mcp.TransportKind{mcp.Stdio, mcp.HTTP} {
			t.Run(name+" over "+string(kind), func(t *testing.T) {
				s := mcptest.New()
				s.Revisions = tc.speaks
				c, err := inspect.Open(t.Context(), s.Target(t, kind), inspect.Options{Revision: tc.asked})
				if tc.want == "" {
					var refusal *mcp.ConnectError
					require.True(t, errors.As(err, &refusal), "%v", err)
					return
				}
				require.NoError(t, err)
				defer func() { _ = c.Close(context.Background()) }()
				assert.Equal(t, tc.want, c.Revision())
				result, err := call(t, c, "add", "a=1", "b=2.5")
				require.NoError(t, err)
				assert.JSONEq(t, `{"sum": 3.5}`, text(result))
			})
		}
	}
}

func TestOpenFindsTheOldTransport(t *testing.T) {
	c, err := inspect.Open(t.Context(), mcptest.New().Target(t, mcp.SSE), inspect.Options{})
	require.NoError(t, err)
	defer func() { _ = c.Close(context.Background()) }()
	assert.Equal(t, mcp.SSE, c.Session().Kind())
}

func TestOpenSaysThatCredentialsAreNeeded(t *testing.T) {
	s := mcptest.New()
	s.Token = "secret"
	target := s.Target(t, mcp.HTTP)
	target.Header = nil
	_, err := inspect.Open(t.Context(), target, inspect.Options{})
	var refusal *mcp.ConnectError
	require.True(t, errors.As(err, &refusal), "%v", err)
	assert.Equal(t, mcp.CauseAuth, refusal.Cause)
}

func TestLists(t *testing.T) {
	everywhere(t, func(t *testing.T, p place) {
		s := mcptest.New() // two entries a page
		c := open(t, s, p, inspect.Options{})
		inv, err := c.Take(t.Context())
		require.NoError(t, err)
		assert.Len(t, inv.Tools, len(s.Tools))
		assert.Len(t, inv.Templates, len(s.Templates))
		assert.Len(t, inv.Prompts, 3)
		assert.Equal(t, p.revision, inv.Revision)
		assert.NotEmpty(t, inv.Resources)
		_, err = inspect.Tools.Find(inv.Tools, "ecko")
		var unknown *inspect.UnknownError
		require.True(t, errors.As(err, &unknown))
		assert.Equal(t, "echo", unknown.Nearest)
	})
}

func TestListsWithoutEnd(t *testing.T) {
	s := mcptest.New()
	s.Faults = mcptest.SetIn("tools/list", "/nextCursor", "")
	s.Faults = mcptest.Combine(s.Faults, mcptest.Without(mcptest.SkipCursor))
	c := open(t, s, place{mcp.Stdio, mcp.Rev20251125}, inspect.Options{})
	entries, err := c.List(t.Context(), inspect.Tools)
	require.ErrorIs(t, err, inspect.ErrEndless)
	assert.NotEmpty(t, entries, "what was read comes along")
	_, err = c.FindTool(t.Context(), "echo")
	require.NoError(t, err, "it stands on the first page")
	_, err = c.FindTool(t.Context(), "ecko")
	require.ErrorIs(t, err, inspect.ErrEndless)
}

func TestListsThatAreNotOffered(t *testing.T) {
	s := mcptest.New()
	s.Prompts = nil
	c := open(t, s, place{mcp.Stdio, mcp.Rev20251125}, inspect.Options{})
	_, err := c.List(t.Context(), inspect.Prompts)
	assert.ErrorContains(t, err, "does not declare the capability prompts")
	inv, err := c.Take(t.Context())
	require.NoError(t, err)
	assert.Nil(t, inv.Prompts)
}

func TestErrorsOfTheServer(t *testing.T) {
	everywhere(t, func(t *testing.T, p place) {
		c := open(t, mcptest.New(), p, inspect.Options{})
		_, err := c.ReadResource(t.Context(), "mcptest://broken")
		var failure *mcp.RPCError
		require.True(t, errors.As(err, &failure), "%v", err)
		result, err := call(t, c, "fail")
		require.NoError(t, err)
		assert.True(t, result.Get("isError").True())
	})
}

// heard keeps events of a kind.
type heard struct {
	mu  sync.Mutex
	all []inspect.Event
}

func (h *heard) tell(e inspect.Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.all = append(h.all, e)
}

func (h *heard) of(kind string) (all []string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, e := range h.all {
		if e.Kind == kind {
			all = append(all, e.Text)
		}
	}
	return all
}

func TestProgressAndLogs(t *testing.T) {
	everywhere(t, func(t *testing.T, p place) {
		var h heard
		c := open(t, mcptest.New(), p, inspect.Options{Tell: h.tell, LogLevel: "error"})
		require.NoError(t, c.SetLogLevel(t.Context()))
		_, err := call(t, c, "progress", "steps=2")
		require.NoError(t, err)
		_, err = call(t, c, "log")
		require.NoError(t, err)
		require.NoError(t, c.Close(context.Background()))
		assert.Equal(t, []string{"1/2 Step 1 of 2", "2/2 Step 2 of 2"}, h.of(inspect.Progress))
		assert.Len(t, h.of(inspect.Log), 4, "error, critical, alert, emergency")
	})
}

func TestSmallRequests(t *testing.T) {
	everywhere(t, func(t *testing.T, p place) {
		c := open(t, mcptest.New(), p, inspect.Options{})
		took, err := c.Ping(t.Context())
		require.NoError(t, err)
		assert.Positive(t, took)
		got, err := c.Complete(t.Context(), inspect.TemplateRef("mcptest://weather/{country}/{city}"), "city", "", map[string]string{"country": "japan"})
		require.NoError(t, err)
		assert.JSONEq(t, `["kyoto","osaka"]`, got.Get("completion", "values").String())
		got, err = c.GetPrompt(t.Context(), "greet", map[string]string{"name": "Ada", "language": "french"})
		require.NoError(t, err)
		messages := inspect.PromptMessages(got)
		require.Len(t, messages, 1)
		assert.Equal(t, "Greet Ada in french.", messages[0].Parts[0].Text)
	})
}

func TestDiscover(t *testing.T) {
	s := mcptest.New()
	s.Revisions = []mcp.Revision{mcp.Rev20250618, mcp.Rev20260728}
	for _, kind := range []mcp.TransportKind{mcp.Stdio, mcp.HTTP} {
		d, err := inspect.Discover(t.Context(), s.Target(t, kind), mcp.Timeline(), inspect.Options{})
		require.NoError(t, err)
		assert.Equal(t, []mcp.Revision{mcp.Rev20260728, mcp.Rev20250618}, d.Revisions)
		assert.Len(t, d.Refused, 3)
		assert.True(t, d.Server.Get("capabilities").Has("tools"))
	}
}

func TestOutputIsCheckedAgainstItsSchema(t *testing.T) {
	tool := mcp.MustParse(`{"outputSchema": {"type": "object", "properties": {"n": {"type": "number"}}, "required": ["n"]}}`)
	for result, want := range map[string]int{
		`{"structuredContent": {"n": 1}}`:                    0,
		`{"structuredContent": {"n": "1"}}`:                  1,
		`{"structuredContent": {}}`:                          1,
		`{"content": []}`:                                    1,
		`{"content": [], "isError": true}`:                   0,
		`{"structuredContent": {"n": "1"}, "isError": true}`: 0,
	} {
		assert.Len(t, inspect.CheckOutput(tool, mcp.MustParse(result)), want, result)
	}
	assert.Empty(t, inspect.CheckOutput(mcp.MustParse(`{}`), mcp.MustParse(`{}`)))
	assert.Len(t, inspect.CheckOutput(mcp.MustParse(`{"outputSchema": {"type": 7}}`), mcp.MustParse(`{"structuredContent": {}}`)), 1)
}
