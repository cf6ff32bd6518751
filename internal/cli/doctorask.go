package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/mcpctl/mcpctl/inspect/doctor"
	"github.com/mcpctl/mcpctl/inspect/servers"
	"github.com/mcpctl/mcpctl/internal/term"
)

// doctorVisit is one run of `doctor`.
type doctorVisit struct {
	app   *app
	flags doctorFlags
	found servers.Found
	home  string
}

// agreed settles what may be started and asked: by flags, or by asking a person
// who has seen the list.
func (v *doctorVisit) agreed(ctx context.Context, o doctor.Options) (func(servers.Server) bool, error) {
	yes := map[servers.Scope]bool{servers.User: v.flags.yes, servers.Project: v.flags.startProject}
	if v.flags.dryRun {
		yes = map[servers.Scope]bool{}
	}
	allow := func(s servers.Server) bool { return yes[s.Scope] }
	lists := map[servers.Scope][]servers.Server{}
	for _, s := range v.found.Servers {
		if (s.Disabled == "" || o.Disabled) && !yes[s.Scope] {
			lists[s.Scope] = append(lists[s.Scope], s)
		}
	}
	person := v.app.InTTY && v.app.ErrTTY && !v.flags.dryRun
	var p prompter
	if person {
		p = prompter{app: v.app, lines: readLines(ctx, v.app.In)}
	}
	for _, scope := range []servers.Scope{servers.User, servers.Project} {
		if len(lists[scope]) == 0 {
			continue
		}
		if person || v.flags.dryRun && v.flags.format == "text" {
			v.list(scope, lists[scope])
		}
		if !person {
			continue
		}
		answer, err := p.ask(ctx, effects(lists[scope])+"? (yes, no)", "no", func(string) error { return nil })
		if err != nil {
			return nil, err
		}
		answer = strings.ToLower(answer)
		yes[scope] = answer == "y" || answer == "yes"
	}
	return allow, nil
}

// list shows on standard error what would be started and asked.
func (v *doctorVisit) list(scope servers.Scope, all []servers.Server) {
	out := v.app.Err
	if v.flags.dryRun {
		out = v.app.Out
	}
	title := "From your own files:"
	if scope == servers.Project {
		title = "From files in this folder, which came with the project:"
	}
	fmt.Fprintf(out, "%s\n\n", title)
	width := 0
	for _, s := range all {
		width = max(width, columnsOf(v.app.safe(s.Name)))
	}
	for _, s := range all {
		verb := "ask  "
		if s.Local() {
			verb = "start"
		}
		fmt.Fprintf(out, "  %s  %s  %s\n", verb, padded(v.app.safe(s.Name), width), v.app.safe(term.Clip(s.Shown(), 300)))
		fmt.Fprintf(out, "  %s  %s, %s\n", strings.Repeat(" ", 7+width), s.Client, v.app.safe(near(s.Position(), v.home)))
	}
	fmt.Fprintln(out)
}

// effects are what is asked for: "Start 2 programs and ask 1 address".
func effects(all []servers.Server) string {
	start, ask := 0, 0
	for _, s := range all {
		if s.Local() {
			start++
		} else {
			ask++
		}
	}
	count := func(n int, one, many string) string {
		if n == 1 {
			return "1 " + one
		}
		return fmt.Sprintf("%d %s", n, many)
	}
	switch {
	case ask == 0:
		return "Start " + count(start, "program", "programs")
	case start == 0:
		return "Ask " + count(ask, "address", "addresses")
	}
	return "Start " + count(start, "program", "programs") + " and ask " + count(ask, "address", "addresses")
}

// progress shows how many servers are done, where a person watches; clear takes
// that away again.
func (v *doctorVisit) progress() (tell func(doctor.Diagnosis), clear func()) {
	a := v.app
	if !a.ErrTTY || v.flags.quiet || a.env("TERM") == "dumb" || a.env("CI") != "" {
		return nil, func() {}
	}
	done := 0
	return func(d doctor.Diagnosis) {
		done++
		fmt.Fprintf(a.Err, "\r\x1b[Kexamined %d of %d: %s", done, len(v.found.Servers), a.safe(term.Clip(d.Name, 40)))
	}, func() { fmt.Fprint(a.Err, "\r\x1b[K") }
}
