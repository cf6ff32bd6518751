package conformance

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/mcpctl/mcpctl/mcp"
)

func TestCollapse(t *testing.T) {
	log := mcp.NewLog(mcp.DefaultLimits())
	other := mcp.NewLog(mcp.DefaultLimits())
	at := func(l *mcp.Log, frame int, pointer string) []spot {
		return []spot{{connection: l, frame: frame, pointer: pointer}}
	}
	in := func(method string, frame int, pointer string) []spot {
		return []spot{{other, frame, pointer, method}}
	}
	tests := map[string]struct {
		particular Finding
		wire       []spot
		want       Verdict
	}{
		"the same place":            {Finding{Verdict: Fail, spots: at(log, 3, "/result/tools/1/name")}, at(log, 3, "/result/tools/1/name"), Blocked},
		"beneath it":                {Finding{Verdict: Warn, spots: at(log, 3, "/result/tools/1")}, at(log, 3, "/result/tools/1/name"), Blocked},
		"above it":                  {Finding{Verdict: Fail, spots: at(log, 3, "/result/tools/1/name")}, at(log, 3, "/result/tools/1"), Blocked},
		"a sibling":                 {Finding{Verdict: Fail, spots: at(log, 3, "/result/tools/1")}, at(log, 3, "/result/tools/11"), Fail},
		"another frame":             {Finding{Verdict: Fail, spots: at(log, 3, "/result")}, at(log, 4, "/result"), Fail},
		"another connection":        {Finding{Verdict: Fail, spots: at(other, 3, "/result")}, at(log, 3, "/result"), Fail},
		"another revision":          {Finding{Verdict: Fail, Revision: mcp.Rev20241105, spots: at(log, 3, "/result")}, at(log, 3, "/result"), Fail},
		"the particular passed":     {Finding{Verdict: Pass, spots: at(log, 3, "/result")}, at(log, 3, "/result"), Fail},
		"the same in another page":  {Finding{Verdict: Fail, spots: in("tools/list", 3, "/result/tools/1")}, in("tools/list", 7, "/result/tools/1/name"), Blocked},
		"elsewhere in that page":    {Finding{Verdict: Fail, spots: in("tools/list", 3, "/result/tools/1")}, in("tools/list", 7, "/result/tools/2"), Fail},
		"a whole and a part":        {Finding{Verdict: Fail, spots: in("tools/list", 3, "")}, in("tools/list", 7, "/result/tools/2"), Fail},
		"the same in other answers": {Finding{Verdict: Fail, spots: in("prompts/list", 3, "/result")}, in("tools/list", 7, "/result"), Fail},
		"only some of the places":   {Finding{Verdict: Fail, spots: at(log, 3, "/result/a")}, append(at(log, 3, "/result/a"), at(log, 9, "/result/b")...), Fail},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			tt.particular.Check = "tools/names/typed"
			all := []Finding{tt.particular, {Check: "wire/messages/valid", Verdict: Fail, Message: "no string", spots: tt.wire}}
			collapse(all, func(i int) bool { return i == 1 })
			assert.Equal(t, tt.want, all[1].Verdict)
			if tt.want == Blocked {
				assert.Equal(t, "tools/names/typed", all[1].BlockedBy)
				assert.Contains(t, all[1].Message, "no string")
			}
		})
	}
}

func TestCollapseFreesWhatHangsOnNothing(t *testing.T) {
	all := []Finding{
		{Check: "tools/list/answers", Verdict: Pass},
		{Check: "tools/names/unique", Verdict: Blocked, BlockedBy: "tools/list/answers"},
		{Check: "prompts/list/answers", Verdict: Fail},
		{Check: "prompts/names/unique", Verdict: Blocked, BlockedBy: "prompts/list/answers"},
		{Check: "resources/uris/unique", Verdict: Blocked, BlockedBy: "resources/list/answers"},
	}
	collapse(all, func(int) bool { return false })
	assert.Equal(t, Unproven, all[1].Verdict, "what it waits for has passed")
	assert.Equal(t, Blocked, all[3].Verdict)
	assert.Equal(t, Unproven, all[4].Verdict, "what it waits for did not run")
}
