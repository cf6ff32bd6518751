package cli

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/mcpctl/mcpctl/internal/term"
	"github.com/mcpctl/mcpctl/publish/registry"
)

// foundEntries is what `registry search` prints as JSON.
type foundEntries struct {
	Schema   string           `json:"schema"`
	Registry string           `json:"registry"`
	Servers  []registry.Entry `json:"servers"`
	Next     string           `json:"nextCursor,omitempty"`
}

type searchFlags struct {
	registry    string
	format      string
	cursor      string
	limit       int
	allVersions bool
	deleted     bool
	since       string
}

func (a *app) registrySearchCommand() *cobra.Command {
	var f searchFlags
	c := &cobra.Command{
		Use:   "search [TEXT]",
		Short: "List the servers of a registry, or those with TEXT in their names",
		Long: `List the servers of a registry, or those with TEXT in their names, which must be
three characters or more: the latest version of each, a page at a time.`,
		Example: `  mcpctl registry search weather
  mcpctl registry search --updated-since 2026-01-01 --limit 100 --format json`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usagef("search takes one text").hinted("Put it into quotes, if it has spaces.")
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			return a.registrySearch(c.Context(), strings.Join(args, ""), f)
		},
	}
	bindRegistry(c, &f.registry)
	c.Flags().IntVar(&f.limit, "limit", 30, fmt.Sprintf("list at most `N` entries, up to %d", registry.MaxLimit))
	c.Flags().StringVar(&f.cursor, "cursor", "", "go on where the page before ended: the `CURSOR` that it told")
	c.Flags().BoolVar(&f.allVersions, "all-versions", false, "list every version, not only the latest")
	c.Flags().BoolVar(&f.deleted, "deleted", false, "list deleted entries too")
	c.Flags().StringVar(&f.since, "updated-since", "", "list what was changed since `TIME`, a date or RFC 3339; deleted entries too")
	bindFormat(c, &f.format)
	return c
}

func (a *app) registrySearch(ctx context.Context, text string, f searchFlags) error {
	if err := checkTextOrJSON(f.format); err != nil {
		return err
	}
	if f.limit < 1 {
		return usagef("--limit %d is less than 1", f.limit)
	}
	q := registry.Query{Text: text, Cursor: f.cursor, Limit: f.limit, IncludeDeleted: f.deleted, Version: "latest"}
	if f.allVersions {
		q.Version = ""
	}
	if f.since != "" {
		var err error
		if q.UpdatedSince, err = parseSince(f.since); err != nil {
			return err
		}
	}
	shelf, _, err := a.openRegistry(f.registry)
	if err != nil {
		return err
	}
	page, err := shelf.Search(ctx, q)
	if err != nil {
		return err
	}
	found := foundEntries{"mcpctl.registry.search/v1", f.registry, append([]registry.Entry{}, page.Entries...), page.Next}
	return a.textOrJSON(f.format, found, func() error { return a.printFound(found) })
}

func parseSince(s string) (time.Time, error) {
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, nil
		}
	}
	return time.Time{}, usagef("--updated-since %q is no time", s).hinted("Write 2026-01-31, or 2026-01-31T12:00:00Z.")
}

func (a *app) printFound(f foundEntries) error {
	if len(f.Servers) == 0 {
		fmt.Fprintln(a.Err, "Nothing is found.")
		return nil
	}
	w := tabwriter.NewWriter(a.Out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "NAME\tVERSION\tSTATUS\tDESCRIPTION")
	for _, e := range f.Servers {
		about := aboutOf(e)
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", a.safe(about.Name), a.safe(about.Version), a.safe(e.Status), a.safe(term.Clip(about.Description, 100)))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if f.Next != "" {
		fmt.Fprintf(a.Err, "There is more: --cursor %s\n", quoteWord(a.safe(f.Next)))
	}
	return nil
}

// quoteWord makes one word of a shell's command line.
func quoteWord(s string) string {
	if !strings.ContainsFunc(s, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("._-/:@%+,=", r))
	}) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
