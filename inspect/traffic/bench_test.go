package traffic_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/mcpctl/mcpctl/inspect/traffic"
	"github.com/mcpctl/mcpctl/mcp"
)

// fill adds calls with a progress and an answer each, three frames a call.
func fill(l *traffic.Log, frames int) {
	for n := range frames / 3 {
		for i, text := range []string{
			fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{"name":"tool-%d","arguments":{"a":%d},"_meta":{"progressToken":%d}}}`, n, n%20, n, n),
			fmt.Sprintf(`{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":%d,"progress":1,"total":2}}`, n),
			fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"result":{"content":[{"type":"text","text":"the answer is %d"}]}}`, n, n),
		} {
			direction := mcp.Received
			if i == 0 {
				direction = mcp.Sent
			}
			f := traffic.Frame{Frame: mcp.NewFrame(direction, mcp.ChannelStdout, []byte(text))}
			f.At = time.Duration(n*3+i) * ms
			l.Add(f)
		}
	}
}

func BenchmarkAdd(b *testing.B) {
	b.ReportAllocs()
	l := open(b, traffic.Options{})
	fill(l, b.N)
}

func BenchmarkMatch(b *testing.B) {
	for _, text := range []string{"method:tools/*", "status:ok ms:>1", `text:"answer is 77"`, "of:40 or parent"} {
		b.Run(text, func(b *testing.B) {
			l := open(b, traffic.Options{})
			fill(l, 3000)
			f := filter(b, text)
			first, end := l.Range()
			for n := 0; b.Loop(); n++ {
				f.Match(l, first+n%(end-first))
			}
		})
	}
}

// BenchmarkRefresh is a frame of the screen while 10,000 frames stand and more
// come in.
func BenchmarkRefresh(b *testing.B) {
	l := open(b, traffic.Options{})
	fill(l, 10_000)
	v := l.View(filter(b, "method:tools/*"))
	for b.Loop() {
		fill(l, 3)
		v.Refresh()
		traffic.ScaleOf(v.Rows(v.Len()-40, 40))
	}
}

// A screen of 100,000 frames has the rows that were asked for, wherever it stands;
// BenchmarkRefresh says how long that takes.
func TestScrollingShowsEveryPlace(t *testing.T) {
	l := open(t, traffic.Options{})
	fill(l, 100_000)
	assert.Equal(t, 99_999, l.Len())
	v := l.View(traffic.Filter{})
	for i := range 20 {
		v.Refresh()
		assert.Len(t, v.Rows(i*1000, 40), 40)
	}
}
