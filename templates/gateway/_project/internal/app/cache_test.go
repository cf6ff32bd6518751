package app

import "testing"

func TestCache(t *testing.T) {
	a, _ := newApp(t, upstream(t), "MCP_CACHE_TOOLS=notes__search")
	join(t, a)
	client := connect(t, a, nil)
	search := func() string { return text(call(t, client, "notes__search", map[string]any{"query": "cached"})) }
	before := search()
	if again := search(); again != before {
		t.Errorf("the same question: %s, then %s", before, again)
	}
	if hits, _ := a.Cache.Stats(); hits != 1 {
		t.Errorf("%d hits, want 1", hits)
	}
	call(t, client, "notes__add", map[string]any{"title": "cached", "text": "a note that says cached"})
	if after := search(); after == before {
		t.Error("the cache does not know of the new note")
	}
}
