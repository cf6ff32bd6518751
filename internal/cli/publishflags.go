package cli

import (
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/mcpctl/mcpctl/publish"
	"github.com/mcpctl/mcpctl/publish/packages"
	"github.com/mcpctl/mcpctl/publish/registry"
)

// releaseFlags say what a release is made of; `publish` and `sign` have them.
type releaseFlags struct {
	tag, report, surfaceFile, surface, out, state string
	sboms, formats, artifacts, attachTo           []string
	noImages                                      bool
}

func (f *releaseFlags) bind(c *cobra.Command) {
	c.Flags().StringVar(&f.tag, "tag", "", "the release's `TAG`, which has to name the version")
	c.Flags().StringArrayVar(&f.artifacts, "artifact", nil, "a package's file, as `TYPE=FILE` or TYPE:IDENTIFIER=FILE; needed before the package is published")
	c.Flags().StringSliceVar(&f.formats, "sbom", []string{"cyclonedx"}, "make bills of materials of the folder: `FORMATS` are cyclonedx and spdx, or none")
	c.Flags().StringArrayVar(&f.sboms, "sbom-file", nil, "attest the bill of materials in `FILE` instead, in JSON; repeatable")
	c.Flags().StringVar(&f.report, "report-file", "", "attest the report in `FILE`, of `mcpctl test --format json`")
	c.Flags().StringVar(&f.surfaceFile, "surface-file", "", "attest the snapshot in `FILE` of what the server offers")
	c.Flags().StringVar(&f.surface, "surface", "", "attest what the server at `TARGET` offers: a URL, or a name from mcpctl.yaml")
	c.Flags().StringArrayVar(&f.attachTo, "attach-to", nil, "push an artifact with server.json to the image `REPOSITORY`, and attach the attestations to it; repeatable")
	c.Flags().BoolVar(&f.noImages, "no-images", false, "do not attach anything to the images of the release")
	c.Flags().StringVar(&f.out, "out", "", "write the file of attestations into `DIR`")
	c.Flags().StringVar(&f.state, "state", "", "keep journals in `DIR` (default .mcpctl beside server.json)")
	_ = c.MarkFlagFilename("sbom-file", "json") // the flags exist
	_ = c.MarkFlagFilename("report-file", "json")
	_ = c.MarkFlagFilename("surface-file", "json")
	_ = c.MarkFlagDirname("out")
	_ = c.MarkFlagDirname("state")
	c.MarkFlagsMutuallyExclusive("surface", "surface-file")
}

// released are the names of the flags that a plan's file keeps.
func releasedFlags() []string {
	return []string{"tag", "artifact", "sbom", "sbom-file", "report-file", "surface-file", "surface", "attach-to", "no-images", "out", "attestations-url", "upload", "registry"}
}

// request is what the flags ask for.
func (f releaseFlags) request(args []string) (publish.Request, error) {
	r := publish.Request{Server: manifestName, Tag: f.tag, SBOMs: f.sboms, Report: f.report, Surface: f.surfaceFile, SurfaceTarget: f.surface}
	if len(args) == 1 {
		r.Server = args[0]
	}
	for _, word := range f.formats {
		switch {
		case word != "cyclonedx" && word != "spdx" && word != "none":
			return r, usagef("--sbom %q is none of cyclonedx, spdx, none", word)
		case word != "none" && len(f.sboms) == 0:
			r.Bills = append(r.Bills, word)
		}
	}
	for _, word := range f.artifacts {
		a, err := parseArtifact(word)
		if err != nil {
			return r, err
		}
		r.Artifacts = append(r.Artifacts, a)
	}
	r.Settings = publish.Settings{AttachTo: f.attachTo, NoImages: f.noImages, Out: f.out}
	return r, nil
}

func artifactTypes() []string {
	return []string{packages.NPM, packages.PyPI, packages.NuGet, packages.Cargo, packages.MCPB}
}

func parseArtifact(word string) (publish.Artifact, error) {
	kind, path, ok := strings.Cut(word, "=")
	kind, identifier, _ := strings.Cut(kind, ":")
	switch {
	case !ok || path == "":
		return publish.Artifact{}, usagef("--artifact %q is not like npm=acme-echo-1.0.0.tgz", word)
	case !slices.Contains(artifactTypes(), kind):
		return publish.Artifact{}, usagef("--artifact: there is no package type %q", kind).
			hinted("%s", didYouMean(kind, artifactTypes(), "Types are "+strings.Join(artifactTypes(), ", ")+"; images are pushed before."))
	}
	return publish.Artifact{Type: kind, Identifier: identifier, Path: path}, nil
}

// publishFlags are those of `mcpctl publish`, as typed.
type publishFlags struct {
	releaseFlags
	sign                   signFlags
	auth                   loginFlags
	registries             []string
	planOut, apply, format string
	url                    string
	dryRun, upload, yes    bool
	verbose                bool
	wait                   time.Duration
	quiet                  bool
	color                  string
}

func (f *publishFlags) bind(c *cobra.Command) {
	f.releaseFlags.bind(c)
	f.sign.bind(c)
	f.auth.bind(c, "auth")
	c.Flags().StringArrayVar(&f.registries, "registry", nil, "publish at `REGISTRY`: an address, a folder, or official (default "+registry.Official+"); repeatable")
	c.Flags().StringVar(&f.url, "attestations-url", "", "the `URL` at which you put the file of attestations, such as a release's asset")
	c.Flags().BoolVar(&f.upload, "upload", false, "upload the artifacts with their ecosystems' own clients")
	c.Flags().BoolVar(&f.dryRun, "dry-run", false, "print every step, and write nothing anywhere")
	c.Flags().BoolVarP(&f.verbose, "verbose", "v", false, "print the documents too that are signed and sent")
	c.Flags().StringVar(&f.planOut, "plan-out", "", "write the plan to `FILE`, and do nothing else")
	c.Flags().StringVar(&f.apply, "apply", "", "carry out the plan in `FILE`, unless a digest has changed since")
	c.Flags().DurationVar(&f.wait, "wait-timeout", 10*time.Minute, "how long a package may take to become visible")
	bindAsking(c, &f.format, &f.color, &f.yes, &f.quiet)
	_ = c.MarkFlagFilename("plan-out", "json") // the flags exist
	_ = c.MarkFlagFilename("apply", "json")
	c.MarkFlagsMutuallyExclusive("dry-run", "apply")
	c.MarkFlagsMutuallyExclusive("plan-out", "apply")
}

// bindAsking binds what commands have that show a plan and ask.
func bindAsking(c *cobra.Command, format, color *string, yes, quiet *bool) {
	bindFormat(c, format)
	c.Flags().StringVar(color, "color", "auto", "colours: `auto`, always or never")
	c.Flags().BoolVarP(yes, "yes", "y", false, "do not ask: do it")
	c.Flags().BoolVarP(quiet, "quiet", "q", false, "show no progress")
}
