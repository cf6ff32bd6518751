package traffic_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/inspect/traffic"
	"github.com/mcpctl/mcpctl/mcp"
)

// text is a message of a size that tells which one it is.
func text(n, size int) string {
	head := fmt.Sprintf(`{"method":"notifications/message","params":{"data":"%d `, n)
	return head + strings.Repeat("x", max(0, size-len(head)-3)) + `"}}`
}

func TestTextsAreKeptWithinBounds(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	l := traffic.New(traffic.Options{Memory: 2 << 20, Spill: 8 << 20})
	const count, size = 200, 100 << 10 // 20 MB
	for n := range count {
		l.Add(traffic.Frame{Frame: mcp.NewFrame(mcp.Received, mcp.ChannelStdout, []byte(text(n+1, size)))})
	}
	kept := 0
	for n := 1; n <= count; n++ {
		raw, err := l.Raw(n)
		if err != nil {
			require.ErrorIs(t, err, traffic.ErrGone)
			require.Zero(t, kept, "the oldest go first")
			continue
		}
		kept++
		require.Equal(t, text(n, size), string(raw))
	}
	assert.Greater(t, kept*size, 6<<20, "memory, and one file at least")
	assert.Less(t, kept*size, 12<<20)
	require.NoError(t, l.Close())
	left, err := filepath.Glob(filepath.Join(os.TempDir(), "mcpctl-traffic-*"))
	require.NoError(t, err)
	assert.Empty(t, left)
	_, err = l.Raw(count)
	require.ErrorIs(t, err, traffic.ErrGone)
	e, ok := l.Entry(count)
	assert.True(t, ok, "entries stay")
	assert.Equal(t, size, e.Size)
	l.Add(traffic.Frame{Frame: mcp.NewFrame(mcp.Sent, mcp.ChannelStdin, []byte(`{"id":1,"method":"ping"}`))})
	raw, err := l.Raw(count + 1)
	require.NoError(t, err, "a closed log still has memory")
	assert.Contains(t, string(raw), "ping")
}

func TestTextsAreSetAsideWithoutADisk(t *testing.T) {
	t.Setenv("TMPDIR", filepath.Join(t.TempDir(), "none"))
	l := open(t, traffic.Options{Memory: 1 << 20})
	for n := range 60 {
		l.Add(traffic.Frame{Frame: mcp.NewFrame(mcp.Received, mcp.ChannelStdout, []byte(text(n+1, 100<<10)))})
	}
	_, err := l.Raw(1)
	require.ErrorIs(t, err, traffic.ErrGone)
	raw, err := l.Raw(60)
	require.NoError(t, err)
	assert.Len(t, raw, 100<<10)
}

// What a peer makes up without end must not pile up.
func TestAHostilePeerFillsNothing(t *testing.T) {
	l := open(t, traffic.Options{Entries: 2000, Memory: 1 << 20, Spill: -1})
	long := strings.Repeat("m", 5000)
	for n := range 20_000 {
		l.Add(traffic.Frame{Frame: mcp.NewFrame(mcp.Received, mcp.ChannelStdout,
			fmt.Appendf(nil, `{"id":"%d%s","method":"%d%s","params":{"name":"%s","_meta":{"progressToken":"%d"}}}`, n, long[:99], n, long[:99], long[:500], n))})
	}
	assert.LessOrEqual(t, l.Len(), 2000)
	assert.LessOrEqual(t, len(l.Figures()), 257)
	first, _ := l.Range()
	e, _ := l.Entry(first)
	assert.LessOrEqual(t, len(e.Method), 210)
	assert.LessOrEqual(t, len(e.Name), 210)
}
