package conformance

import (
	"errors"
	"strings"

	"github.com/mcpctl/mcpctl/internal/redact"
	"github.com/mcpctl/mcpctl/mcp"
)

// Sighting is a fail or warn of a watching check, with the places in the traffic
// where it was seen.
type Sighting struct {
	Finding
	Places []Place
}

// Place is one violation: the Seq of its frame, or -1, a JSON Pointer into the
// message, and what is wrong there.
type Place struct {
	Frame            int
	Pointer, Message string
}

// Watch lets the watching checks of suites judge a session while it goes on.
// frames are those of the session that shall be judged, in order; they need not
// be all. It sends nothing, and what it answers is as good as the frames are: a
// later call may no longer find what an earlier one did. In contrast to a run,
// no verdict is given in which the clock had a say, and none that hangs on what
// else the server speaks.
func Watch(target mcp.Target, s *mcp.Session, frames []mcp.Frame, suites []Suite, r *redact.Redactor) []Sighting {
	return WatchSome(target, s, frames, s.Log().Exchanges(), suites, r)
}

// WatchSome is Watch for a session whose log no longer has all the exchanges that
// the frames belong to: exchanges are these, in order.
func WatchSome(target mcp.Target, s *mcp.Session, frames []mcp.Frame, exchanges []*mcp.Exchange, suites []Suite, r *redact.Redactor) []Sighting {
	facts := Facts{Transport: s.Kind(), Local: local(target), Speaks: []mcp.Revision{s.Revision()}}.of(s)
	connection := Connection{Log: mcp.LogOf(frames, exchanges, s.Log().Ended())}
	connection.Exit, connection.Exited = s.Exit()
	return watchLog(target, facts, connection, suites, r)
}

// WatchRecorded lets the watching checks of suites judge a connection that was
// recorded. known says what the recording tells of the server: Revision,
// Transport, Server and Sessions.
func WatchRecorded(target mcp.Target, known Facts, log *mcp.Log, suites []Suite, r *redact.Redactor) []Sighting {
	known.Speaks = []mcp.Revision{known.Revision}
	known.Local = local(target)
	return watchLog(target, known, Connection{Log: log}, suites, r)
}

func watchLog(target mcp.Target, facts Facts, connection Connection, suites []Suite, r *redact.Redactor) []Sighting {
	t := &Traffic{Revision: facts.Revision, Transport: facts.Transport, Facts: facts, Connections: []Connection{connection}}

	p := &Plan{Target: target, Transport: facts.Transport, options: Options{Redact: r}}
	var found []Finding
	var general []bool
	var results []violations
	scribe := newScribe(r)
	for _, suite := range suites {
		for _, check := range suite.Checks {
			binding := check.Binding(t.Revision, t.Transport)
			if check.Watch == nil || len(binding) == 0 || asksForEras(check.Needs) || facts.Missing(check.Needs) != "" {
				continue
			}
			res := watch(check, t)
			var v violations
			if !errors.As(res.err, &v) || res.judge.timed || res.judge.cut {
				continue
			}
			found = append(found, p.finding(Case{Check: check, Suite: suite.ID, Revision: t.Revision, Transport: t.Transport, Binding: binding}, res, scribe))
			general, results = append(general, check.General), append(results, v)
		}
	}
	collapse(found, func(i int) bool { return general[i] })
	var all []Sighting
	for i, f := range found {
		if f.Verdict == Fail || f.Verdict == Warn {
			f.spots = nil
			all = append(all, Sighting{f, places(results[i], r)})
		}
	}
	return all
}

// asksForEras reports whether needs name what only a look at all revisions tells.
func asksForEras(needs string) bool {
	return strings.Contains(needs, "dual-era") || strings.Contains(needs, "stateless-only")
}

func places(v violations, r *redact.Redactor) []Place {
	var all []Place
	for _, one := range v.all {
		frame := one.spot.frame
		if one.spot.connection == nil {
			frame = -1
		}
		all = append(all, Place{frame, one.spot.pointer, r.String(one.message)})
	}
	return all
}
