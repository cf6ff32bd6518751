package cli

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/mcpctl/mcpctl/publish/sbom"
	"github.com/mcpctl/mcpctl/publish/sbom/collect"
)

// sbomFlags are the flags of `mcpctl sbom`.
type sbomFlags struct {
	format   string
	out      string
	score    bool
	minScore int
	file     string
	author   string
	supplier string
	chosen   bool // --format was given
}

// sbomFormats are what can be printed; the first is the default.
func sbomFormats() []string { return []string{"cyclonedx", "spdx", "text", "json"} }

func (a *app) sbomCommand() *cobra.Command {
	var f sbomFlags
	c := &cobra.Command{
		Use:   "sbom [DIR|FILE]",
		Short: "Write what a project or product is made of, as CycloneDX or SPDX, and score it",
		Long: `Write a bill of materials, and score how complete it is.

DIR is a project's folder with lock files, or an image in OCI layout; without one
it is the folder that you are in. FILE is a lock file, a Go binary, an MCPB
bundle, or an image saved into an archive. Nothing is run, and nothing is asked
over a network.

Lock files: ` + strings.Join(collect.LockNames(), ", ") + `.`,
		Example: `  mcpctl sbom --out sbom.cdx.json --score
  mcpctl sbom ./server --format spdx
  mcpctl sbom --sbom-file theirs.json --min-score 70`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usagef("sbom takes one folder or file")
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			f.chosen = c.Flags().Changed("format")
			return a.sbom(args, f)
		},
	}
	c.Flags().StringVar(&f.format, "format", sbomFormats()[0], "print as `FORMAT`: "+strings.Join(sbomFormats(), ", ")+" (the last two tell of it)")
	c.Flags().StringVar(&f.out, "out", "", "write to `FILE` instead of standard output")
	c.Flags().BoolVar(&f.score, "score", false, "tell how complete it is, by the elements of NTIA and CISA")
	c.Flags().IntVar(&f.minScore, "min-score", 0, "exit with 1 if the score is below `N` of 100")
	c.Flags().StringVar(&f.file, "sbom-file", "", "take the bill that another tool has made, and pass it on unchanged")
	c.Flags().StringVar(&f.author, "author", "", "who answers for the bill: a person or `ORGANISATION`")
	c.Flags().StringVar(&f.supplier, "supplier", "", "who supplies the product, as `ORGANISATION`, if its manifest does not say it")
	_ = c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(sbomFormats(), cobra.ShellCompDirectiveNoFileComp)) // the flag exists
	_ = c.MarkFlagFilename("sbom-file", "json", "xml")
	return c
}

func (a *app) sbom(args []string, f sbomFlags) error {
	switch {
	case !slices.Contains(sbomFormats(), f.format):
		return usagef("--format: there is no format %q", f.format).
			hinted("%s", didYouMean(f.format, sbomFormats(), "Formats are "+strings.Join(sbomFormats(), ", ")+"."))
	case f.minScore < 0 || f.minScore > 100:
		return usagef("--min-score %d is not from 0 to 100", f.minScore)
	case f.file != "" && len(args) > 0:
		return usagef("--sbom-file and %s are two things to tell of", args[0]).hinted("Give one of them.")
	case f.file != "" && f.author+f.supplier != "":
		return usagef("--author and --supplier would change the bill of another tool, which is passed on unchanged")
	}
	if f.file != "" {
		return a.passSBOM(f)
	}
	path := "."
	if len(args) > 0 {
		path = args[0]
	}
	return a.makeSBOM(path, f)
}

// makeSBOM makes the bill of a folder or file.
func (a *app) makeSBOM(path string, f sbomFlags) error {
	o, err := a.sbomOptions(f)
	if err != nil {
		return err
	}
	b, err := collect.Path(path, a.collectOptions())
	if err != nil {
		return sbomError(err)
	}
	write := sbom.CycloneDX
	if f.format == "spdx" {
		write = sbom.SPDX
	}
	data, err := write(b, o)
	if err != nil {
		return err
	}
	// The score is of what was written, read as another's would be.
	d, err := sbom.Read(data)
	if err != nil {
		return err
	}
	return a.deliverSBOM(f, data, sbom.Summarize(d, b))
}

// passSBOM scores another tool's bill and passes it on.
func (a *app) passSBOM(f sbomFlags) error {
	data, err := readSource(f.file, sbom.MaxDocument)
	if err != nil {
		return err
	}
	d, err := sbom.Read(data)
	if err != nil {
		return usagef("%s: %w", f.file, err)
	}
	made := strings.ToLower(d.Format)
	if f.chosen && f.format != made && f.format != "text" && f.format != "json" {
		return usagef("%s is %s, and --format asks for %s", f.file, d.Format, f.format).
			hinted("A bill of another tool is passed on as it is; leave --format away.")
	}
	return a.deliverSBOM(f, data, sbom.Summarize(d, nil))
}

// sbomOptions are what the bill says besides its content. The clock is only
// asked if SOURCE_DATE_EPOCH does not say what time it shall be.
func (a *app) sbomOptions(f sbomFlags) (sbom.Options, error) {
	o := sbom.Options{Tool: "mcpctl", ToolVersion: version(), Author: f.author, Supplier: f.supplier, Time: time.Now()}
	const variable = "SOURCE_DATE_EPOCH"
	if epoch := a.env(variable); epoch != "" {
		seconds, err := strconv.ParseInt(epoch, 10, 64)
		if err != nil || seconds < 0 || seconds > 253402300799 { // the year 9999
			return o, usagef("%s=%q is not a number of seconds since 1970", variable, epoch)
		}
		o.Time = time.Unix(seconds, 0)
	}
	return o, nil
}

// collectOptions finds Go's module cache where Go itself would.
func (a *app) collectOptions() collect.Options {
	dir := a.env("GOMODCACHE")
	if dir == "" {
		path := filepath.SplitList(a.env("GOPATH"))
		if len(path) == 0 || path[0] == "" {
			path = []string{filepath.Join(a.env("HOME"), "go")}
		}
		dir = filepath.Join(path[0], "pkg", "mod")
	}
	if !filepath.IsAbs(dir) {
		return collect.Options{}
	}
	return collect.Options{GoModCache: os.DirFS(dir)}
}

// sbomError gives what went wrong a code and advice.
func sbomError(err error) error {
	failure := &Error{Code: ExitUsage, Err: err}
	var broken *collect.Error
	switch {
	case errors.As(err, &broken):
		failure.Hint = broken.Fix
	case errors.Is(err, os.ErrPermission):
		failure.Code = ExitEnvironment
	}
	return failure
}
