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
	// What the cache has is not asked for again, and what it has not is fetched.
	if err := n.npm(ctx, dir, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"); err != nil {
		return nil, err
	}
	return []string{node, "--disable-warning=ExperimentalWarning", "src/main.ts"}, nil
}

func (n nodeToolchain) check(ctx context.Context, dir string) error {
	for _, script := range []string{"check", "test"} {
		if err := n.npm(ctx, dir, "run", script); err != nil {
			return err
		}
	}
	return nil
}

func (n nodeToolchain) npm(ctx context.Context, dir string, args ...string) error {
	npm, err := n.find("npm")
	if err != nil {
		return err
	}
	return n.run(ctx, dir, npm, args...)
}
