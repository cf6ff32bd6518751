package refusal_test

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/mcpctl/mcpctl/publish/refusal"
)

func TestErrorSaysWhatFailedAndWhy(t *testing.T) {
	for _, c := range []struct {
		name string
		r    refusal.Refusal
		want string
	}{
		{"its own reason", refusal.Refusal{Doing: "reading the bundle", Why: "it is empty", Err: io.EOF}, "reading the bundle: it is empty"},
		{"the cause's reason", refusal.Refusal{Doing: "reading the bundle", Err: io.EOF}, "reading the bundle: EOF"},
		{"at least the code", refusal.Refusal{Doing: "reading the bundle", Code: "bundle-missing"}, "reading the bundle: bundle-missing"},
	} {
		t.Run(c.name, func(t *testing.T) { assert.EqualError(t, &c.r, c.want) })
	}
}

func TestOfFindsTheRefusalInAnError(t *testing.T) {
	inner := &refusal.Refusal{Code: "bundle-missing", Err: io.EOF}
	err := fmt.Errorf("verifying: %w", inner)
	got, ok := refusal.Of(err)
	assert.True(t, ok)
	assert.Same(t, inner, got)
	assert.Equal(t, "bundle-missing", refusal.Code(err))
	assert.ErrorIs(t, err, io.EOF)

	_, ok = refusal.Of(errors.New("another"))
	assert.False(t, ok)
	assert.Empty(t, refusal.Code(io.EOF))
}
