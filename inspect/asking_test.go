package inspect_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/inspect"
	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

// callTool calls a tool of the reference server while a person answers.
func callTool(t *testing.T, rev mcp.Revision, name string, o inspect.Options) (mcp.Value, error) {
	t.Helper()
	o.Revision = rev
	c, err := inspect.Open(t.Context(), mcptest.New().Target(t, mcp.Stdio), o)
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close(context.Background()) })
	return c.Ask(t.Context(), "tools/call", map[string]any{"name": name, "arguments": map[string]any{}}, nil)
}

func TestAPersonAnswersInBothEras(t *testing.T) {
	for _, rev := range []mcp.Revision{mcp.Rev20251125, mcp.Rev20260728} {
		var asked []string
		result, err := callTool(t, rev, "elicit", inspect.Options{Respond: func(_ context.Context, method string, params mcp.Value) (any, error) {
			asked = append(asked, method)
			assert.True(t, params.Has("requestedSchema"))
			return map[string]any{"action": "accept", "content": map[string]any{"name": "Ada"}}, nil
		}})
		require.NoError(t, err, rev)
		assert.Contains(t, result.String(), "Ada", rev)
		assert.Equal(t, []string{"elicitation/create"}, asked)

		_, err = callTool(t, rev, "sample", inspect.Options{Respond: func(context.Context, string, mcp.Value) (any, error) { return nil, errors.New("not today") }})
		var refused *inspect.Refused
		require.ErrorAs(t, err, &refused, rev)
		assert.Equal(t, "not today", refused.Why)

		result, err = callTool(t, rev, "roots", inspect.Options{Respond: func(_ context.Context, method string, _ mcp.Value) (any, error) {
			assert.Equal(t, "roots/list", method)
			return map[string]any{"roots": []inspect.Root{{URI: "file:///here"}}}, nil
		}})
		require.NoError(t, err, rev)
		assert.Contains(t, result.String(), "file:///here", rev)
	}
}

func TestRulesAnswerBeforeAPerson(t *testing.T) {
	answers, err := inspect.ReadAnswers([]byte("elicitation:\n  - action: decline\nroots: []\n"))
	require.NoError(t, err)
	o := inspect.Options{Answers: answers, Respond: func(context.Context, string, mcp.Value) (any, error) {
		assert.Fail(t, "nobody is asked")
		return nil, errors.New("no")
	}}
	_, err = callTool(t, mcp.Rev20251125, "elicit", o)
	require.NoError(t, err)
	_, err = callTool(t, mcp.Rev20251125, "roots", o)
	require.NoError(t, err)
}

func TestAPersonMayTakeLongerThanTheIdleTimeout(t *testing.T) {
	idle := 100 * time.Millisecond
	result, err := callTool(t, mcp.Rev20251125, "elicit", inspect.Options{Idle: idle, Respond: func(ctx context.Context, _ string, _ mcp.Value) (any, error) {
		slow := time.NewTimer(5 * idle)
		defer slow.Stop()
		select {
		case <-slow.C:
		case <-ctx.Done():
			assert.Fail(t, "the answer is still wanted")
		}
		return map[string]any{"action": "accept", "content": map[string]any{"name": "Ada"}}, nil
	}})
	require.NoError(t, err)
	assert.Contains(t, result.String(), "Ada")
}

func TestAQuestionEndsWithItsConnection(t *testing.T) {
	asked, ended := make(chan struct{}), make(chan struct{})
	c, err := inspect.Open(t.Context(), mcptest.New().Target(t, mcp.Stdio), inspect.Options{Revision: mcp.Rev20251125,
		Respond: func(ctx context.Context, _ string, _ mcp.Value) (any, error) {
			close(asked)
			<-ctx.Done()
			close(ended)
			return nil, ctx.Err()
		}})
	require.NoError(t, err)
	go func() {
		_, _ = c.Ask(t.Context(), "tools/call", map[string]any{"name": "elicit", "arguments": map[string]any{}}, nil)
	}() // it is cut off
	<-asked
	_ = c.Close(context.Background())
	select {
	case <-ended:
	case <-time.After(5 * time.Second):
		require.Fail(t, "the question is still open")
	}
}
