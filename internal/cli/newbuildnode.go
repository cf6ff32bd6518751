package cli

import (
	"context"
)

// nodeToolchain installs with npm, without running code of packages. There is
// nothing to build: Node runs the TypeScript of a project as it stands.
type nodeToolchain struct{ tools }

func (n nodeToolchain) build(ctx context.Context, dir, _ string) ([]string, error) {
	node, err := n.find("node")
	if err != nil {
		return nil, err
	}
	if err := n.recent(ctx, node); err != nil {
		return nil, err
	}
	if err := n.install(ctx, dir, "--omit=dev"); err != nil { // what only tests need takes most of the time
		return nil, err
	}
	return []string{node, "--disable-warning=ExperimentalWarning", "src/main.ts"}, nil
}

func (n nodeToolchain) check(ctx context.Context, dir string) error {
	if err := n.install(ctx, dir); err != nil {
		return err
	}
	for _, script := range []string{"check", "test"} {
		if err := n.npm(ctx, dir, "run", script); err != nil {
			return err
		}
	}
	return nil
}

// install installs what is locked: what the cache has is not asked for again, and
// what it has not is fetched.
func (n nodeToolchain) install(ctx context.Context, dir string, more ...string) error {
	return n.npm(ctx, dir, append([]string{"ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"}, more...)...)
}

func (n nodeToolchain) npm(ctx context.Context, dir string, args ...string) error {
	npm, err := n.find("npm")
	if err != nil {
		return err
	}
	return n.run(ctx, dir, npm, args...)
}
