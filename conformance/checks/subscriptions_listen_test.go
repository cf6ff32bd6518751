package checks_test

import (
	"net/http"
	"strings"

	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

func listenTwins() []twin {
	const listen, ack, filter = "subscriptions/listen", "notifications/subscriptions/acknowledged", "/notifications"
	id := "/_meta/" + mcp.EscapePointer(mcp.MetaSubscriptionID)
	change := []string{"change"}
	return []twin{
		{Check: "subscriptions/listen/served", Break: faults(mcptest.Refuse(listen, mcp.CodeMethodNotFound, "no such method")), Want: "was refused"},
		{Check: "subscriptions/listen/stream", Break: faults(mcptest.SetHeader(mcptest.OnMethod(listen), "Content-Type", "text/plain")), Want: "expected text/event-stream"},
		{Check: "subscriptions/listen/stream", Break: faults(mcptest.Serve(mcptest.OnMethod(listen), acknowledgeAndEnd)), Want: "ended at once"},
		{Check: "subscriptions/acknowledgement/first", Break: faults(mcptest.Without(mcptest.SkipAcknowledge)), Want: "got no " + ack},
		{Check: "subscriptions/acknowledgement/first", Break: faults(mcptest.Faults{Encode: tooEarly}), Want: "before the acknowledgement"},
		{Check: "subscriptions/acknowledgement/first", Break: faults(mcptest.Faults{Encode: tooEarly}), Want: "before the acknowledgement", On: mcp.HTTP},
		{Check: "subscriptions/acknowledgement/shape", Break: faults(mcptest.SetSent(ack, filter+"/toolsListChanged", "yes")), Want: "must be a boolean"},
		{Check: "subscriptions/acknowledgement/shape", Break: faults(mcptest.DropSent(ack, filter)), Want: "must be an object, not absent"},
		{Check: "subscriptions/acknowledgement/subset", Break: faults(mcptest.SetSent(ack, filter+"/promptsListChanged", true)), Want: "not asked for"},
		{
			Check:   "subscriptions/acknowledgement/subset",
			Prepare: func(s *mcptest.Server) { s.Prompts = nil },
			Break:   faults(mcptest.SetSent(ack, filter+"/promptsListChanged", true)), Want: "prompts.listChanged is not declared",
		},
		{
			Check: "subscriptions/acknowledgement/subset",
			Break: faults(mcptest.SetSent(ack, filter+"/resourceSubscriptions", []any{"mcptest://ticks"})), Want: "but not asked for",
		},
		{Check: "subscriptions/acknowledgement/complete", Break: faults(mcptest.DropSent(ack, filter+"/toolsListChanged")), Want: "toolsListChanged was asked for"},
		{Check: "subscriptions/acknowledgement/complete", Break: faults(mcptest.DropSent(ack, filter+"/resourceSubscriptions")), Want: "resources.subscribe is declared"},
		{Check: "subscriptions/id/request", Break: faults(mcptest.SetSent(ack, id, "7701")), Want: "has the id"},
		{Check: "subscriptions/listen/concurrent", Break: faults(refuseNumbered(listen)), Want: "a second subscription was not acknowledged"},
		{Check: "subscriptions/filter/missing", Break: faults(mcptest.Without(mcptest.SkipFilter)), Want: "was acknowledged, not refused"},
		{Check: "subscriptions/filter/missing", Break: faults(mcptest.OnError(listen, -32000)), Want: "refused with error -32000"},
		{Check: "subscriptions/filter/empty", Break: faults(mcptest.SetSent(ack, filter+"/toolsListChanged", true)), Want: "an empty filter was acknowledged"},
		{Check: "subscriptions/id/present", Break: faults(mcptest.Without(mcptest.SkipTag)), Want: "carries no"},
		{Check: "subscriptions/filter/types", Allow: change, Break: faults(mcptest.Without(mcptest.SkipEntitled)), Want: "on a subscription that asks for"},
		{Check: "subscriptions/filter/types", Allow: change, Break: faults(mcptest.Without(mcptest.SkipEntitled)), Want: "on a subscription that asks for", On: mcp.HTTP},
		{Check: "subscriptions/filter/uris", Allow: change, Break: faults(mcptest.Without(mcptest.SkipUpdated)), Want: "came on a subscription to"},
		{Check: "subscriptions/stream/no-progress", Allow: []string{"progress"}, Break: faults(mcptest.EditSent("notifications/progress", tagged)), Want: "came on a subscription"},
		{Check: "subscriptions/unsolicited/none", Break: faults(mcptest.SendBefore("tools/list", toolsChanged(nil))), Want: "nothing that was subscribed to"},
		{Check: "subscriptions/cancel/silent", Allow: change, Break: faults(mcptest.Without(mcptest.SkipCancel)), Want: "that was cancelled"},
		{Check: "subscriptions/cancel/silent", Break: faults(answerCancelled()), Want: "was answered with a result"},
		{Check: "subscriptions/close/result", Break: faults(mcptest.EditReply(listen, failInstead)), Want: "with an error"},
		{Check: "subscriptions/close/id", Break: faults(mcptest.DropIn(listen, id)), Want: "carries the subscription id (absent)"},
		{Check: "subscriptions/close/forgotten", Break: faults(mcptest.SendBefore("server/discover", toolsChanged("mcpctl-closed"))), Want: "of a process that has ended"},
	}
}

// toolsChanged announces a change to a subscription, or to nobody.
func toolsChanged(subscription any) map[string]any {
	m := map[string]any{"jsonrpc": "2.0", "method": "notifications/tools/list_changed"}
	if subscription != nil {
		m["params"] = map[string]any{"_meta": map[string]any{mcp.MetaSubscriptionID: subscription}}
	}
	return m
}

// tooEarly announces a change before the acknowledgement.
func tooEarly(_ *mcptest.Context, raw []byte) [][]byte {
	if !strings.Contains(string(raw), "notifications/subscriptions/acknowledged") {
		return [][]byte{raw}
	}
	early := strings.Replace(string(raw), "notifications/subscriptions/acknowledged", "notifications/tools/list_changed", 1)
	return [][]byte{[]byte(early), raw}
}

// acknowledgeAndEnd serves a stream that ends after its first event.
func acknowledgeAndEnd(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	_, _ = w.Write([]byte(`data: {"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged","params":{"notifications":{}}}` + "\n\n"))
}

// refuseNumbered refuses requests whose id is a number, such as the second of
// two subscriptions.
func refuseNumbered(method string) mcptest.Faults {
	return mcptest.Faults{Handle: func(_ *mcptest.Context, m mcp.Message) ([]any, bool) {
		if m.Method() != method || !m.ID().Is(mcp.Number) {
			return nil, false
		}
		return []any{map[string]any{"jsonrpc": "2.0", "id": m.ID(), "error": map[string]any{"code": -32000, "message": "one is enough"}}}, true
	}}
}

// answerCancelled answers a request when it is cancelled.
func answerCancelled() mcptest.Faults {
	return mcptest.Faults{Handle: func(_ *mcptest.Context, m mcp.Message) ([]any, bool) {
		if m.Method() != "notifications/cancelled" {
			return nil, false
		}
		return []any{map[string]any{"jsonrpc": "2.0", "id": m.Params().Get("requestId"), "result": map[string]any{"resultType": "complete"}}}, true
	}}
}

// failInstead turns a result into an error.
func failInstead(_ *mcptest.Context, out map[string]any) {
	if _, ok := out["result"]; ok {
		delete(out, "result")
		out["error"] = map[string]any{"code": -32000, "message": "the server ends"}
	}
}
