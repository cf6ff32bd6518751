package checks

import (
	"errors"
	"fmt"
	"strings"

	"github.com/mcpctl/mcpctl/mcp"
)

// outcome says in a few words how an exchange ended, for messages.
func outcome(x *mcp.Exchange) string {
	switch {
	case x.RPCError() != nil:
		return x.RPCError().Error()
	case x.Reply() != nil:
		return fmt.Sprintf("a result: %.120s", x.Result())
	case x.Status != 0 && x.Err() != nil && !errors.As(x.Err(), new(*mcp.StatusError)):
		return fmt.Sprintf("HTTP status %d, %v", x.Status, x.Err())
	case x.Status != 0:
		return fmt.Sprintf("HTTP status %d", x.Status)
	case x.Err() != nil:
		return x.Err().Error()
	}
	return "no response"
}

// dotted writes a path of member names.
func dotted(path []string) string { return strings.Join(path, ".") }

// theKind puts a kind into a sentence.
func theKind(k mcp.Kind) string {
	switch k {
	case mcp.Absent, mcp.Null:
		return k.String()
	case mcp.Array, mcp.Object:
		return "an " + k.String()
	}
	return "a " + k.String()
}
