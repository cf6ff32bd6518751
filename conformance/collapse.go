package conformance

import (
	"fmt"
	"strings"
)

// collapse leaves one finding for one root cause. A general check whose every
// violation a particular check has found at the same place is blocked by that
// check; a check that waits for another is blocked only while that one did
// not pass.
func collapse(findings []Finding, general func(int) bool) {
	for i := range findings {
		f := &findings[i]
		switch {
		case general(i) && (f.Verdict == Fail || f.Verdict == Warn):
			if by := covering(*f, findings, general); by != "" {
				f.Verdict, f.BlockedBy = Blocked, by
				f.Message = fmt.Sprintf("the same defect as %s: %s", by, f.Message)
			}
		case f.Verdict == Blocked && !hangs(*f, findings):
			f.Verdict = Unproven
		}
	}
}

// covering is the particular check that found all that the general finding
// has found, "" when there is none.
func covering(f Finding, findings []Finding, general func(int) bool) string {
	by := ""
	for _, s := range f.spots {
		found := ""
		for i, other := range findings {
			if general(i) || (other.Verdict != Fail && other.Verdict != Warn) || other.Revision != f.Revision {
				continue
			}
			if other.covers(s) {
				found = other.Check
				break
			}
		}
		if found == "" {
			return ""
		}
		if by == "" {
			by = found
		}
	}
	return by
}

// covers reports whether one of the finding's places is s, above it or
// beneath it in the same message.
func (f Finding) covers(s spot) bool {
	for _, own := range f.spots {
		if own.meets(s) && (related(own.pointer, s.pointer) || related(s.pointer, own.pointer)) {
			return true
		}
	}
	return false
}

// meets reports whether two places are in one message, or in two that say the
// same again: those of one method, when either both or none is a part of its
// message.
func (s spot) meets(other spot) bool {
	if s.connection == other.connection && s.frame == other.frame && s.connection != nil {
		return true
	}
	return s.about != "" && s.about == other.about && (s.pointer == "") == (other.pointer == "")
}

// related reports whether above is the place below or a place over it. The
// whole message is over everything in it, but a finding about the whole says
// nothing of its parts.
func related(above, below string) bool {
	return above == below || above != "" && strings.HasPrefix(below, above+"/")
}

// hangs reports whether the check that the finding waits for stands in the
// findings of its revision with a verdict that is not green.
func hangs(f Finding, findings []Finding) bool {
	for _, other := range findings {
		if other.Check == f.BlockedBy && other.Revision == f.Revision {
			return other.Verdict == Fail || other.Verdict == Warn || other.Verdict == Blocked || other.Verdict == Errored
		}
	}
	return false
}
