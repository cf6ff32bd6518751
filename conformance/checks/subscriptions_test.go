package checks_test

import (
	"strings"

	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

func subscriptionsTwins() []twin {
	const subscribe, unsubscribe, updated = "resources/subscribe", "resources/unsubscribe", "notifications/resources/updated"
	change := []string{"change"}
	off := func(s *mcptest.Server) { s.Off[mcptest.OffSubscribe] = true }
	update := func(uri any) mcptest.Faults {
		return mcptest.SendBefore("tools/list", map[string]any{"jsonrpc": "2.0", "method": updated, "params": map[string]any{"uri": uri}})
	}
	return append([]twin{
		{Check: "subscriptions/subscribe/answers", Break: faults(mcptest.Refuse(subscribe, mcp.CodeMethodNotFound, "no")), Want: "got no result for any"},
		{Check: "subscriptions/subscribe/answers", Break: faults(mcptest.SetIn(subscribe, "/ok", true)), Want: `a member "ok"`},
		{Check: "subscriptions/subscribe/unknown", Break: faults(mcptest.OnError(subscribe, -32000)), Want: "refused with error -32000"},
		{
			Check: "subscriptions/subscribe/undeclared", Prepare: off,
			Break: faults(mcptest.Without(mcptest.SkipUndeclared)), Want: "does not declare resources.subscribe",
		},
		{Check: "subscriptions/unsubscribe/answers", Break: faults(mcptest.Refuse(unsubscribe, mcp.CodeMethodNotFound, "no")), Want: "got no result"},
		{Check: "subscriptions/updated/declared", Prepare: off, Break: faults(update("mcptest://data/table")), Want: "does not declare resources.subscribe"},
		{Check: "subscriptions/updated/uri", Prepare: faults(update("mcptest://data/table")), Break: faults(update(7)), Want: "uri must be a string"},
		{Check: "subscriptions/updated/uri", Prepare: faults(update("mcptest://data/table")), Break: faults(update("no uri")), Want: "is no URI"},
		{Check: "subscriptions/updated/sent", Allow: change, Break: faults(swallow(updated)), Want: "but no " + updated},
		{Check: "subscriptions/updated/only-subscribed", Allow: change, Break: faults(mcptest.Without(mcptest.SkipUpdated)), Want: "was subscribed to"},
		{Check: "subscriptions/unsubscribe/stops", Allow: change, Break: faults(mcptest.Without(mcptest.SkipUnwatch)), Want: "after resources/unsubscribe"},
	}, listenTwins()...)
}

// swallow keeps every notification of the method back.
func swallow(method string) mcptest.Faults {
	return mcptest.Faults{Encode: func(_ *mcptest.Context, raw []byte) [][]byte {
		if strings.Contains(string(raw), `"method":"`+method+`"`) {
			return nil
		}
		return [][]byte{raw}
	}}
}
