package config

import (
	"testing"
	//mcpctl:if timeouts
	"time"
	//mcpctl:end
)

//mcpctl:if cache

// The tools of this server whose results repeat are cached unless told otherwise.
func TestCachedTools(t *testing.T) {
	for want, environ := range map[string][]string{
		"search_notes": nil,
		"other":        {"MCP_CACHE_TOOLS=other"},
	} {
		c, _, err := Load("", environ)
		if err != nil || len(c.Cache.Tools) == 0 || c.Cache.Tools[0] != want {
			t.Errorf("with %q: tools = %q, %v", environ, c.Cache.Tools, err)
		}
	}
	if c, _, err := Load("", []string{"MCP_CACHE_TOOLS="}); err != nil || len(c.Cache.Tools) != 0 {
		t.Errorf("the tools cannot be emptied: %q, %v", c.Cache.Tools, err)
	}
}

//mcpctl:end
//mcpctl:if timeouts

// Tools that wait for a person have more time unless told otherwise.
func TestPatientTools(t *testing.T) {
	for want, environ := range map[time.Duration][]string{
		5 * time.Minute: nil,
		time.Second:     {"MCP_TIMEOUT_TOOLS=delete_note=1s"},
	} {
		c, _, err := Load("", environ)
		if err != nil || c.Timeouts.Tools["delete_note"] != want {
			t.Errorf("with %q: timeouts = %v, %v", environ, c.Timeouts.Tools, err)
		}
	}
}

//mcpctl:end
