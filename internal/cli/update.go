package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"
	"golang.org/x/mod/semver"

	"github.com/mcpctl/mcpctl/scaffold"
	"github.com/mcpctl/mcpctl/scaffold/pack"
	"github.com/mcpctl/mcpctl/scaffold/update"
	"github.com/mcpctl/mcpctl/templates"
	"github.com/mcpctl/mcpctl/templates/released"
)

// updateFlags are the flags of `mcpctl update`, as typed.
type updateFlags struct {
	to, template, dir, format           string
	check, dryRun, marked, dirty, noRun bool
}

func (a *app) updateCommand() *cobra.Command {
	var f updateFlags
	c := &cobra.Command{
		Use:   "update [flags]",
		Short: "Bring a project to a newer version of its template, or to other answers",
		Long: `Bring the project in this folder to a newer version of the template that it was made from.

What you changed and what the template changed are merged, file by file; a file that you deleted
stays deleted. All of it is written or nothing. To change an answer, edit it in mcpctl.yaml, then
run this command. Exit code 1 says that there are conflicts, or with --check that there is
something to update.`,
		Example: `  mcpctl update --dry-run
  mcpctl update
  mcpctl update --conflicts    # and then look for <<<<<<<
  mcpctl update --check        # for CI`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return a.update(c.Context(), f) },
	}
	c.Flags().StringVar(&f.to, "to", "", "update to `VERSION` of the template (default the newest)")
	c.Flags().StringVar(&f.template, "template", "", "take the new version from `TEMPLATE`: a folder, or git+URL[#FOLDER]@COMMIT (default where the project came from)")
	c.Flags().StringVar(&f.dir, "dir", ".", "update the project in folder `DIR`")
	c.Flags().BoolVar(&f.check, "check", false, "write nothing, and exit with 1 when there is something to update")
	c.Flags().BoolVar(&f.dryRun, "dry-run", false, "print what would change, and write nothing")
	c.Flags().BoolVar(&f.marked, "conflicts", false, "write files with conflicts too, both versions between markers")
	c.Flags().BoolVar(&f.dirty, "allow-dirty", false, "update although git has changes that are not committed")
	c.Flags().BoolVar(&f.noRun, "no-locks", false, "leave lock files to you: do not run go mod tidy, npm or uv")
	bindFormat(c, &f.format)
	c.MarkFlagsMutuallyExclusive("check", "dry-run", "conflicts")
	_ = c.MarkFlagDirname("dir") // the flag exists
	return c
}

// update is the command: recover, plan, print, and apply.
func (a *app) update(ctx context.Context, f updateFlags) error {
	if f.format != "text" && f.format != "json" {
		return usagef("--format %q is none", f.format).hinted("Choose text or json.")
	}
	reading := f.check || f.dryRun
	if err := a.ready(ctx, f, reading); err != nil {
		return err
	}
	plan, err := a.updatePlan(ctx, f)
	if err != nil {
		return err
	}
	if reading {
		if err := a.printUpdate(plan, f, "planned"); err != nil {
			return err
		}
		if len(plan.Conflicts()) > 0 || f.check && (plan.Behind() || !plan.Empty()) {
			return exit(ExitFindings)
		}
		return nil
	}
	return a.applyUpdate(ctx, plan, f)
}

// ready restores what an interrupted update left, and makes sure that git could
// take this one back.
func (a *app) ready(ctx context.Context, f updateFlags, reading bool) error {
	if reading {
		if update.Interrupted(f.dir) {
			return (&Error{Code: ExitEnvironment, Err: errors.New("an update of this project was interrupted")}).
				hinted("Run `mcpctl update` without --check and --dry-run: it restores the old state first.")
		}
		return nil
	}
	found, err := update.Recover(f.dir)
	if err != nil {
		return &Error{Code: ExitEnvironment, Err: err}
	}
	if found {
		fmt.Fprintln(a.Err, "An update was interrupted; the state before it is restored.")
	}
	if f.dirty {
		return nil
	}
	note, err := update.Clean(ctx, f.dir)
	var dirty *update.DirtyError
	switch {
	case errors.As(err, &dirty):
		return (&Error{Code: ExitRefused, Err: err}).hinted("Commit or stash them first, so that the update can be told from them; or give --allow-dirty.")
	case err != nil:
		return (&Error{Code: ExitEnvironment, Err: err}).hinted("Give --allow-dirty to go without git.")
	case note != "":
		fmt.Fprintf(a.Err, "Note: %s.\n", a.safe(note))
	}
	return nil
}

// updatePlan finds both versions of the template and compares.
func (a *app) updatePlan(ctx context.Context, f updateFlags) (*update.Plan, error) {
	project, err := update.ReadProject(f.dir)
	if err != nil {
		return nil, usagef("%w", err).hinted("Run this command in a folder that `mcpctl new` made, or name it with --dir.")
	}
	project.Template.Source = seenFromHere(f.dir, project.Template.Source)
	newest, err := a.newestTemplate(ctx, f, project.Template)
	if err != nil {
		return nil, err
	}
	wanted, err := wantedTemplate(newest, f.to, project.Template)
	if err != nil {
		return nil, err
	}
	renames, err := renamesOf(newest)
	if err != nil {
		return nil, usagef("%w", err)
	}
	base := baseTemplate(ctx, wanted, newest, project.Template)
	plan, err := update.NewPlan(ctx, update.Request{Dir: f.dir, Wanted: seenFrom(f.dir, wanted), Base: base, Renames: renames})
	if err != nil && ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return plan, err
}

// seenFromHere undoes seenFrom: the path of a template that a project records
// begins at the project.
func seenFromHere(project string, source scaffold.Source) scaffold.Source {
	dir, ok := source.Dir()
	if !ok || filepath.IsAbs(dir) {
		return source
	}
	return scaffold.DirSource(filepath.Join(project, filepath.FromSlash(dir)))
}

// newestTemplate is the template as it is today where the project came from.
func (a *app) newestTemplate(ctx context.Context, f updateFlags, from scaffold.Origin) (*scaffold.Template, error) {
	var newest *scaffold.Template
	var err error
	if f.template != "" {
		newest, err = a.openPack(ctx, f.template)
	} else {
		newest, err = pack.Load(ctx, from.Source, from.ID)
	}
	if err != nil {
		return nil, usagef("opening the template that the project came from: %w", err).hinted("Name it with --template.")
	}
	if newest.Manifest.ID != from.ID {
		return nil, usagef("the project was made from the template %q, and this one is %q", from.ID, newest.Manifest.ID)
	}
	return newest, nil
}

// wantedTemplate is the version to update to.
func wantedTemplate(newest *scaffold.Template, to string, from scaffold.Origin) (*scaffold.Template, error) {
	id, version := newest.Manifest.ID, newest.Manifest.Version
	switch {
	case to == version:
		return newest, nil
	case to != "" && newest.Source == scaffold.Builtin:
		wanted, err := archives().Open(id, to)
		if err == nil {
			return wanted, nil
		}
		known := append(releasedVersions(id), version)
		return nil, usagef("--to %s: %w", to, err).hinted("%s", didYouMean(to, known, thereAre("version", known)))
	case to != "":
		return nil, usagef("--to %s: the template has version %s there", to, version).hinted("Name the folder or commit that has it with --template.")
	case semver.Compare("v"+version, "v"+from.Version) < 0:
		return nil, usagef("the project was made from version %s of the template %s, and this mcpctl has %s", from.Version, id, version).
			hinted("Use a newer mcpctl; to go back on purpose, give --to %s.", version)
	}
	return newest, nil
}

// baseTemplate is the version that the project was made from, or the nearest
// that is known: whether it is the right one is told by the files' digests.
func baseTemplate(ctx context.Context, wanted, newest *scaffold.Template, from scaffold.Origin) *scaffold.Template {
	for _, t := range []*scaffold.Template{wanted, newest} {
		if t.Digest == from.Digest {
			return t
		}
	}
	if from.Source == scaffold.Builtin {
		if t, err := archives().Open(from.ID, from.Version); err == nil {
			return t
		}
		return wanted
	}
	if t, err := pack.Load(ctx, from.Source, from.ID); err == nil {
		return t
	}
	return wanted
}

func archives() update.Released { return update.Released{FS: released.FS} }

func releasedVersions(id string) []string {
	all, err := archives().List()
	if err != nil {
		return nil // the files are part of the program
	}
	var versions []string
	for _, r := range all {
		if r.ID == id {
			versions = append(versions, r.Version)
		}
	}
	slices.Reverse(versions)
	return versions
}

// renamesOf reads which files a template moved.
func renamesOf(t *scaffold.Template) ([]update.Rename, error) {
	var fsys fs.FS
	var err error
	if dir, ok := t.Source.Dir(); ok {
		root, err := os.OpenRoot(dir)
		if err != nil {
			return nil, fmt.Errorf("opening the template: %w", err)
		}
		defer func() { _ = root.Close() }() // it was only read
		fsys = root.FS()
	} else if t.Source == scaffold.Builtin {
		if fsys, err = templates.FS(t.Manifest.ID); err != nil {
			return nil, err
		}
	} else {
		return nil, nil
	}
	return update.ReadRenames(fsys)
}
