package app

import "testing"

func TestCache(t *testing.T) {
	a, _ := newAppWithTools(t, "MCP_CACHE_TOOLS="+reading)
	client := connect(t, a, nil)
	search := func() string { return text(call(t, client, reading, question("cached"))) }
	before := search()
	if again := search(); again != before {
		t.Errorf("the same question: %s, then %s", before, again)
	}
	if hits, _ := a.Cache.Stats(); hits != 1 {
		t.Errorf("%d hits, want 1", hits)
	}
	call(t, client, writing, addition("cached", "a note that says cached"))
	if after := search(); after == before {
		t.Error("the cache does not know of the new note")
	}
}
