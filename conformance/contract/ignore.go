package contract

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/mcpctl/mcpctl/conformance"
)

// Ignore accepts changes, for a reason and a time. They are told, and do not count.
type Ignore struct {
	// Rule and Subject are globs; Rule may lack "contract/". An empty Subject is all.
	Rule, Subject string
	Reason        string
	// Until is the last day on which it counts, 2006-01-02; "" for ever.
	Until string
}

// ErrNoRule says that an ignore rule names a rule that there is not.
var ErrNoRule = errors.New("no rule")

// Check reports what is wrong with an ignore rule: one that names no rule that
// there is, gives no reason, or a day that is none.
func (i Ignore) Check() error {
	switch {
	case i.Rule == "":
		return errors.New("it names no rule")
	case i.Reason == "":
		return fmt.Errorf("it gives no reason for ignoring %s", i.Rule)
	case !slices.ContainsFunc(RuleIDs(), i.names):
		return fmt.Errorf("%w is called %q", ErrNoRule, i.Rule)
	case i.Until != "":
		if _, err := time.Parse(dayForm, i.Until); err != nil {
			return fmt.Errorf("%q is no day like 2027-01-31", i.Until)
		}
	}
	return nil
}

// names reports whether it is about a rule.
func (i Ignore) names(id string) bool {
	return conformance.MatchGlob(i.Rule, id) || conformance.MatchGlob(suite+i.Rule, id)
}

func (i Ignore) accepts(c Change) bool {
	return i.names(c.Rule) && (i.Subject == "" || conformance.MatchGlob(i.Subject, c.Subject))
}

// String names an ignore rule in messages.
func (i Ignore) String() string {
	text := i.Rule
	if i.Subject != "" {
		text += " for " + i.Subject
	}
	return text
}

// ignore applies the ignore rules.
func (d *Diff) ignore(o Options) {
	today := o.Now.UTC().Format(dayForm)
	for _, rule := range o.Ignore {
		used := false
		for i := range d.Changes {
			if !rule.accepts(d.Changes[i]) {
				continue
			}
			used = true
			if rule.Until == "" || today <= rule.Until {
				d.Changes[i].Ignored = &Ignored{rule.Reason, rule.Until}
			}
		}
		switch {
		case rule.Until != "" && today > rule.Until:
			d.Stale = append(d.Stale, fmt.Sprintf("%s: expired on %s (%s)", rule, rule.Until, rule.Reason))
		case !used:
			d.Stale = append(d.Stale, fmt.Sprintf("%s: there is no such change (%s)", rule, rule.Reason))
		}
	}
}
