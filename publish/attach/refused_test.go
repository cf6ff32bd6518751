package attach_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/publish/refusal"
)

// refused asserts the code of a refusal, and that it helps a person along.
func refused(t testing.TB, err error, code string) *refusal.Refusal {
	t.Helper()
	require.Error(t, err)
	r, ok := refusal.Of(err)
	require.True(t, ok, "it is no refusal: %v", err)
	require.Equal(t, code, r.Code, "%v", err)
	require.NotEmpty(t, r.Doing)
	require.NotZero(t, r.Kind)
	return r
}
