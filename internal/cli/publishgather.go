package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/mcpctl/mcpctl/publish"
	"github.com/mcpctl/mcpctl/publish/attest"
	"github.com/mcpctl/mcpctl/publish/sbom"
	"github.com/mcpctl/mcpctl/publish/sbom/collect"
	"github.com/mcpctl/mcpctl/publish/serverjson"
	"github.com/mcpctl/mcpctl/publish/surface"
)

// releaseInputs reads all that the request names.
func (a *app) releaseInputs(c *cobra.Command, r publish.Request) (publish.Inputs, error) {
	file, raw, err := readManifest(r.Server)
	if err != nil {
		return publish.Inputs{}, err
	}
	dir := filepath.Dir(file)
	in := publish.Inputs{
		File: filepath.Base(file), Raw: raw, Folder: os.DirFS(dir), Tag: r.Tag, Artifacts: r.Artifacts,
		Build: a.build(c.Context(), dir), Now: time.Now(), Settings: r.Settings,
		Bills: func(at time.Time) ([][]byte, error) { return a.bills(dir, r, at) },
	}
	if in.Settings.State == "" {
		in.Settings.State = filepath.Join(dir, ".mcpctl")
	}
	if r.Report != "" {
		if in.Report, err = readSource(r.Report, attest.MaxReport); err != nil {
			return in, err
		}
	}
	in.Surface, err = a.surface(c, r)
	return in, err
}

// surface is the snapshot in a file, or of a live server.
func (a *app) surface(c *cobra.Command, r publish.Request) ([]byte, error) {
	switch {
	case r.Surface != "":
		return readSource(r.Surface, attest.MaxStatement)
	case r.SurfaceTarget == "":
		return nil, nil
	}
	target, _, err := a.target(c, []string{r.SurfaceTarget}, targetFlags{})
	if err != nil {
		return nil, err
	}
	snapshot, err := surface.Take(c.Context(), target)
	if err != nil {
		return nil, err
	}
	return json.Marshal(snapshot)
}

// bills are the bills of materials of a release: those of other tools as they
// are, or those that are made of the folder.
func (a *app) bills(dir string, r publish.Request, at time.Time) ([][]byte, error) {
	var all [][]byte
	for _, file := range r.SBOMs {
		b, err := readSource(file, sbom.MaxDocument)
		if err != nil {
			return nil, err
		}
		all = append(all, b)
	}
	if len(r.Bills) == 0 {
		return all, nil
	}
	b, err := collect.Path(dir, a.collectOptions())
	if errors.Is(err, collect.ErrNothing) {
		return all, nil // such as the folder of a remote server's entry
	}
	if err != nil {
		return nil, sbomError(err)
	}
	o, err := a.sbomOptions(sbomFlags{})
	if err != nil {
		return nil, err
	}
	if a.env("SOURCE_DATE_EPOCH") == "" {
		o.Time = at
	}
	for _, format := range r.Bills {
		write := sbom.CycloneDX
		if format == "spdx" {
			write = sbom.SPDX
		}
		text, err := write(b, o)
		if err != nil {
			return nil, err
		}
		all = append(all, text)
	}
	return all, nil
}

// build says where the release is made; on a person's machine git knows of what.
func (a *app) build(ctx context.Context, dir string) attest.Build {
	b := attest.BuildFromEnv(a.env)
	if b.Platform != attest.Local {
		return b
	}
	b.Commit = git(ctx, dir, "rev-parse", "--verify", "HEAD")
	if u, err := url.Parse(git(ctx, dir, "config", "--get", "remote.origin.url")); err == nil && u.Host != "" {
		u.User = nil // it may hold a token
		b.Source = u.String()
	}
	return b
}

// git asks git for one line; what it cannot say is empty.
func git(ctx context.Context, dir string, args ...string) string {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	var out bytes.Buffer
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Dir, cmd.Stdout, cmd.WaitDelay = dir, &out, time.Second
	if cmd.Run() != nil || out.Len() > 4096 {
		return ""
	}
	return strings.TrimSpace(out.String())
}

// explainFindings shows what is wrong with server.json, if that is why a release
// could not be gathered.
func (a *app) explainFindings(r *publish.Release, file string) {
	if r == nil {
		return
	}
	dir := filepath.Dir(file)
	var errs []serverjson.Finding
	for _, f := range r.Findings {
		if f.Level == serverjson.Error {
			f.File = filepath.Join(dir, f.File)
			errs = append(errs, f)
		}
	}
	a.printFindings(a.Err, errs)
}
