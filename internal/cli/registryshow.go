package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/mcpctl/mcpctl/publish/attest"
	"github.com/mcpctl/mcpctl/publish/packages"
	"github.com/mcpctl/mcpctl/publish/refusal"
	"github.com/mcpctl/mcpctl/publish/registry"
)

// shownEntry is what `registry show` prints as JSON.
type shownEntry struct {
	Schema   string         `json:"schema"`
	Registry string         `json:"registry"`
	Entry    registry.Entry `json:"entry"`
	// Attestations is where the entry says that its attestations are; absent
	// without them.
	Attestations *attest.Pointer `json:"attestations,omitempty"`
	// PointerProblem is why that cannot be read.
	PointerProblem string         `json:"attestationsProblem,omitempty"`
	Versions       []shownVersion `json:"versions"`
}

type shownVersion struct {
	Version   string    `json:"version"`
	Status    string    `json:"status"`
	Published time.Time `json:"publishedAt,omitzero"`
	Latest    bool      `json:"isLatest"`
}

// maxShownVersions is how many versions people are shown, the newest first.
const maxShownVersions = 20

func (a *app) registryShowCommand() *cobra.Command {
	var name, format string
	c := &cobra.Command{
		Use:   "show NAME[@VERSION]",
		Short: "Show a registry's entry: versions, status, packages, remotes, attestations",
		Example: `  mcpctl registry show io.github.acme/echo
  mcpctl registry show io.github.acme/echo@1.0.0 --format json`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usagef("show takes the name of one server").hinted("`mcpctl registry search` finds it.")
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			return a.registryShow(c.Context(), args[0], name, format)
		},
	}
	bindRegistry(c, &name)
	bindFormat(c, &format)
	return c
}

func (a *app) registryShow(ctx context.Context, arg, registryName, format string) error {
	if err := checkTextOrJSON(format); err != nil {
		return err
	}
	name, version, err := entryArg(arg)
	if err != nil {
		return err
	}
	shelf, _, err := a.openRegistry(registryName)
	if err != nil {
		return err
	}
	versions, err := shelf.Versions(ctx, name)
	if err != nil {
		return err
	}
	entry, err := shelf.Get(ctx, name, version)
	if refusal.Code(err) == "not-found" {
		return missingVersion(err, name, version, versions)
	}
	if err != nil {
		return err
	}
	shown := shownEntry{Schema: "mcpctl.registry.show/v1", Registry: registryName, Entry: *entry, Versions: []shownVersion{}}
	for _, e := range versions {
		shown.Versions = append(shown.Versions, shownVersion{e.Version(), e.Status, e.PublishedAt, e.IsLatest})
	}
	slices.SortStableFunc(shown.Versions, func(x, y shownVersion) int { return y.Published.Compare(x.Published) })
	pointer, ok, err := attest.PointerOf(entry.Server)
	switch {
	case err != nil:
		shown.PointerProblem = err.Error()
	case ok:
		shown.Attestations = &pointer
	}
	return a.textOrJSON(format, shown, func() error { return a.printEntry(shown) })
}

// missingVersion says which versions there are instead.
func missingVersion(err error, name, version string, versions []registry.Entry) error {
	r, ok := refusal.Of(err)
	if !ok || len(versions) == 0 {
		return err
	}
	mended := *r
	last := versions[0]
	for _, e := range versions {
		if e.PublishedAt.After(last.PublishedAt) {
			last = e
		}
	}
	mended.Mend = fmt.Sprintf("There are other versions; the newest is %s@%s.", name, last.Version())
	if version == "" {
		mended.Why = "all of its versions are deleted"
		mended.Mend = fmt.Sprintf("Name one to see it, like %s@%s.", name, last.Version())
	}
	return &mended
}

// about is what a server.json says for people.
type about struct {
	Name        string `json:"name"`
	Version     string `json:"version"`
	Title       string `json:"title"`
	Description string `json:"description"`
	WebsiteURL  string `json:"websiteUrl"`
	Repository  struct {
		URL string `json:"url"`
	} `json:"repository"`
}

func aboutOf(e registry.Entry) about {
	var s about
	_ = json.Unmarshal(e.Server, &s) // what cannot be read has nothing to show
	return s
}

func (a *app) printEntry(s shownEntry) error {
	about, e := aboutOf(s.Entry), s.Entry
	status := e.Status
	if e.IsLatest {
		status += ", latest"
	}
	if e.StatusMessage != "" {
		status += ": " + e.StatusMessage
	}
	fmt.Fprintf(a.Out, "%s %s\n", a.safe(about.Name), a.safe(about.Version))
	w := tabwriter.NewWriter(a.Out, 0, 0, 2, ' ', 0)
	for _, line := range [][2]string{
		{"title", about.Title}, {"description", about.Description}, {"status", status},
		{"published", shortTime(e.PublishedAt)}, {"changed", shortTime(e.UpdatedAt)},
		{"website", about.WebsiteURL}, {"repository", about.Repository.URL},
	} {
		if line[1] != "" {
			fmt.Fprintf(w, "  %s\t%s\n", line[0], a.safe(line[1]))
		}
	}
	a.printPointer(w, s)
	if err := w.Flush(); err != nil {
		return err
	}
	if err := a.printParts(e); err != nil {
		return err
	}
	fmt.Fprintln(a.Out, "\nversions")
	for i, v := range s.Versions {
		if i == maxShownVersions {
			fmt.Fprintf(w, "  … and %d more, which --format json has\n", len(s.Versions)-i)
			break
		}
		latest := ""
		if v.Latest {
			latest = "latest"
		}
		fmt.Fprintf(w, "  %s\t%s\t%s\t%s\n", a.safe(v.Version), a.safe(v.Status), shortTime(v.Published), latest)
	}
	return w.Flush()
}

// printPointer tells where the attestations are said to be.
func (a *app) printPointer(w io.Writer, s shownEntry) {
	var lines []string
	switch p := s.Attestations; {
	case s.PointerProblem != "":
		lines = []string{"the pointer cannot be read: " + s.PointerProblem}
	case p == nil:
		lines = []string{"none are pointed at"}
	default:
		lines = append([]string{"of " + p.Subject}, p.OCI...)
		switch {
		case p.URL != "":
			lines = append(lines, p.URL)
		case p.SHA256 != "":
			lines = append(lines, "kept by the registry, sha256:"+p.SHA256)
		}
	}
	for i, line := range lines {
		title := ""
		if i == 0 {
			title = "attestations"
		}
		fmt.Fprintf(w, "  %s\t%s\n", title, a.safe(line))
	}
}

// printParts lists packages and remotes.
func (a *app) printParts(e registry.Entry) error {
	all, remotes, err := packages.List(e.Server)
	if err != nil {
		fmt.Fprintf(a.Out, "\npackages and remotes cannot be read: %s\n", a.safe(err.Error()))
		return nil
	}
	w := tabwriter.NewWriter(a.Out, 0, 0, 2, ' ', 0)
	if len(all) > 0 {
		fmt.Fprintln(w, "\npackages")
	}
	for _, p := range all {
		fmt.Fprintf(w, "  %s\t%s\t%s\t%s\n", a.safe(p.Type), a.safe(p.Identifier), a.safe(p.Version), a.safe(p.Transport))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if len(remotes) > 0 {
		fmt.Fprintln(w, "\nremotes")
	}
	for _, r := range remotes {
		fmt.Fprintf(w, "  %s\t%s\n", a.safe(r.Type), a.safe(r.URL))
	}
	return w.Flush()
}

func shortTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04 MST")
}
