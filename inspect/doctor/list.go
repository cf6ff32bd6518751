package doctor

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/mcpctl/mcpctl/mcp"
)

const (
	// maxPages and maxEntries bound what a list may make us fetch.
	maxPages   = 200
	maxEntries = 20_000
)

// list counts what the server offers.
func (e *examination) list(ctx context.Context, s *mcp.Session) {
	began := time.Now()
	offers := &Offers{}
	var words, broken []string
	some := false
	for _, kind := range []struct {
		name string
		into **int
	}{{"tools", &offers.Tools}, {"resources", &offers.Resources}, {"prompts", &offers.Prompts}} {
		if !s.Capabilities().Has(kind.name) {
			continue
		}
		n, err := count(ctx, s, kind.name)
		*kind.into = &n
		some = some || n > 0
		if err != nil {
			broken = append(broken, err.Error())
		}
		words = append(words, plural(n, kind.name))
	}
	e.d.Offers = offers
	took := time.Since(began)
	switch {
	case len(broken) > 0:
		e.timed(took, Fail, StepList, "a list that the server declares cannot be read", "The server's own log may tell more; mcpctl test judges it.", broken...)
	case len(words) == 0:
		e.timed(took, Warn, StepList, "the server declares neither tools, resources nor prompts", "Does it need a setting to offer anything?")
	case !some:
		e.timed(took, Warn, StepList, "every list is empty", "Does it need a setting to offer anything?")
	default:
		e.timed(took, OK, StepList, strings.Join(words, ", "), "")
	}
}

// count is how many entries all pages of a list have.
func count(ctx context.Context, s *mcp.Session, kind string) (int, error) {
	method := kind + "/list"
	var params map[string]any
	total, last := 0, ""
	for range maxPages {
		request := mcp.Request{Method: method, Timeout: maxCall}
		if params != nil {
			request.Params = params
		}
		x := s.Do(ctx, request)
		switch failure := x.RPCError(); {
		case failure != nil:
			return total, fmt.Errorf("%s was answered with an error: %w", method, failure)
		case x.Reply() == nil:
			return total, fmt.Errorf("%s was not answered: %w", method, x.Err())
		case !x.Result().Get(kind).Is(mcp.Array):
			return total, fmt.Errorf("the answer to %s has no list %s", method, kind)
		}
		total += len(x.Result().Get(kind).Items())
		next := x.Result().Get("nextCursor")
		if !next.Is(mcp.String) {
			return total, nil
		}
		if next.Text() == last || total > maxEntries {
			break
		}
		last = next.Text()
		params = map[string]any{"cursor": last}
	}
	return total, fmt.Errorf("%s has no end", method)
}

// plural is a count with its word, as in "1 tool".
func plural(n int, words string) string {
	if n == 1 {
		words = words[:len(words)-1]
	}
	return fmt.Sprintf("%d %s", n, words)
}
