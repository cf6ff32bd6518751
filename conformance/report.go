package conformance

import (
	"cmp"
	"errors"
	"slices"
	"time"

	"github.com/mcpctl/mcpctl/conformance/spec"
	"github.com/mcpctl/mcpctl/mcp"
)

// Schema is the version of the report's JSON shape.
const Schema = "mcpctl.report/v1"

// Report is what a run found. Its JSON form is a promise to users.
type Report struct {
	Schema      string         `json:"schema"`
	Tool        Tool           `json:"tool"`
	Target      TargetInfo     `json:"target"`
	Transport   string         `json:"transport,omitempty"`
	Revisions   []mcp.Revision `json:"revisions"`
	NotSpoken   []NotSpoken    `json:"notSpoken,omitempty"`
	Server      []ServerInfo   `json:"servers,omitempty"`
	Reach       string         `json:"reach"`
	Started     time.Time      `json:"started"`
	Millis      int64          `json:"durationMs"`
	Interrupted bool           `json:"interrupted,omitempty"`
	// Partial says that the user left checks out, by globs or a shard.
	Partial  bool      `json:"partial,omitempty"`
	Findings []Finding `json:"findings"`
	// Stale are baseline entries that match nothing any more.
	Stale   []string        `json:"staleBaseline,omitempty"`
	Summary map[Verdict]int `json:"summary"`
	// Known counts the fails and warns that the baseline accepts.
	Known int `json:"known,omitempty"`
}

// Tool is the program that judged.
type Tool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// TargetInfo is what was judged, without secrets.
type TargetInfo struct {
	Name    string   `json:"name"`
	URL     string   `json:"url,omitempty"`
	Command []string `json:"command,omitempty"`
}

// NotSpoken is a revision that the server does not speak, and what it said.
type NotSpoken struct {
	Revision mcp.Revision `json:"revision"`
	Cause    mcp.Cause    `json:"cause"`
	Message  string       `json:"message"`
}

// ServerInfo is what the server says of itself in a revision.
type ServerInfo struct {
	Revision mcp.Revision `json:"revision"`
	Name     string       `json:"name,omitempty"`
	Version  string       `json:"version,omitempty"`
}

// Finding is the verdict on one check in one revision.
type Finding struct {
	Check        string        `json:"check"`
	Title        string        `json:"title"`
	Revision     mcp.Revision  `json:"revision"`
	Transport    string        `json:"transport"`
	Verdict      Verdict       `json:"verdict"`
	Level        spec.Strength `json:"level,omitempty"`
	Requirements []string      `json:"requirements,omitempty"`
	Message      string        `json:"message,omitempty"`
	// Details are all violations when there is more than one.
	Details   []string   `json:"details,omitempty"`
	Evidence  []Evidence `json:"evidence,omitempty"`
	Ref       string     `json:"ref,omitempty"`
	Link      string     `json:"link,omitempty"`
	Fix       string     `json:"fix,omitempty"`
	BlockedBy string     `json:"blockedBy,omitempty"`
	// Baseline is the reason for which the baseline accepts the finding.
	Baseline string `json:"baseline,omitempty"`
	// Alone says that the verdict is that of a second run, on its own.
	Alone  bool  `json:"alone,omitempty"`
	Millis int64 `json:"durationMs"`

	spots []spot
	gone  bool // the server had ended
}

// Counts reports whether the finding is something to act on: a fail or warn
// that no baseline accepts.
func (f Finding) Counts() bool {
	return (f.Verdict == Fail || f.Verdict == Warn) && f.Baseline == ""
}

// Suite is the subject of the finding: its check's id up to the first slash.
func (f Finding) Suite() string {
	for i := range len(f.Check) {
		if f.Check[i] == '/' {
			return f.Check[:i]
		}
	}
	return f.Check
}

// report gathers the results of a run.
func (p *Plan) report(r *run, started time.Time) *Report {
	report := &Report{
		Schema: Schema, Tool: p.options.Tool, Transport: string(p.Transport), Reach: p.options.Reach.String(),
		Target:    TargetInfo{Name: p.Target.Name, URL: p.options.Redact.String(p.Target.URL), Command: p.command()},
		Partial:   len(p.options.Check)+len(p.options.Skip)+p.options.ShardCount > 0,
		Revisions: p.Spoken, Started: started.UTC(), Millis: time.Since(started).Milliseconds(),
	}
	p.addServers(report)
	p.addRefused(report)
	report.Findings = append(report.Findings, mournAll(r.findings)...)
	report.Tally()
	return report
}

func (p *Plan) command() []string {
	var all []string
	for _, word := range p.Target.Command {
		all = append(all, p.options.Redact.String(word))
	}
	return all
}

func (p *Plan) addServers(report *Report) {
	for _, r := range p.Spoken {
		info := p.Facts[r].Server.Get("serverInfo")
		if r.Era() == mcp.Stateless {
			info = p.Facts[r].Server.Get("_meta", mcp.MetaServerInfo)
		}
		report.Server = append(report.Server, ServerInfo{r, p.options.Redact.String(info.Get("name").Text()), p.options.Redact.String(info.Get("version").Text())})
	}
}

// addRefused tells of the revisions that are not spoken: in the head of the
// report, and as one finding each when they were asked for.
func (p *Plan) addRefused(report *Report) {
	for _, r := range p.options.Revisions {
		why := p.Refused[r]
		if why == nil {
			continue
		}
		message := p.options.Redact.String(why.What)
		report.NotSpoken = append(report.NotSpoken, NotSpoken{r, why.Cause, message})
		if p.options.Auto {
			continue
		}
		verdict := Skip
		if p.options.Required {
			verdict = Errored
		}
		report.Findings = append(report.Findings, Finding{Check: "revision/spoken", Title: "the server speaks the revision",
			Revision: r, Transport: string(p.Transport), Verdict: verdict, Message: message})
	}
}

// finding is the verdict on one case, with its evidence.
func (p *Plan) finding(c Case, res result, w *scribe) Finding {
	f := Finding{
		Check: c.Check.ID, Title: c.Check.Title, Revision: c.Revision, Transport: string(c.Transport),
		Verdict: verdictOf(res.err, c.Binding), Level: level(c.Binding), Alone: res.again, Millis: res.took.Milliseconds(),
		gone: isGone(res.err),
	}
	for _, r := range c.Binding {
		f.Requirements = append(f.Requirements, r.ID)
	}
	f.Ref, f.Link = c.Binding[0].Ref(c.Revision), c.Binding[0].Link(c.Revision)
	if f.Ref == "" {
		f.Ref = c.Binding[0].Label(c.Revision)
	}
	if res.err != nil {
		f.Message = p.options.Redact.String(res.err.Error())
	}
	var b blocked
	if errors.As(res.err, &b) {
		f.BlockedBy = b.by
	}
	var v violations
	if errors.As(res.err, &v) {
		f.Fix = c.Check.Fix
		for _, one := range v.all {
			f.spots = append(f.spots, one.spot)
			if len(v.all) > 1 {
				f.Details = append(f.Details, p.options.Redact.String(one.message))
			}
		}
		f.spots = append(f.spots, v.more...)
	}
	if res.judge != nil {
		f.Evidence = w.evidence(res.judge.shown)
	}
	return f
}

// Tally counts the findings by verdict and puts them in order: by suite as
// the catalogue has it, then as planned.
func (r *Report) Tally() {
	r.Summary = map[Verdict]int{}
	for _, v := range Verdicts() {
		r.Summary[v] = 0
	}
	r.Known = 0
	for _, f := range r.Findings {
		r.Summary[f.Verdict]++
		if f.Baseline != "" {
			r.Known++
		}
	}
}

// Worst are the findings to act on, broken MUSTs first.
func (r *Report) Worst() []Finding {
	var worst []Finding
	for _, f := range r.Findings {
		if f.Counts() {
			worst = append(worst, f)
		}
	}
	slices.SortStableFunc(worst, func(a, b Finding) int { return cmp.Compare(a.Verdict, b.Verdict) })
	return worst
}

// Outcome is what a run comes to, from best to worst.
type Outcome int

// The outcomes.
const (
	Fine     Outcome = iota
	Troubled         // something could not be judged: the tester's trouble
	Found            // nonconformity, or a baseline that needs care
)

// Outcome sums the report up. Warnings count only when strict.
func (r *Report) Outcome(strict bool) Outcome {
	outcome := Fine
	if r.Summary[Errored] > 0 {
		outcome = Troubled
	}
	for _, f := range r.Findings {
		if f.Counts() && (f.Verdict == Fail || strict) {
			outcome = Found
		}
	}
	if len(r.Stale) > 0 {
		outcome = Found
	}
	return outcome
}
