package traffic_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/inspect/traffic"
	"github.com/mcpctl/mcpctl/mcp"
)

const ms = time.Millisecond

// open is a log that is closed with the test.
func open(t testing.TB, o traffic.Options) *traffic.Log {
	l := traffic.New(o)
	t.Cleanup(func() { require.NoError(t, l.Close()) })
	return l
}

// script plays frames, each "→ 10 {…}" or "← 12 {…}": direction, milliseconds,
// text. An x3 before the text puts it into an HTTP exchange.
func script(t testing.TB, l *traffic.Log, lines ...string) {
	t.Helper()
	for _, line := range lines {
		l.Add(frame(t, line))
	}
}

func frame(t testing.TB, line string) traffic.Frame {
	t.Helper()
	var arrow, text string
	var at, exchange int
	_, err := fmt.Sscanf(line, "%s %d", &arrow, &at)
	require.NoError(t, err, line)
	head := fmt.Sprintf("%s %d ", arrow, at)
	text, exchange = line[len(head):], -1
	if text[0] == 'x' {
		_, err := fmt.Sscanf(text, "x%d", &exchange)
		require.NoError(t, err, line)
		text = text[len(fmt.Sprintf("x%d ", exchange)):]
	}
	direction, channel := mcp.Sent, mcp.ChannelStdin
	if arrow == "←" {
		direction, channel = mcp.Received, mcp.ChannelStdout
	}
	f := traffic.Frame{Frame: mcp.NewFrame(direction, channel, []byte(text))}
	f.At, f.Exchange = time.Duration(at)*ms, exchange
	return f
}

func entry(t testing.TB, l *traffic.Log, n int) traffic.Entry {
	t.Helper()
	e, ok := l.Entry(n)
	require.True(t, ok, "there is no entry %d", n)
	return e
}
