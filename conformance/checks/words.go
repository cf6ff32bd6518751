package checks

import (
	"fmt"

	"github.com/mcpctl/mcpctl/mcp"
)

// outcome says in a few words how an exchange ended, for messages.
func outcome(x *mcp.Exchange) string {
	switch {
	case x.RPCError() != nil:
		return x.RPCError().Error()
	case x.Reply() != nil:
		return fmt.Sprintf("a result: %.120s", x.Result())
	case x.Status != 0 && x.Err() != nil:
		return fmt.Sprintf("HTTP status %d, %v", x.Status, x.Err())
	case x.Status != 0:
		return fmt.Sprintf("HTTP status %d", x.Status)
	case x.Err() != nil:
		return x.Err().Error()
	}
	return "no response"
}
