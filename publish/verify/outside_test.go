package verify_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/publish/attach"
	"github.com/mcpctl/mcpctl/publish/attest"
	"github.com/mcpctl/mcpctl/publish/packages"
	"github.com/mcpctl/mcpctl/publish/surface"
	"github.com/mcpctl/mcpctl/publish/verify"
)

// source is the trust root as Parts want it.
func (a *authority) source(t testing.TB) func(context.Context) (verify.Trust, error) {
	trust := a.trust(t)
	return func(context.Context) (verify.Trust, error) { return trust, nil }
}

// images asks real registries on this machine.
type images struct{}

func (images) Resolve(ctx context.Context, ref string) (string, error) {
	return attach.Resolve(ctx, ref, attach.Options{Anonymous: true})
}

func (images) Fetch(ctx context.Context, ref string) ([][]byte, error) {
	return attach.Fetch(ctx, ref, attach.Options{Anonymous: true})
}

func (i images) Image(ctx context.Context, ref string) (map[string]string, string, error) {
	return attach.Config(ctx, ref, attach.Options{Anonymous: true})
}

func (i images) Digests(ctx context.Context, p packages.Package) ([]attest.Package, error) {
	return (&packages.Checker{Images: i}).Digests(ctx, p)
}

// moved is a registry whose tag leads elsewhere than it did.
type moved struct{}

func (moved) Digests(_ context.Context, p packages.Package) ([]attest.Package, error) {
	return []attest.Package{{Type: p.Type, Identifier: p.Identifier, Digest: map[string]string{"sha256": strings.Repeat("0", 64)}}}, nil
}

// failing answers nothing but an error.
type failing struct{ err error }

func (f failing) Digests(context.Context, packages.Package) ([]attest.Package, error) {
	return nil, f.err
}
func (f failing) Get(context.Context, string, int64) ([]byte, error) { return nil, f.err }

func snapshotOf(t testing.TB, target mcp.Target) *surface.Snapshot {
	s, err := surface.Take(t.Context(), target)
	require.NoError(t, err)
	return s
}

func liveAt(target mcp.Target) func(context.Context, ...mcp.Revision) (*surface.Snapshot, error) {
	return func(ctx context.Context, revisions ...mcp.Revision) (*surface.Snapshot, error) {
		return surface.Take(ctx, target, revisions...)
	}
}

// never notes whether the live server was asked.
func never(asked *bool) func(context.Context, ...mcp.Revision) (*surface.Snapshot, error) {
	return func(context.Context, ...mcp.Revision) (*surface.Snapshot, error) {
		*asked = true
		return nil, errors.New("it should not have been asked")
	}
}
