package traffic

import (
	"cmp"
	"slices"
	"time"

	"github.com/mcpctl/mcpctl/mcp"
)

// Figures are the requests of one method from one side, answered ones by the
// numbers. The percentiles are of the last few thousand.
type Figures struct {
	Method    string
	Direction mcp.Direction
	Count     int // requests that had an outcome
	Errors    int // of these, with any other than OK and Waiting
	Bytes     int // requests and responses
	P50, P95  time.Duration
	Max       time.Duration // of all
}

type figureKey struct {
	method string
	side   mcp.Direction
}

// figure is the material of Figures.
type figure struct {
	Figures
	recent []time.Duration
	next   int
}

const (
	// maxRecent is how many latencies percentiles are taken of.
	maxRecent = 4096
	// maxFigures is how many methods are told apart; the rest is summed up
	// under an empty name.
	maxFigures = 256
)

// measure takes in a request that has its outcome.
func (l *Log) measure(r *Entry) {
	if r.Kind != Request {
		return
	}
	k := figureKey{r.Method, r.Direction}
	if len(l.figures) >= maxFigures && l.figures[k] == nil {
		k.method = ""
	}
	f := l.figures[k]
	if f == nil {
		f = &figure{Figures: Figures{Method: k.method, Direction: k.side}}
		l.figures[k] = f
	}
	f.Count++
	f.Bytes += r.Bytes()
	if r.Status != OK && r.Status != Waiting {
		f.Errors++
	}
	if r.Status == Cancelled {
		return
	}
	f.Max = max(f.Max, r.Latency)
	if len(f.recent) < maxRecent {
		f.recent = append(f.recent, r.Latency)
		return
	}
	f.recent[f.next] = r.Latency
	f.next = (f.next + 1) % maxRecent
}

// Figures are those of all methods, the most used first.
func (l *Log) Figures() []Figures {
	l.mu.Lock()
	defer l.mu.Unlock()
	var all []Figures
	for _, f := range l.figures {
		sorted := slices.Clone(f.recent)
		slices.Sort(sorted)
		out := f.Figures
		out.P50, out.P95 = percentile(sorted, 50), percentile(sorted, 95)
		all = append(all, out)
	}
	slices.SortFunc(all, func(a, b Figures) int {
		return cmp.Or(b.Count-a.Count, cmp.Compare(a.Method, b.Method), int(a.Direction-b.Direction))
	})
	return all
}

// percentile is the nearest-rank percentile of a sorted slice.
func percentile(sorted []time.Duration, p int) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(len(sorted)-1, max(0, (len(sorted)*p+99)/100-1))]
}
