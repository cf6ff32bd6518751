package doctor

import (
	"slices"
	"time"

	"github.com/mcpctl/mcpctl/mcp"
)

// recent is how many pings the percentiles are of.
const recent = 200

// Health is how one watched server is, and has been.
type Health struct {
	Name, Client, File string

	State State
	What  string
	Since time.Time // in this state

	Server    *Identity
	Transport mcp.TransportKind
	Revision  mcp.Revision
	Offers    *Offers

	Attempts, Connects, Failures int
	Pings, Missed                int
	PingTime                     time.Duration // of all answered pings together

	times []time.Duration // of the last pings
	next  int             // where the next goes
}

// pinged notes a ping.
func (h *Health) pinged(took time.Duration, answered bool) {
	h.Pings++
	if !answered {
		h.Missed++
		return
	}
	h.PingTime += took
	if len(h.times) < recent {
		h.times = append(h.times, took)
		return
	}
	h.times[h.next] = took
	h.next = (h.next + 1) % recent
}

// Percentile is the time within which that share of the last pings was answered;
// 0 when there was none.
func (h Health) Percentile(share float64) time.Duration {
	if len(h.times) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(h.times))
	return sorted[min(len(sorted)-1, int(share*float64(len(sorted))))]
}

func (h Health) copied() Health {
	h.times = slices.Clone(h.times)
	return h
}
