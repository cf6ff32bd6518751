package tape

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/mcpctl/mcpctl/mcp"
)

// Difference is where two answers are not the same. A value that is not there
// is Absent.
type Difference struct {
	// Pointer is a JSON Pointer into the response.
	Pointer        string
	Recorded, Live mcp.Value
}

// maxDifferences bounds those of one answer.
const maxDifferences = 50

// differences compares two responses, member by member. mcp.Equal says what is
// the same.
func differences(recorded, live mcp.Value) []Difference {
	var all []Difference
	compare("", recorded, live, func(d Difference) bool {
		all = append(all, d)
		return len(all) < maxDifferences
	})
	return all
}

// compare tells of each difference until told to stop.
func compare(at string, a, b mcp.Value, tell func(Difference) bool) bool {
	switch {
	case a.Is(mcp.Object) && b.Is(mcp.Object):
		for _, name := range memberNames(a, b) {
			if !compare(at+"/"+mcp.EscapePointer(name), a.Get(name), b.Get(name), tell) {
				return false
			}
		}
		return true
	case a.Is(mcp.Array) && b.Is(mcp.Array):
		for i := range max(len(a.Items()), len(b.Items())) {
			if !compare(at+"/"+strconv.Itoa(i), item(a, i), item(b, i), tell) {
				return false
			}
		}
		return true
	case mcp.Equal(a, b):
		return true
	}
	return tell(Difference{at, a, b})
}

// item is an element, Absent past the end.
func item(v mcp.Value, i int) mcp.Value {
	if i < len(v.Items()) {
		return v.Items()[i]
	}
	return mcp.Value{}
}

// memberNames are the names of both objects' members, in the order of the first.
func memberNames(a, b mcp.Value) []string {
	var all []string
	seen := map[string]bool{}
	for _, members := range [][]mcp.Member{a.Members(), b.Members()} {
		for _, m := range members {
			if !seen[m.Name] {
				seen[m.Name] = true
				all = append(all, m.Name)
			}
		}
	}
	return all
}

// Ignored names what of the answers is not compared: all that lies at or below
// a pointer, in answers to a method or, with "", to all.
type Ignored struct {
	Method  string
	Pointer string // a part that is * stands for any one
}

// ParseIgnored reads "/result/content/*/text" or "tools/call:/result/id".
func ParseIgnored(text string) (Ignored, error) {
	method, pointer, ok := strings.Cut(text, ":/")
	if !ok {
		method, pointer = "", strings.TrimPrefix(text, "/")
	}
	if !ok && !strings.HasPrefix(text, "/") || pointer == "" {
		return Ignored{}, fmt.Errorf("%q is no JSON Pointer into an answer: write it as in /result/content/0/text, or tools/call:/result/id for one method", text)
	}
	return Ignored{method, "/" + pointer}, nil
}

// String is what ParseIgnored reads.
func (i Ignored) String() string {
	if i.Method == "" {
		return i.Pointer
	}
	return i.Method + ":" + i.Pointer
}

// covers reports whether a difference in an answer to method is ignored.
func (i Ignored) covers(method, pointer string) bool {
	if i.Method != "" && i.Method != method {
		return false
	}
	want, got := strings.Split(i.Pointer, "/"), strings.Split(pointer, "/")
	if len(want) > len(got) {
		return false
	}
	for at, part := range want {
		if part != "*" && part != got[at] {
			return false
		}
	}
	return true
}

// given are the members that every server makes up anew. Whether they are there
// is compared, not what they are.
var given = []string{
	"/result/requestState", "/result/nextCursor", "/result/task/taskId", "/result/task/createdAt", "/result/task/lastUpdatedAt",
	"/result/_meta/" + "io.modelcontextprotocol~1subscriptionId",
}

// judge tells the differences that count from those that are ignored.
func judge(method string, all []Difference, ignored []Ignored) (count []Difference, passed []string) {
	for _, d := range all {
		made := slices.Contains(given, d.Pointer) && d.Recorded.Exists() && d.Live.Exists()
		switch {
		case made || d.Pointer == "/id":
		case slices.ContainsFunc(ignored, func(i Ignored) bool { return i.covers(method, d.Pointer) }):
			passed = append(passed, d.Pointer)
		default:
			count = append(count, d)
		}
	}
	return count, passed
}

// volatile learns from pairs of answers to the same question: where they differ,
// the next one will too.
func volatile(method string, a, b mcp.Value) []Ignored {
	var all []Ignored
	counting, _ := judge(method, differences(a, b), nil)
	for _, d := range counting {
		all = append(all, Ignored{method, d.Pointer})
	}
	return all
}

// unique are the ignored ones, each once, in order.
func unique(all []Ignored) []Ignored {
	slices.SortFunc(all, func(a, b Ignored) int {
		return cmp.Or(cmp.Compare(a.Method, b.Method), cmp.Compare(a.Pointer, b.Pointer))
	})
	return slices.Compact(all)
}
