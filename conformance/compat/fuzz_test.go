package compat

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/mcpctl/mcpctl/mcp"
)

// FuzzCompare compares whatever JSON there is: it must not hang or panic, every
// witness must hold, and a schema is compatible with itself.
func FuzzCompare(f *testing.F) {
	for _, k := range keywords {
		f.Add([]byte(k.from), []byte(k.to), true)
	}
	f.Fuzz(func(t *testing.T, from, to []byte, input bool) {
		a, err := mcp.Parse(from)
		if err != nil {
			return
		}
		b, err := mcp.Parse(to)
		if err != nil {
			return
		}
		d := Output
		if input {
			d = Input
		}
		r, err := Compare(a, b, d)
		if err != nil {
			assert.Empty(t, r)
			return
		}
		worst := Compatible
		for _, one := range r.Differences {
			if one.Verdict == Breaking || worst == Compatible {
				worst = one.Verdict
			}
		}
		assert.Equal(t, worst, r.Verdict)
		confirm(t, a, b, d, r)
		same, err := Compare(a, a, d)
		assert.NoError(t, err)
		assert.Equal(t, Compatible, same.Verdict)
	})
}
