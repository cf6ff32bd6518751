package conformance

import (
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/mcpctl/mcpctl/internal/redact"
	"github.com/mcpctl/mcpctl/mcp"
)

// Options say what to judge and how far to go.
type Options struct {
	// Revisions to judge. Auto leaves out, without a word in the findings,
	// those that the server does not speak; otherwise each of them is a
	// finding: an error when Required, a skip when not.
	Revisions []mcp.Revision
	Auto      bool
	Required  bool
	// Transport forces HTTP or SSE for URLs; "" finds out.
	Transport mcp.TransportKind
	Reach     Reach
	// AllowTools are globs over the names of tools that may be called.
	AllowTools []string
	// Check and Skip are globs over check ids; `*` matches across slashes.
	// No Check means all.
	Check, Skip []string
	// ShardIndex of ShardCount (from 1) keeps every n-th check; 0 keeps all.
	ShardIndex, ShardCount int
	// Parallel bounds the checks under way at once; 0 chooses.
	Parallel int
	// Shuffle runs the checks in an order drawn from this seed; 0 keeps
	// the order of the catalogue.
	Shuffle uint64
	// CheckTime bounds one check.
	CheckTime time.Duration
	Limits    mcp.Limits
	// Redact takes secrets out of everything that is reported.
	Redact *redact.Redactor
	// Tool is what the report says of mcpctl itself.
	Tool Tool
}

// DefaultOptions judge every revision that the server speaks, calling no tool.
func DefaultOptions() Options {
	return Options{
		Revisions: mcp.Timeline(), Auto: true, Reach: Provoke,
		CheckTime: time.Minute, Limits: mcp.DefaultLimits(), Redact: redact.New(),
	}
}

func (o Options) parallel() int {
	if o.Parallel > 0 {
		return o.Parallel
	}
	return max(8, 4*runtime.NumCPU()) // most of them wait most of the time
}

// selects reports whether the globs keep the check of that id.
func (o Options) selects(id string) bool {
	matches := func(glob string) bool { return MatchGlob(glob, id) }
	return (len(o.Check) == 0 || slices.ContainsFunc(o.Check, matches)) && !slices.ContainsFunc(o.Skip, matches)
}

// MatchGlob matches an id against a glob whose `*` stands for any run of
// characters, slashes included, and `?` for one. A glob that ends in a slash
// matches all beneath.
func MatchGlob(glob, id string) bool {
	if strings.HasSuffix(glob, "/") {
		glob += "*"
	}
	// Where a star could have taken less than what follows needs, it takes
	// one more: only the last star ever has to.
	star, taken := -1, 0
	g, i := 0, 0
	for i < len(id) {
		switch {
		case g < len(glob) && glob[g] == '*':
			star, taken = g, i
			g++
		case g < len(glob) && (glob[g] == '?' || glob[g] == id[i]):
			g++
			i++
		case star >= 0:
			taken++
			g, i = star+1, taken
		default:
			return false
		}
	}
	return strings.Trim(glob[g:], "*") == ""
}
