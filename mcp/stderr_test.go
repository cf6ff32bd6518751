package mcp

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTail(t *testing.T) {
	tests := map[string]struct {
		writes []string
		want   string
		total  int64
		valid  bool
	}{
		"nothing":            {valid: true},
		"little":             {writes: []string{"ab"}, want: "ab", total: 2, valid: true},
		"just full":          {writes: []string{"abcd"}, want: "abcd", total: 4, valid: true},
		"past it":            {writes: []string{"abc", "def"}, want: "cdef", total: 6, valid: true},
		"far past it":        {writes: []string{"abcdefghijkl"}, want: "ijkl", total: 12, valid: true},
		"moved":              {writes: []string{"abcd", "efgh", "ij"}, want: "ghij", total: 10, valid: true},
		"a rune split":       {writes: []string{"\xe2", "\x82", "\xac"}, want: "€", total: 3, valid: true},
		"a rune unfinished":  {writes: []string{"a\xe2\x82"}, want: "a\xe2\x82", total: 3, valid: false},
		"no UTF-8":           {writes: []string{"\xff", "abcd"}, want: "abcd", total: 5, valid: false},
		"a stray byte after": {writes: []string{"\xe2", "a"}, want: "\xe2a", total: 2, valid: false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			end := &tail{keep: 4}
			for _, w := range test.writes {
				n, err := end.Write([]byte(w))
				require.NoError(t, err)
				assert.Equal(t, len(w), n)
			}
			end.end()
			total, valid := end.measure()
			assert.Equal(t, test.want, string(end.bytes()))
			assert.Equal(t, test.total, total)
			assert.Equal(t, test.valid, valid)
		})
	}
}
