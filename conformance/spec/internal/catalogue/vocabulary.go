package catalogue

import (
	"strings"

	"github.com/mcpctl/mcpctl/mcp"
)

// vocabulary lists the words that a field may hold in an era, for the fields
// that are limited to some.
func vocabulary(era string) map[string][]string {
	words := map[string][]string{
		"level":       strings.Fields("MUST MUST_NOT SHOULD SHOULD_NOT MAY-if"),
		"testability": strings.Fields("passive auto needs-fixture needs-oauth manual"),
		"area": strings.Fields(`base lifecycle versioning transport-stdio transport-sse transport-http
			tools resources prompts completion logging pagination caching subscriptions
			mrtr elicitation sampling roots progress cancellation ping batching
			tasks tasks-ext apps-ext authorization security errors schema`),
	}
	if era == mcp.Handshake.String() {
		// requires is free text in this era.
		words["transports"] = strings.Fields("stdio http sse")
		words["basis"] = strings.Fields("text schema derived prose jsonrpc guide rfc")
		return words
	}
	words["transports"] = strings.Fields("stdio http")
	words["basis"] = strings.Fields("keyword sep derived schema declarative docs permission")
	words["requires"] = strings.Fields(`none tools resources prompts completions no-completions logging
		tools.listChanged resources.listChanged prompts.listChanged listChanged-or-subscribe
		resources.subscribe paged mrtr mrtr-state x-mcp-header auth auth-as modern-only dual-era
		local remote extension ext-tasks ext-ui ext-oauth-client-credentials
		ext-enterprise-managed-authorization`)
	return words
}
