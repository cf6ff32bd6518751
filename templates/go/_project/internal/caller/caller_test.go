package caller

import (
	"net/http"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/auth"
	"github.com/modelcontextprotocol/go-sdk/mcp"
)

func TestOf(t *testing.T) {
	token := &auth.TokenInfo{UserID: "ada", Scopes: []string{"notes:read"}}
	tests := map[string]struct {
		extra    *mcp.RequestExtra
		id       string
		mayRead  bool
		mayWrite bool
	}{
		"stdio":          {nil, Local, true, true},
		"HTTP, no token": {&mcp.RequestExtra{Header: http.Header{}}, Anonymous, false, false},
		"HTTP, token":    {&mcp.RequestExtra{Header: http.Header{}, TokenInfo: token}, "ada", true, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			c := Of(&mcp.CallToolRequest{Extra: test.extra})
			if c.ID != test.id {
				t.Errorf("ID = %q, want %q", c.ID, test.id)
			}
			if got := c.Has("notes:read"); got != test.mayRead {
				t.Errorf("Has(notes:read) = %v, want %v", got, test.mayRead)
			}
			if got := c.Has("notes:write"); got != test.mayWrite {
				t.Errorf("Has(notes:write) = %v, want %v", got, test.mayWrite)
			}
		})
	}
}

// A token whose verifier found no user must not pass for the local caller.
func TestTokenWithoutUser(t *testing.T) {
	if c := FromToken(&auth.TokenInfo{}); c.ID != Anonymous {
		t.Errorf("ID = %q, want %q", c.ID, Anonymous)
	}
}
