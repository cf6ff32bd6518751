package checks_test

import (
	"iter"
	"os"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/conformance/checks"
	"github.com/mcpctl/mcpctl/conformance/spec"
	"github.com/mcpctl/mcpctl/conformance/spec/ledger"
	"github.com/mcpctl/mcpctl/mcp"
)

// TestCatalog holds what every check's literal must be.
func TestCatalog(t *testing.T) {
	wellFormed := regexp.MustCompile(`^[a-z0-9-]+(/[a-z0-9-]+){1,3}$`)
	seen := map[string]bool{}
	for _, suite := range checks.All() {
		assert.NotEmpty(t, suite.Title, "suite %s", suite.ID)
		assert.NotEmpty(t, suite.Checks, "suite %s", suite.ID)
		for _, c := range suite.Checks {
			assert.Regexp(t, wellFormed, c.ID)
			assert.True(t, strings.HasPrefix(c.ID, suite.ID+"/"), "%s does not begin with its suite %s", c.ID, suite.ID)
			assert.False(t, seen[c.ID], "%s stands twice", c.ID)
			seen[c.ID] = true
			require.NotEmpty(t, c.Title, c.ID)
			assert.False(t, strings.HasSuffix(c.Title, "."), "the title of %s is a phrase", c.ID)
			assert.True(t, (c.Run == nil) != (c.Watch == nil), "%s either asks or watches", c.ID)
			assert.NotEmpty(t, c.Clauses(), "%s claims nothing: no citation, no verdict", c.ID)
			if c.Fix != "" {
				assert.True(t, strings.HasSuffix(c.Fix, ".") && unicode.IsUpper([]rune(c.Fix)[0]), "the advice of %s is a sentence", c.ID)
			}
		}
	}
}

// TestOneSeverity holds that what a check judges in one place costs the same.
func TestOneSeverity(t *testing.T) {
	for c, at := range everyPlace() {
		severities := map[spec.Severity][]string{}
		for _, r := range c.Binding(at.revision, at.transport) {
			severities[r.Severity()] = append(severities[r.Severity()], r.ID)
		}
		assert.LessOrEqual(t, len(severities), 1, "%s in %s mixes what fails and what warns: %v", c.ID, at.revision, severities)
	}
}

// TestEveryVerdictCites holds that each check can name the place in the
// specification that it judges by, wherever it binds.
func TestEveryVerdictCites(t *testing.T) {
	for c, at := range everyPlace() {
		if binding := c.Binding(at.revision, at.transport); len(binding) > 0 {
			assert.NotEmpty(t, binding[0].Label(at.revision), "%s in %s", c.ID, at.revision)
		}
	}
}

// TestLedger balances the books: every requirement that can be observed is
// claimed by a check or excused, and nothing is claimed that does not exist.
func TestLedger(t *testing.T) {
	excuses, err := ledger.Load(os.DirFS("../spec"))
	require.NoError(t, err)
	require.NoError(t, ledger.Audit(claimed(), excuses))
}

// claimed are the requirements that the checks claim.
func claimed() iter.Seq[ledger.Key] {
	return func(yield func(ledger.Key) bool) {
		for _, suite := range checks.All() {
			for _, c := range suite.Checks {
				for _, id := range c.Claims.Handshake {
					if !yield(ledger.Key{Era: mcp.Handshake, ID: id}) {
						return
					}
				}
				for _, id := range c.Claims.Stateless {
					if !yield(ledger.Key{Era: mcp.Stateless, ID: id}) {
						return
					}
				}
			}
		}
	}
}

// everyPlace pairs every check with every revision and transport.
func everyPlace() iter.Seq2[conformance.Check, place] {
	return func(yield func(conformance.Check, place) bool) {
		for _, suite := range checks.All() {
			for _, c := range suite.Checks {
				for _, r := range mcp.Timeline() {
					for _, kind := range []mcp.TransportKind{mcp.Stdio, mcp.HTTP, mcp.SSE} {
						if !yield(c, place{r, kind}) {
							return
						}
					}
				}
			}
		}
	}
}
