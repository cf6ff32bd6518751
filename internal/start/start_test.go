package start_test

import (
	"os"
	"runtime/debug"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/mcpctl/mcpctl/internal/start"
)

// What the package was imported for has happened, unless the user has a word of
// his own in the matter.
func TestTheStartIsPatient(t *testing.T) {
	now := debug.SetGCPercent(100)
	debug.SetGCPercent(now)
	if _, chosen := os.LookupEnv("GOGC"); chosen {
		assert.NotEqual(t, start.Percent, now)
		return
	}
	assert.Equal(t, start.Percent, now)
}
