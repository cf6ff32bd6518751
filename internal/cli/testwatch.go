package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/mcpctl/mcpctl/mcp"
)

const (
	// pollEvery is how often files are looked at. A change counts once nothing
	// has changed since the look before: editors write in several steps.
	pollEvery = 100 * time.Millisecond
	// maxWatched bounds the files below the paths to watch.
	maxWatched = 20_000
)

// watch runs the cases, and again whenever one of their files changes, until
// ctx ends.
func (a *app) watch(c *cobra.Command, args []string, f testFlags) error {
	switch {
	case len(f.suites) == 0:
		f.suites = []string{suiteCases}
	case !slices.Equal(f.suites, []string{suiteCases}):
		return usagef("--watch runs the cases, and no other suite")
	}
	if f.dryRun || f.updateBaseline {
		return usagef("--watch goes with neither --dry-run nor --update-baseline")
	}
	for _, path := range f.watchPaths {
		if _, err := os.Stat(path); err != nil {
			return usagef("--watch-path: %w", err)
		}
	}
	outputs, err := f.outputs(a)
	if err != nil {
		return err
	}
	ctx := c.Context()
	var spoken *mcp.Spoken // what the server speaks, as long as it is the same server
	for {
		before := f.stamps()
		err := a.watchRound(c, args, f, outputs, &spoken)
		if ctx.Err() != nil {
			return exit(ExitInterrupted)
		}
		if err != nil && !errors.As(err, new(exit)) {
			a.explain(err) // the next change may mend it
		}
		fmt.Fprintln(a.Err, "waiting for changes; ctrl-C ends")
		changed := f.changed(ctx, before)
		if ctx.Err() != nil {
			return exit(ExitInterrupted)
		}
		fmt.Fprintf(a.Err, "%s changed\n", a.safe(changed))
		if !f.onlyCases(changed) {
			spoken = nil
		}
	}
}

// watchRound is one run. Which revisions the server speaks is found out once.
func (a *app) watchRound(c *cobra.Command, args []string, f testFlags, o outputs, spoken **mcp.Spoken) error {
	r, err := a.prepareTest(c, args, f)
	if err != nil {
		return err
	}
	if *spoken != nil {
		r.started, r.spoken = time.Now(), **spoken
		r.layCases(r.revisions(), r.spoken.Transport)
	} else {
		if err := r.open(c.Context()); err != nil {
			return err
		}
		found := r.spoken
		*spoken = &found
	}
	accepted, err := readBaseline(r.baseline(), false)
	if err != nil {
		return err
	}
	report, err := r.run(c)
	if err != nil {
		return err
	}
	accepted.Apply(report, time.Now())
	return o.write(report, f.strict)
}

// stamp is what tells whether a file was changed.
type stamp struct {
	at   time.Time
	size int64
}

// stamps are those of all files that are watched.
func (f testFlags) stamps() map[string]stamp {
	all := map[string]stamp{}
	note := func(path string) {
		if info, err := os.Stat(path); err == nil {
			all[path] = stamp{info.ModTime(), info.Size()}
		}
	}
	conf, _ := readConfig(f.config)                // a run tells what is wrong with it
	paths, _ := casePaths(conf, f.config, f.cases) // likewise
	for _, path := range append(paths, f.configPath()) {
		note(path)
	}
	for _, top := range f.watchPaths {
		_ = filepath.WalkDir(top, func(path string, entry fs.DirEntry, err error) error {
			switch {
			case err != nil: // it is gone, which is a change
				return nil
			case len(all) >= maxWatched:
				return filepath.SkipAll
			case entry.IsDir() && path != top && (strings.HasPrefix(entry.Name(), ".") || entry.Name() == "node_modules"):
				return filepath.SkipDir
			case !entry.IsDir():
				note(path)
			}
			return nil
		})
	}
	return all
}

func (f testFlags) configPath() string {
	if f.config != "" {
		return f.config
	}
	return configName
}

// changed waits until files have changed and are at rest again, and names the
// first of those that matter most.
func (f testFlags) changed(ctx context.Context, before map[string]stamp) string {
	last := before
	ticker := time.NewTicker(pollEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return ""
		case <-ticker.C:
		}
		now := f.stamps()
		if maps.Equal(now, last) && !maps.Equal(now, before) {
			return f.name(before, now)
		}
		last = now
	}
}

// name is a path whose stamps differ, one that is no file of cases if there is.
func (f testFlags) name(before, now map[string]stamp) string {
	var all []string
	for path, s := range now {
		if before[path] != s {
			all = append(all, path)
		}
	}
	for path := range before {
		if _, there := now[path]; !there {
			all = append(all, path)
		}
	}
	slices.Sort(all)
	for _, path := range all {
		if !f.onlyCases(path) {
			return path
		}
	}
	return all[0]
}

// onlyCases reports whether a path is that of cases, whose change leaves the
// server as it is.
func (f testFlags) onlyCases(path string) bool {
	conf, err := readConfig(f.config)
	if err != nil {
		return false
	}
	paths, err := casePaths(conf, f.config, f.cases)
	return err == nil && slices.Contains(paths, path)
}
