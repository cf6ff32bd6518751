package verify

import (
	"context"
	"fmt"
	"strings"

	"github.com/mcpctl/mcpctl/publish/refusal"
	"github.com/mcpctl/mcpctl/publish/surface"
)

// live compares the running server's surface with the signed one. It is the last
// step and hangs on all others: a server that was not proven is not talked to, and
// a command not started.
func (v *verification) live(ctx context.Context) bool {
	if v.parts.Live == nil {
		return true
	}
	if v.Verdict == Fail || v.surface == nil {
		v.skip("live", v.id(), "the live server was not asked, since the release does not hold")
		return false
	}
	now, err := v.parts.Live(ctx, v.surface.Revisions...)
	if err != nil {
		r := fail("live-unreachable", "asking the live server", err.Error())
		if known, ok := refusal.Of(err); ok && known.Mend != "" {
			r.Mend = known.Mend
		}
		v.fault("live", v.id(), r)
		return false
	}
	changes := surface.Compare(v.surface, now)
	if len(changes) == 0 {
		v.pass("live", v.id(), "the live server has the very surface that was signed: "+counted(len(now.Entries), "descriptor"))
		return true
	}
	var words []string
	for _, c := range changes[:min(len(changes), 10)] {
		words = append(words, fmt.Sprintf("%s %s %s", c.Kind, c.Name, c.What))
	}
	if more := len(changes) - len(words); more > 0 {
		words = append(words, fmt.Sprintf("and %d more", more))
	}
	v.fault("live", v.id(), fail("surface-changed", "comparing the live server with what was signed", strings.Join(words, ", ")))
	v.Checks[len(v.Checks)-1].Changes = changes
	return false
}
