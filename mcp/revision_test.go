package mcp

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestTimeline(t *testing.T) {
	all := Timeline()
	assert.True(t, slices.IsSorted(all))
	for _, r := range all {
		assert.True(t, r.Known())
	}
	all[0] = "changed"
	assert.Equal(t, Rev20241105, Timeline()[0], "callers have a copy of their own")
	for _, r := range []Revision{"", "2024-10-07", "2025-11-25 ", "2026-07-29", "latest"} {
		assert.False(t, r.Known(), r)
	}
}

func TestEra(t *testing.T) {
	for _, r := range Timeline() {
		want := Handshake
		if r == Rev20260728 {
			want = Stateless
		}
		assert.Equal(t, want, r.Era(), r)
	}
	assert.Equal(t, "handshake stateless", Handshake.String()+" "+Stateless.String())
}

func TestSpanHas(t *testing.T) {
	tests := map[string]struct {
		span Span
		want []Revision
	}{
		"all":        {Span{}, Timeline()},
		"since":      {Since(Rev20251125), []Revision{Rev20251125, Rev20260728}},
		"only":       {Only(Rev20250618), []Revision{Rev20250618}},
		"between":    {Between(Rev20250326, Rev20251125), []Revision{Rev20250326, Rev20250618, Rev20251125}},
		"up to":      {Span{Last: Rev20250326}, []Revision{Rev20241105, Rev20250326}},
		"wrong ends": {Between(Rev20251125, Rev20250326), nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var got []Revision
			for _, r := range Timeline() {
				if test.span.Has(r) {
					got = append(got, r)
				}
			}
			assert.Equal(t, test.want, got)
		})
	}
}
