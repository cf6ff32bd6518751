package cli

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/mcpctl/mcpctl/internal/atomic"
	"github.com/mcpctl/mcpctl/publish/serverjson"
)

// maxBundle bounds the bundle that is hashed, in bytes.
const maxBundle = 2 << 30

// manifestInit is one call of `publish init`.
type manifestInit struct {
	dir, bundle string
	dryRun      bool
	wishes      serverjson.Wishes
}

func (a *app) publishInitCommand() *cobra.Command {
	var m manifestInit
	c := &cobra.Command{
		Use:   "init [DIR]",
		Short: "Write server.json from package.json, pyproject.toml, go.mod or an MCPB manifest",
		Long: `Write server.json from what the project says of itself in package.json, pyproject.toml, go.mod and an MCPB
manifest.json. The first that says something counts. A server.json that is there stays as it is.

Go modules are no package that registries know: name an image, a bundle or a remote.`,
		Example: "  mcpctl publish init\n  mcpctl publish init --image registry.example.com/acme/echo@sha256:… --version v1.2.3\n  mcpctl publish init --bundle dist/echo.mcpb --dry-run",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usagef("name one folder")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			m.dir = "."
			if len(args) == 1 {
				m.dir = args[0]
			}
			return a.initManifest(m)
		},
	}
	c.Flags().StringVar(&m.wishes.Name, "name", "", "the server's `NAME`, when no manifest leads to it")
	c.Flags().StringVar(&m.wishes.Version, "version", "", "the `VERSION`, when no manifest has it; a leading v is left out")
	c.Flags().StringArrayVar(&m.wishes.Images, "image", nil, "add a container image by its `REFERENCE`; repeatable")
	c.Flags().StringArrayVar(&m.wishes.Remotes, "remote", nil, "add the `URL` of a streamable HTTP endpoint; repeatable")
	c.Flags().StringVar(&m.bundle, "bundle", "", "add the MCPB `FILE`, as an asset of the release on GitHub, with its digest")
	c.Flags().BoolVar(&m.dryRun, "dry-run", false, "print it, write nothing")
	return c
}

func (a *app) initManifest(m manifestInit) error {
	path := filepath.Join(m.dir, manifestName)
	if _, err := os.Lstat(path); !m.dryRun && !errors.Is(err, fs.ErrNotExist) {
		return usagef("%s is there already", path).hinted("Check it with `mcpctl publish check`, or look at a new one with --dry-run.")
	}
	sources, err := serverjson.Sources(os.DirFS(m.dir))
	if err != nil {
		return usagef("looking at the project in %s: %w", m.dir, err)
	}
	if m.bundle != "" {
		if m.wishes.Bundle, err = hashBundle(m.bundle); err != nil {
			return err
		}
	}
	text, notes, err := serverjson.Generate(sources, m.wishes)
	if err != nil {
		return usagef("making %s: %w", path, err).hinted("Name the server with --name io.github.OWNER/NAME, and see that a manifest names the repository.")
	}
	if m.dryRun {
		_, err = a.Out.Write(text)
	} else {
		err = atomic.WriteFile(path, text, 0o644)
	}
	if err != nil {
		return &Error{Code: ExitEnvironment, Err: err}
	}
	for _, s := range sources {
		fmt.Fprintf(a.Err, "read %s\n", a.safe(filepath.Join(m.dir, s.File)))
	}
	for _, note := range notes {
		fmt.Fprintf(a.Err, "note: %s\n", a.safe(note))
	}
	findings, err := manifestFindings(path, text, "")
	if err != nil {
		return err
	}
	a.printFindings(a.Err, findings)
	if !m.dryRun {
		fmt.Fprintf(a.Err, "wrote %s\n", a.safe(path))
	}
	return nil
}

// hashBundle computes the digest that clients will compare.
func hashBundle(path string) (serverjson.Bundle, error) {
	f, err := os.Open(path)
	if err != nil {
		return serverjson.Bundle{}, usagef("reading the bundle: %w", err)
	}
	defer func() { _ = f.Close() }() // it was only read
	sum := sha256.New()
	n, err := io.Copy(sum, io.LimitReader(f, maxBundle+1))
	switch {
	case err != nil:
		return serverjson.Bundle{}, usagef("reading the bundle %s: %w", path, err)
	case n == 0 || n > maxBundle:
		return serverjson.Bundle{}, usagef("the bundle %s has %d bytes; 1 to %d are expected", path, n, maxBundle)
	}
	return serverjson.Bundle{File: filepath.Base(path), SHA256: hex.EncodeToString(sum.Sum(nil))}, nil
}
