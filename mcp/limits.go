package mcp

import "time"

// Limits bound what a server can make mcpctl wait for or keep. Every number
// must be set; DefaultLimits is the place to start from.
type Limits struct {
	// Start bounds opening a connection up to the server's first answer.
	Start time.Duration
	// Call bounds one exchange, from sending to its response.
	Call time.Duration
	// Exit bounds each stage of ending a process: closing its standard
	// input, asking it to terminate, killing its group.
	Exit time.Duration
	// Frame is the most bytes one message, body or event may have. What is
	// longer is cut there and the connection is given up.
	Frame int
	// Log is the most bytes of message text a connection keeps. Past it
	// frames keep their sizes and times but not their text.
	Log int
	// Frames is the most frames a connection keeps; past it they are only
	// counted.
	Frames int
	// Rolling keeps the last frames and what is under way instead of the first,
	// for connections that live long: a log of that kind does not grow.
	Rolling bool
	// Stderr is how many of the last bytes of a process's standard error
	// are kept.
	Stderr int
	// Redirects is how many hops within the target's own origin an HTTP
	// request follows; hops to other origins are never followed.
	Redirects int
	// Asked is how many requests of the server's own a connection answers
	// before it refuses the rest.
	Asked int
}

// DefaultLimits suit a server on the same machine and a slow one abroad.
func DefaultLimits() Limits {
	return Limits{
		Start:     20 * time.Second,
		Call:      10 * time.Second,
		Exit:      2 * time.Second,
		Frame:     8 << 20,
		Log:       8 << 20,
		Frames:    10_000,
		Stderr:    64 << 10,
		Redirects: 3,
		Asked:     200,
	}
}
