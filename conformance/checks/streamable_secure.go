package checks

import (
	"context"
	"math/big"
	"net/http"
	"strings"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

const (
	// sampledIDs is how many sessions are opened to look at their ids, and
	// enoughIDs how many are needed to see a pattern in them.
	sampledIDs, enoughIDs = 10, 5
	// secureBits is how much in a session id must differ from one to the
	// next before nobody can guess it.
	secureBits = 64
)

func streamableIDSecure(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	s, err := p.Bare(ctx)
	if err != nil {
		return err
	}
	var all []string
	var last *mcp.Exchange
	seen := map[string]bool{}
	for range sampledIDs {
		x := s.Do(ctx, s.InitializeRequest())
		id := x.Header.Get("Mcp-Session-Id")
		if !x.Result().Is(mcp.Object) || id == "" {
			break
		}
		j.Saw(x)
		last = x
		if seen[id] {
			j.Failf(x, "two clients got the same session id %.60q", id)
			break
		}
		seen[id] = true
		all = append(all, id)
	}
	for _, id := range all {
		s.Do(ctx, mcp.Request{HTTPMethod: http.MethodDelete, Notification: true, Header: map[string]string{"Mcp-Session-Id": id}})
	}
	switch {
	case j.Bad():
	case len(all) < enoughIDs:
		return conformance.Unprovenf("the server opened only %d sessions of %d, too few to judge their ids by", len(all), sampledIDs)
	default:
		if why := guessable(all); why != "" {
			j.Failf(last, "session ids can be guessed: %s, as in %.60q and %.60q", why, all[0], all[1])
		}
	}
	return j.Err("")
}

// guessable says why ids, all different and in the order they were given, are
// easy to guess, "" when there is no sign of it. It looks only at what lies
// between a common beginning and a common end.
func guessable(all []string) string {
	parts := varyingParts(all)
	longest := 0
	alphabet := ""
	for _, part := range parts {
		longest = max(longest, len(part))
		alphabet += part
	}
	if bits := float64(longest) * bitsPerCharacter(alphabet); bits < secureBits {
		if countsUp(parts) {
			return "they count up"
		}
		return "too little differs from one to the next"
	}
	return ""
}

// varyingParts takes away what all texts begin and end with.
func varyingParts(all []string) []string {
	prefix, suffix := all[0], all[0]
	for _, id := range all {
		for !strings.HasPrefix(id, prefix) {
			prefix = prefix[:len(prefix)-1]
		}
		for !strings.HasSuffix(id, suffix) {
			suffix = suffix[1:]
		}
	}
	parts := make([]string, len(all))
	for i, id := range all {
		rest := id[len(prefix):]
		parts[i] = rest[:max(0, len(rest)-len(suffix))]
	}
	return parts
}

// bitsPerCharacter is the most that a character of the alphabet in use can
// hold.
func bitsPerCharacter(text string) float64 {
	switch {
	case strings.Trim(text, "0123456789") == "":
		return 3.33
	case strings.Trim(strings.ToLower(text), "0123456789abcdef-") == "":
		return 4
	}
	return 6
}

// countsUp reports whether texts are numbers, decimal or hexadecimal, each
// greater than the one before.
func countsUp(parts []string) bool {
	for _, base := range []int{10, 16} {
		last, ok := big.NewInt(-1), true
		for _, part := range parts {
			n, isNumber := new(big.Int).SetString(strings.ReplaceAll(part, "-", ""), base)
			if ok = isNumber && n.Cmp(last) > 0; !ok {
				break
			}
			last = n
		}
		if ok {
			return true
		}
	}
	return false
}
