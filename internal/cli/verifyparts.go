package cli

import (
	"context"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/publish/attach"
	"github.com/mcpctl/mcpctl/publish/attest"
	"github.com/mcpctl/mcpctl/publish/packages"
	"github.com/mcpctl/mcpctl/publish/refusal"
	"github.com/mcpctl/mcpctl/publish/sign"
	"github.com/mcpctl/mcpctl/publish/surface"
	"github.com/mcpctl/mcpctl/publish/verify"
)

// verifyParts are the ways to the outside that the flags allow. Offline there are
// none but files.
func (a *app) verifyParts(c *cobra.Command, f verifyFlags, r verifyRequest, command []string) (verify.Parts, error) {
	parts := verify.Parts{Trust: f.trust()}
	local := localPackages{files: r.artifacts}
	if !f.offline {
		parts.Images = verifyImages{}
		parts.Web = verify.Download{Allow: f.allowHost, UserAgent: "mcpctl/" + version()}
		local.checker = &packages.Checker{Env: os.Environ(), HTTP: a.web, Images: verifyImages{}, UserAgent: "mcpctl/" + version()}
	}
	parts.Packages = local
	var err error
	if parts.Live, err = a.liveSurface(c, f, command); err != nil {
		return parts, err
	}
	if r.Name == "" {
		return parts, nil
	}
	err = a.entries(f, &parts)
	return parts, err
}

// entries opens the registry; offline it can only be a folder.
func (a *app) entries(f verifyFlags, parts *verify.Parts) error {
	if f.offline && (strings.Contains(f.registry, "://") || f.registry == "official") {
		return nil
	}
	shelf, _, err := a.openRegistry(f.registry)
	if err != nil {
		return err
	}
	parts.Registry = shelf
	parts.Shelf, _ = shelf.(verify.Shelf)
	return nil
}

// trust loads the root of trust when it is needed: for keys it is not.
func (f verifyFlags) trust() func(context.Context) (verify.Trust, error) {
	if f.trustedRoot == "" && f.offline {
		return nil
	}
	return func(ctx context.Context) (verify.Trust, error) {
		if f.trustedRoot != "" {
			return sign.LoadTrust(f.trustedRoot)
		}
		return sign.PublicTrust(ctx, "")
	}
}

// liveSurface is the way to the running server, if one is named.
func (a *app) liveSurface(c *cobra.Command, f verifyFlags, command []string) (func(context.Context, ...mcp.Revision) (*surface.Snapshot, error), error) {
	var words []string
	switch {
	case f.live != "" && command != nil:
		return nil, usagef("--live %s and a command after -- are two servers", f.live)
	case f.live == "" && command == nil:
		return nil, nil
	case f.offline && command == nil:
		return nil, usagef("--offline asks nothing over a network, and --live does").hinted("A command after -- is started on this machine.")
	case f.live != "":
		words = []string{f.live}
	}
	target := mcp.Target{}
	if command != nil {
		target = mcp.Target{Name: command[0], Command: command}
	} else {
		var err error
		if target, _, err = a.target(c, words, f.targetFlags); err != nil {
			return nil, err
		}
	}
	return func(ctx context.Context, revisions ...mcp.Revision) (*surface.Snapshot, error) {
		return surface.Take(ctx, target, revisions...)
	}, nil
}

// verifyImages asks image registries as somebody who installs would.
type verifyImages struct{}

func (verifyImages) options() attach.Options { return attach.Options{UserAgent: "mcpctl/" + version()} }

func (i verifyImages) Resolve(ctx context.Context, ref string) (string, error) {
	return attach.Resolve(ctx, ref, i.options())
}

func (i verifyImages) Fetch(ctx context.Context, ref string) ([][]byte, error) {
	return attach.Fetch(ctx, ref, i.options())
}

func (i verifyImages) Image(ctx context.Context, ref string) (map[string]string, string, error) {
	digest, err := attach.Resolve(ctx, ref, i.options())
	return nil, digest, err // its labels prove nothing that a signature does not
}

// localPackages computes the digests of files at hand, and asks for the others.
type localPackages struct {
	files   []artifactFile
	checker *packages.Checker // nil offline
}

func (l localPackages) Digests(ctx context.Context, p packages.Package) ([]attest.Package, error) {
	var all []attest.Package
	var failure error
	for _, f := range l.files {
		if f.kind != p.Type || f.identifier != "" && f.identifier != p.Identifier {
			continue
		}
		files, err := packages.Local(f.path, p)
		if err != nil && failure == nil {
			failure = err
		}
		all = append(all, files...)
	}
	switch {
	case len(all) > 0:
		return all, nil
	case failure != nil:
		return nil, failure
	case l.checker == nil:
		return nil, &refusal.Refusal{Kind: refusal.Environment, Code: "package-unchecked", Doing: "asking for " + p.String(),
			Why: "nothing may be asked over a network, and no file of it is at hand"}
	}
	return l.checker.Digests(ctx, p)
}
