package cli

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// planned is a plan as --dry-run --format json prints it.
type planned struct {
	Schema    string         `json:"schema"`
	Target    string         `json:"target"`
	Transport string         `json:"transport"`
	Revisions []mcp.Revision `json:"revisions"`
	Cases     []plannedCase  `json:"cases"`
	// Suites are those that run as a whole.
	Suites []string `json:"suites,omitempty"`
}

type plannedCase struct {
	Check    string       `json:"check"`
	Revision mcp.Revision `json:"revision"`
	Reach    string       `json:"reach"`
	Skip     string       `json:"skip,omitempty"`
}

// addChecks adds the checks of the protocol.
func (p *planned) addChecks(plan *conformance.Plan) {
	for _, c := range plan.Cases {
		p.Cases = append(p.Cases, plannedCase{c.Check.ID, c.Revision, c.Check.Reach.String(), c.Skip})
	}
}

// printPlan prints what a run would do.
func (a *app) printPlan(out planned, format string) error {
	out.Schema = "mcpctl.plan/v1"
	switch format {
	case "json":
		e := json.NewEncoder(a.Out)
		e.SetIndent("", "  ")
		return e.Encode(out)
	case "text":
		a.printPlanText(out)
		return nil
	}
	return usagef("--dry-run prints text or json, not %s", format)
}

// printPlanText groups the cases by check: what runs where, and why not.
func (a *app) printPlanText(p planned) {
	fmt.Fprintf(a.Out, "%s over %s, revisions %v\n\n", a.safe(p.Target), p.Transport, p.Revisions)
	var order []string
	byCheck := map[string][]plannedCase{}
	for _, c := range p.Cases {
		if byCheck[c.Check] == nil {
			order = append(order, c.Check)
		}
		byCheck[c.Check] = append(byCheck[c.Check], c)
	}
	runs := 0
	for _, id := range order {
		var in []mcp.Revision
		var why []string
		for _, c := range byCheck[id] {
			switch {
			case c.Skip == "":
				in = append(in, c.Revision)
				runs++
			case !slices.Contains(why, c.Skip):
				why = append(why, c.Skip)
			}
		}
		switch {
		case len(in) == len(byCheck[id]):
			fmt.Fprintf(a.Out, "run   %-50s %s\n", a.safe(id), byCheck[id][0].Reach)
		case len(in) > 0:
			fmt.Fprintf(a.Out, "run   %-50s %s, only in %v: %s\n", a.safe(id), byCheck[id][0].Reach, in, why[0])
		default:
			fmt.Fprintf(a.Out, "skip  %-50s %s\n", a.safe(id), why[0])
		}
	}
	for _, suite := range p.Suites {
		fmt.Fprintf(a.Out, "run   all of %s\n", suite)
	}
	fmt.Fprintf(a.Out, "\n%d checks in %d revisions: %d cases to run, %d to skip. Nothing was sent but the opening of each session.\n",
		len(order), len(p.Revisions), runs, len(p.Cases)-runs)
}
