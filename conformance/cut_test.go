package conformance_test

import (
	"context"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

// TestCutOff: a check whose session another one has brought to its end does not
// blame the server, and what was asked once in vain is asked again.
func TestCutOff(t *testing.T) {
	var ends sync.Once
	asked := 0
	check := pinging("x/cut", func(ctx context.Context, p *conformance.Probe) error {
		s, err := p.Shared(ctx)
		if err != nil {
			return err
		}
		ends.Do(func() { err = s.Close(ctx) }) // in place of the other check
		if err != nil {
			return err
		}
		x, err := conformance.Once(ctx, p, "ping of the check's own", func(ctx context.Context) (*mcp.Exchange, error) {
			asked++
			return s.Call(ctx, "ping", nil), nil
		})
		if err != nil {
			return err
		}
		if !x.Result().Exists() {
			p.Judge().Failf(x, "ping got no result")
		}
		p.Judge().Saw(x)
		return p.Judge().Err("")
	})
	report := judge(t, mcptest.New(), nil, check)
	require.Len(t, report.Findings, 1)
	assert.Equal(t, conformance.Pass, report.Findings[0].Verdict, report.Findings[0].Message)
	assert.True(t, report.Findings[0].Alone)
	assert.Equal(t, 2, asked)
}
