package checks_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/conformance/checks"
	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

// TestStreamsAllow holds what the checks of logging, subscriptions, progress
// and cancellation must not flag.
func TestStreamsAllow(t *testing.T) {
	const ack, filter = "notifications/subscriptions/acknowledged", "/notifications"
	for name, w := range map[string]struct {
		twin
		verdict conformance.Verdict
	}{
		"false for what is not supported": {twin{
			Check: "subscriptions/acknowledgement/subset",
			Prepare: func(s *mcptest.Server) {
				s.Prompts, s.Faults = nil, mcptest.SetSent(ack, filter+"/promptsListChanged", false)
			},
		}, conformance.Pass},
		"an empty filter is refused":        {twin{Check: "subscriptions/filter/empty", Prepare: faults(refuseEmptyFilter())}, conformance.Pass},
		"no word at the end of the input":   {twin{Check: "subscriptions/close/result", Prepare: faults(mcptest.Without(mcptest.SkipGraceful))}, conformance.Unproven},
		"no word, so no id":                 {twin{Check: "subscriptions/close/id", Prepare: faults(mcptest.Without(mcptest.SkipGraceful))}, conformance.Unproven},
		"subscribing to what may come":      {twin{Check: "subscriptions/subscribe/unknown", Prepare: faults(mcptest.Without(mcptest.SkipNotFound))}, conformance.Unproven},
		"updates of a part of the resource": {twin{Check: "subscriptions/filter/uris", Allow: []string{"change"}, Prepare: faults(updateParts())}, conformance.Pass},
		"updates beneath the subscription":  {twin{Check: "subscriptions/updated/only-subscribed", Allow: []string{"change"}, Prepare: faults(updateParts())}, conformance.Pass},
		"no update of what did not change":  {twin{Check: "subscriptions/updated/sent", Allow: []string{"none"}}, conformance.Unproven},
		"progress without a total": {twin{
			Check: "progress/value/numeric", Allow: []string{"progress"}, Prepare: faults(mcptest.DropSent("notifications/progress", "/total")),
		}, conformance.Pass},
		"no progress at all":         {twin{Check: "progress/token/known", Allow: []string{"none"}}, conformance.Unproven},
		"twenty reports in a moment": {twin{Check: "progress/rate/limited", Allow: []string{"progress"}, Prepare: faults(mcptest.Faults{Encode: manyTimes("notifications/progress", 20)})}, conformance.Pass},
		"no log messages":            {twin{Check: "logging/message/threshold", Allow: []string{"none"}}, conformance.Unproven},
		"data that is null":          {twin{Check: "logging/message/shape", Prepare: logs(logOf("info", nil))}, conformance.Pass},
		"a call too quick to cancel": {twin{Check: "cancellation/received/no-response", Allow: []string{"echo"}, Prepare: faults(mcptest.Without(mcptest.SkipCancel))}, conformance.Unproven},
		"malformed cancellations are refused over HTTP": {twin{
			Check: "cancellation/malformed/ignored", In: mcp.Rev20251125, On: mcp.HTTP,
			Prepare: faults(mcptest.Status(mcptest.OnMethod("notifications/cancelled"), 400)),
		}, conformance.Pass},
		"a tool that ends when its stream does not": {twin{
			Check: "cancellation/disconnect/stops", Allow: []string{"none"}, Prepare: faults(mcptest.Without(mcptest.SkipDisconnect)),
		}, conformance.Unproven},
	} {
		check, ok := checks.Find(w.Check)
		require.True(t, ok, w.Check)
		places := w.places(check)
		require.NotEmpty(t, places, name)
		for _, at := range places {
			t.Run(name+"@"+string(at.revision)+"/"+string(at.transport), func(t *testing.T) {
				t.Parallel()
				f := w.run(t, check, at, func(*mcptest.Server) {})
				assert.Equal(t, w.verdict, f.Verdict, "%s: %s", w.Check, f.Message)
			})
		}
	}
}

// refuseEmptyFilter refuses a subscription to nothing.
func refuseEmptyFilter() mcptest.Faults {
	return mcptest.Faults{Handle: func(_ *mcptest.Context, m mcp.Message) ([]any, bool) {
		filter := m.Params().Get("notifications")
		if m.Method() != "subscriptions/listen" || !filter.Is(mcp.Object) || filter.Len() > 0 {
			return nil, false
		}
		refusal := errorOf(m.ID(), "there is nothing to listen for")
		refusal["error"].(map[string]any)["code"] = mcp.CodeInvalidParams
		return []any{refusal}, true
	}}
}

// updateParts tells of parts of resources where the resources have changed.
func updateParts() mcptest.Faults {
	return mcptest.EditSent("notifications/resources/updated", func(_ *mcptest.Context, out map[string]any) {
		params := out["params"].(map[string]any)
		params["uri"] = params["uri"].(string) + "/part"
	})
}
