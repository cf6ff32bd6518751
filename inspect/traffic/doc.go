// Package traffic is what crossed between a client and a server as a person
// reads it: requests paired with their responses and latencies, what was caused
// by what, rows for a waterfall, figures per method, a filter language, and
// exports.
//
//	log := traffic.New(traffic.Options{})
//	defer log.Close()
//	log.Add(traffic.FrameOf(frame, exchange))
//	filter, err := traffic.Parse("method:tools/* ms:>200")
//	view := log.View(filter)
//	for _, row := range view.Rows(0, 40) { … }
//
// It keeps what it is given within bounds and knows nothing of terminals: all
// text in it is the peers' own and must pass internal/term before a person sees
// it.
package traffic
