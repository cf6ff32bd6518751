package traffic_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/inspect/traffic"
)

// travel is a session with everything a waterfall has.
var travel = []string{
	`→ 0 {"id":1,"method":"tools/call","params":{"name":"search","_meta":{"progressToken":1}}}`,
	`← 100 {"method":"notifications/progress","params":{"progressToken":1,"progress":1,"total":2}}`,
	`← 150 {"id":"q","method":"elicitation/create","params":{"message":"which?"}}`,
	`→ 350 {"id":"q","result":{"action":"accept"}}`,
	`← 400 {"id":1,"result":{"content":[{"type":"text","text":"found"}]}}`,
	`→ 500 {"id":2,"method":"tools/call","params":{"name":"book"}}`,
	`← 520 {"id":2,"result":{"resultType":"input_required","inputRequests":{"a":{"method":"elicitation/create"}},"requestState":"s"}}`,
	`→ 900 {"id":3,"method":"tools/call","params":{"name":"book","inputResponses":{},"requestState":"s"}}`,
	`← 950 {"id":3,"result":{"isError":true,"content":[{"type":"text","text":"full"}]}}`,
	`→ 960 {"id":4,"method":"resources/list"}`,
	`← 970 {"method":"notifications/tools/list_changed"}`,
}

// drawn are rows as text: number, depth, name and spans.
func drawn(rows []traffic.Row) []string {
	var all []string
	for _, r := range rows {
		var spans []string
		for _, s := range r.Spans {
			spans = append(spans, fmt.Sprintf("%s%d-%d", []string{"S", "P", "O", "I"}[s.Kind], s.From/ms, s.To/ms))
		}
		all = append(all, fmt.Sprintf("%s%d %s %s +%d %s", strings.Repeat("  ", r.Depth), r.N, r.Method, r.Status, r.Children, strings.Join(spans, " ")))
	}
	return all
}

func filter(t testing.TB, text string) traffic.Filter {
	f, err := traffic.Parse(text)
	require.NoError(t, err)
	return f
}

func TestRowsAreATreeWithItsTimes(t *testing.T) {
	l := open(t, traffic.Options{Now: func() time.Duration { return 1000 * ms }})
	script(t, l, travel...)
	v := l.View(traffic.Filter{})
	assert.Equal(t, []string{
		"1 tools/call ok +2 S0-150 P150-350 S350-400",
		"  2 notifications/progress none +0 I100-100",
		"  3 elicitation/create ok +0 P150-350",
		"6 tools/call failed +1 S500-520 P520-900 S900-950",
		"  8 tools/call failed +0 S900-950",
		"10 resources/list pending +0 O960-1000",
		"11 notifications/tools/list_changed none +0 I970-970",
	}, drawn(v.Rows(0, 100)))
	rows := v.Rows(3, 1)
	assert.Equal(t, 2, rows[0].Legs)
	assert.Equal(t, 450*ms, rows[0].Took)
	assert.Equal(t, "full", rows[0].Note)
	assert.Equal(t, traffic.Scale{To: 1000 * ms}, traffic.ScaleOf(v.Rows(0, 100)))
	v.Fold(1, true)
	assert.Equal(t, 5, v.Len())
	assert.True(t, v.Rows(0, 1)[0].Folded)
	assert.Equal(t, 0, v.Find(5), "a response belongs to its request")
	assert.Equal(t, 0, v.Find(2), "what is folded belongs to what hides it")
	assert.Equal(t, -1, v.Find(99))
	v.Fold(1, false)
	assert.Equal(t, 7, v.Len())
}

func TestAFilterKeepsWhatLiesBeneath(t *testing.T) {
	l := open(t, traffic.Options{})
	script(t, l, travel...)
	v := l.View(filter(t, "tool:search"))
	assert.Equal(t, 3, v.Len())
	assert.Equal(t, 1, v.Matched())
	v.SetAlone(true)
	assert.Equal(t, 1, v.Len())
	v.SetFilter(filter(t, "tool:search or parent"))
	assert.Equal(t, 3, v.Len(), "parent names what lies beneath")
	v.SetFilter(filter(t, "kind:note"))
	assert.Equal(t, []string{"2 notifications/progress none +0 I100-100", "11 notifications/tools/list_changed none +0 I970-970"}, drawn(v.Rows(0, 9)))
	v.SetFlat(true)
	v.SetFilter(filter(t, "method:tools/call"))
	assert.Equal(t, 6, v.Len(), "flat, responses have rows")
}

func TestAViewFollowsItsLog(t *testing.T) {
	l := open(t, traffic.Options{})
	v := l.View(filter(t, "status:pending"))
	assert.Zero(t, v.Len())
	assert.False(t, v.Refresh(), "nothing is new")
	script(t, l, `→ 0 {"id":1,"method":"ping"}`)
	assert.True(t, v.Refresh())
	assert.Equal(t, 1, v.Len())
	script(t, l, `← 5 {"id":1,"result":{}}`)
	require.True(t, v.Refresh())
	assert.Zero(t, v.Len(), "it is answered now")
	v.SetFilter(filter(t, "lint:must"))
	l.SetFindings(2, []traffic.Finding{{Check: "ping/pong", Level: "must"}})
	require.True(t, v.Refresh())
	assert.Equal(t, 1, v.Len(), "a finding of the response counts for the request")
	assert.Equal(t, 0, v.NextFinding(-1, 1))
	assert.Equal(t, -1, v.NextFinding(0, 1))
	v.SetFilter(filter(t, "since:10ms"))
	script(t, l, `→ 100 {"id":2,"method":"ping"}`)
	require.True(t, v.Refresh())
	assert.Equal(t, []string{"3 ping pending +0 O100-100"}, drawn(v.Rows(0, 9)))
}

func TestOldEntriesGo(t *testing.T) {
	l := open(t, traffic.Options{Entries: 80})
	v := l.View(traffic.Filter{})
	for i := range 400 {
		script(t, l, fmt.Sprintf(`→ %d {"id":%d,"method":"tools/call","params":{"name":"n%d"}}`, i, i, i))
		if i%3 == 0 {
			script(t, l, fmt.Sprintf(`← %d {"id":%d,"result":{}}`, i, i-1))
		}
		if i%17 == 0 {
			v.Refresh()
		}
	}
	v.Refresh()
	first, end := l.Range()
	assert.LessOrEqual(t, end-first, 80)
	assert.Greater(t, first, 300)
	_, there := l.Entry(1)
	assert.False(t, there)
	_, err := l.Raw(1)
	require.ErrorIs(t, err, traffic.ErrGone)
	for _, r := range v.Rows(0, 100) {
		assert.GreaterOrEqual(t, r.N, first)
	}
	assert.Equal(t, v.Len(), len(v.Rows(0, 1000)))
}

func TestCellsLieWithinTheWidth(t *testing.T) {
	s := traffic.Scale{From: 100 * ms, To: 200 * ms}
	for _, c := range []struct{ from, to, width, first, end int }{
		{100, 200, 10, 0, 10}, {100, 100, 10, 0, 1}, {200, 200, 10, 9, 10}, {150, 160, 10, 5, 6},
		{0, 50, 10, 0, 1}, {300, 400, 10, 9, 10}, {100, 200, 0, 0, 0}, {100, 200, 1, 0, 1},
	} {
		first, end := s.Cells(traffic.Span{From: time.Duration(c.from) * ms, To: time.Duration(c.to) * ms}, c.width)
		assert.Equal(t, []int{c.first, c.end}, []int{first, end}, "%+v", c)
	}
	first, end := traffic.Scale{}.Cells(traffic.Span{}, 5)
	assert.Less(t, first, end)
}

func TestFigures(t *testing.T) {
	l := open(t, traffic.Options{})
	for i := range 100 {
		script(t, l, fmt.Sprintf(`→ %d {"id":%d,"method":"ping"}`, 1000*i, i), fmt.Sprintf(`← %d {"id":%d,"result":{}}`, 1000*i+i+1, i))
	}
	script(t, l, `→ 200000 {"id":"x","method":"no"}`, `← 200001 {"id":"x","error":{"code":-1,"message":"no"}}`)
	all := l.Figures()
	require.Len(t, all, 2)
	assert.Equal(t, []any{"ping", 100, 0, 50 * ms, 95 * ms, 100 * ms}, []any{all[0].Method, all[0].Count, all[0].Errors, all[0].P50, all[0].P95, all[0].Max})
	assert.Equal(t, 1, all[1].Errors)
	first, end := l.Between(1000*ms, 2000*ms)
	assert.Equal(t, []int{3, 6}, []int{first, end})
}
