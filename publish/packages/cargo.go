package packages

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/mcpctl/mcpctl/publish/refusal"
)

// cargo has cargo download the crate, which it holds against the checksum of its
// index, and reads that.
func (c *Checker) cargo(ctx context.Context, p Package) (found, error) {
	spec := p.Identifier + "@" + p.Version
	f := found{asked: "cargo info " + spec}
	temp, err := os.MkdirTemp("", "mcpctl-cargo-")
	if err != nil {
		return f, trouble(refusal.Environment, codeFailed, p, "Make room for temporary files.", "there is no temporary folder: %v", err)
	}
	defer func() { _ = os.RemoveAll(temp) }() // it was only for reading
	home, project := filepath.Join(temp, "home"), filepath.Join(temp, "project")
	if err := c.cargoHome(home, project, p); err != nil {
		return f, trouble(refusal.Environment, codeFailed, p, "See whether cargo's configuration can be read.", "cargo could not be set up: %v", err)
	}
	ask := func(args ...string) (answer, error) {
		env := []string{"CARGO_HOME=" + home, "CARGO_TERM_COLOR=never", "CARGO_TERM_PROGRESS_WHEN=never", "CARGO_NET_RETRY=1"}
		return c.ask(ctx, p, command{names: []string{"cargo"}, args: args, env: env, dir: project})
	}
	a, err := ask("info", spec)
	if err != nil {
		return f, err
	}
	if a.status != 0 && (strings.Contains(a.complain, "is replaced with") || strings.Contains(a.complain, "no such")) {
		// Of a mirror that replaces the source, and before 1.82, cargo tells nothing
		// but to a project; that takes the dependencies along.
		f.asked = "cargo fetch, of a project that requires " + spec
		if a, err = ask("fetch"); err != nil {
			return f, err
		}
	}
	if a.status != 0 {
		return f, cargoRefusal(p, a)
	}
	crates, err := filepath.Glob(filepath.Join(home, "registry", "cache", "*", p.Identifier+"-"+p.Version+".crate"))
	if err != nil || len(crates) != 1 {
		return f, invisible(p, "cargo does not find it under exactly that name: %s", lastLines(a.complain))
	}
	asked := f.asked
	f, err = open(crates[0], filepath.Base(crates[0]), p)
	f.asked = asked
	return f, err
}

// cargoHome makes a home of cargo with the user's configuration and credentials,
// but an empty cache, and a project that has no use but to require the crate.
func (c *Checker) cargoHome(home, project string, p Package) error {
	for _, dir := range []string{home, project} {
		if err := os.Mkdir(dir, 0o700); err != nil {
			return err
		}
	}
	users := c.env("CARGO_HOME")
	if users == "" {
		base := c.env("HOME")
		if base == "" {
			base = c.env("USERPROFILE")
		}
		users = filepath.Join(base, ".cargo")
	}
	for _, name := range []string{"config", "config.toml", "credentials", "credentials.toml"} {
		file := filepath.Join(users, name)
		if _, err := os.Stat(file); err != nil {
			continue // none of them has to be there
		}
		if err := borrow(file, filepath.Join(home, name)); err != nil {
			return err
		}
	}
	manifest := fmt.Sprintf("[package]\nname = \"mcpctl-asks\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\n[lib]\npath = \"lib.rs\"\n\n[dependencies.asked]\npackage = %q\nversion = %q\n", p.Identifier, "="+p.Version)
	if err := os.WriteFile(filepath.Join(project, "lib.rs"), nil, 0o600); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(project, "Cargo.toml"), []byte(manifest), 0o600)
}

// borrow links a file, or copies it where links need a permission.
func borrow(file, to string) error {
	if os.Symlink(file, to) == nil {
		return nil
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	return os.WriteFile(to, data, 0o600)
}

func cargoRefusal(p Package, a answer) error {
	has := func(words ...string) bool {
		for _, w := range words {
			if strings.Contains(a.complain, w) {
				return true
			}
		}
		return false
	}
	switch {
	case has("failed to verify the checksum"):
		return trouble(refusal.Finding, codeDigest, p, "Do not use it; tell whoever runs the package's host.", "what its host sends is not what its index names: %s", lastLines(a.complain))
	case has("could not find", "no matching package", "failed to select a version"):
		return invisible(p, "cargo does not find it: %s", lastLines(a.complain))
	case has("got 401", "got 403", "403 Forbidden", "401 Unauthorized", "no token found"):
		return trouble(refusal.Consent, codeDenied, p, "Log in with `cargo login`.", "cargo may not see it: %s", lastLines(a.complain))
	}
	return failed(p, "cargo", a)
}
