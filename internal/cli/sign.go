package cli

import (
	"github.com/spf13/cobra"

	"github.com/mcpctl/mcpctl/publish"
)

// signCommand makes the attestations of a release and signs them.
func (a *app) signCommand() *cobra.Command {
	var f releaseFlags
	var s signFlags
	var format, color string
	var yes, quiet, dryRun, verbose, images bool
	c := &cobra.Command{
		Use:   "sign [DIR|server.json] [flags]",
		Short: "Sign a release: server.json, its packages, SBOM, provenance and reports",
		Long: `Make the attestations of a release and sign them: what belongs together, where it was built, what it is
made of, and, if you give them, the report of ` + "`mcpctl test`" + ` and a snapshot of what the server offers.

They go into one file, NAME-VERSION.sigstore.jsonl, a Sigstore bundle a line; with --images they are
attached to the release's images, with --attach-to to an artifact of its own. No registry is asked, and
` + "`mcpctl publish`" + ` takes what is signed here instead of signing again.`,
		Example: `  mcpctl sign --out dist
  mcpctl sign --out dist --key cosign.key --key-passphrase-env COSIGN_PASSWORD
  mcpctl sign --out dist --report-file report.json --sbom-file sbom.cdx.json`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usagef("sign takes one folder or server.json")
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			style, err := a.planStyle(format, color)
			if err != nil {
				return err
			}
			request, err := f.request(args)
			if err != nil {
				return err
			}
			request.Settings.SignOnly, request.Settings.NoImages = true, !images || f.noImages
			if request.Settings.Out == "" && len(request.Settings.AttachTo) == 0 && !images {
				request.Settings.Out = "."
			}
			style.Signer, style.Documents = s.words(a), verbose
			run := releaseRun{app: a, request: request, services: a.localServices(request, s), sign: s, style: style, format: format,
				dryRun: dryRun, yes: yes, state: f.state, options: publish.Options{Tell: a.telling(quiet)}}
			plan, err := run.plan(c, nil)
			if err != nil {
				return err
			}
			return run.finish(c.Context(), plan, "Sign")
		},
	}
	f.bind(c)
	s.bind(c)
	bindAsking(c, &format, &color, &yes, &quiet)
	c.Flags().BoolVar(&dryRun, "dry-run", false, "print every step, and write nothing anywhere")
	c.Flags().BoolVarP(&verbose, "verbose", "v", false, "print the documents too that are signed")
	c.Flags().BoolVar(&images, "images", false, "attach the attestations to the release's images")
	c.MarkFlagsMutuallyExclusive("images", "no-images")
	return c
}
