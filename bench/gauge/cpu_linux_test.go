package gauge

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestParseStat(t *testing.T) {
	const line = "4242 (a (wild) name) Z 1 4242 4242 0 -1 4194316 100 0 0 0 12 34 999 999 20 0 1 0 5 0 0\n"
	got, ok := parseStat(line)
	require.True(t, ok)
	assert.Equal(t, 460*time.Millisecond, got)
	for _, broken := range []string{"", "1 (x) Z 1 2", "1 (x) Z 1 4242 4242 0 -1 4194316 100 0 0 0 twelve 34"} {
		_, ok := parseStat(broken)
		assert.False(t, ok, "%q", broken)
	}
}
