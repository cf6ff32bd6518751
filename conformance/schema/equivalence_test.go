package schema

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/mcp"
)

// omitted lists the definitions of the published schemas that ours do without,
// each with its reason. There is none.
var omitted = map[string]string{}

// TestEquivalence holds every definition of every published schema against
// ours, on generated instances.
func TestEquivalence(t *testing.T) {
	for _, r := range mcp.Timeline() {
		t.Run(string(r), func(t *testing.T) {
			t.Parallel()
			theirs := readOfficial(t, r)
			ours, err := For(r)
			require.NoError(t, err)
			total, valid := 0, 0
			for _, name := range theirs.names() {
				if omitted[name] != "" {
					assert.False(t, ours.Has(name), "%s is listed as omitted, but is there", name)
					continue
				}
				if !assert.True(t, ours.Has(name), "%s is not described", name) {
					continue
				}
				good, bad, differing := compare(t, ours, theirs, name, 1, 25)
				assert.Empty(t, differing)
				assert.NotZero(t, good, "no valid sample of %s", name)
				assert.NotZero(t, bad, "no invalid sample of %s", name)
				valid += good
				total += good + bad
			}
			t.Logf("%d samples, %d of them valid", total, valid)
		})
	}
}

// compare judges the samples of one definition by both schemas, up to the first
// on which they differ.
func compare(t *testing.T, ours *Set, theirs *official, name string, near, share int) (valid, invalid int, differing string) {
	t.Helper()
	schema := theirs.schema(t, name)
	theirs.samples(name, near, share, func(value any) bool {
		raw, err := json.Marshal(value)
		require.NoError(t, err)
		problems := ours.Validate(name, raw)
		err = schema.Validate(value)
		if err == nil {
			valid++
		} else {
			invalid++
		}
		if (err == nil) != (problems == nil) {
			differing = fmt.Sprintf("%s: %s\nours: %v\ntheirs: %#v", name, raw, problems, err)
		}
		return differing == ""
	})
	return valid, invalid, differing
}

// TestEquivalenceNotices proves the comparison able to fail: every member of
// every definition, made optional where it was required and the reverse, or of
// another type, is noticed.
func TestEquivalenceNotices(t *testing.T) {
	for _, r := range mcp.Timeline() {
		t.Run(string(r), func(t *testing.T) {
			t.Parallel()
			theirs := readOfficial(t, r)
			src, err := load()
			require.NoError(t, err)
			for _, name := range theirs.names() {
				d, ok := src.definition(name, r)
				require.True(t, ok, name)
				if d.is != nil {
					continue
				}
				members, err := view{src, r}.members(d.members)
				require.NoError(t, err)
				for i, m := range members {
					altered := append([]member(nil), members...)
					altered[i].optional = !m.optional
					assertNoticed(t, src, r, theirs, name, altered, m.name+" required or not")
					altered[i] = m
					altered[i].is = &typ{kind: named, name: "null"}
					assertNoticed(t, src, r, theirs, name, altered, m.name+" of another type")
				}
			}
		})
	}
}

func assertNoticed(t *testing.T, src *source, r mcp.Revision, theirs *official, name string, members []member, what string) {
	t.Helper()
	for i := range members {
		members[i].span = mcp.Span{}
	}
	copied := &source{definitions: map[string][]definition{}, methods: src.methods}
	for n, d := range src.definitions {
		copied.definitions[n] = d
	}
	copied.definitions[name] = []definition{{members: members}}
	_, _, differing := compare(t, newSet(copied, r), theirs, name, 2, 0)
	assert.NotEmpty(t, differing, "%s.%s: the samples do not notice", name, what)
}

// TestMethods holds the table of methods against the published definitions.
func TestMethods(t *testing.T) {
	for _, r := range mcp.Timeline() {
		t.Run(string(r), func(t *testing.T) {
			theirs := readOfficial(t, r)
			ours, err := For(r)
			require.NoError(t, err)
			seen := 0
			for _, name := range theirs.names() {
				method, ok := at(theirs.definitions[name], []string{"properties", "method", "const"}).(string)
				if !ok || strings.HasPrefix(name, "Client") {
					continue
				}
				seen++
				find := ours.Request
				if strings.HasPrefix(method, "notifications/") {
					find = ours.Notification
				} else {
					assertAnswer(t, ours, theirs, name, method)
				}
				def, ok := find(method)
				assert.True(t, ok, method)
				assert.Equal(t, name, def)
			}
			assert.Greater(t, seen, 20)
			for _, m := range ours.methods {
				if m.span.Has(r) {
					assert.Contains(t, theirs.definitions, m.definition)
				}
			}
		})
	}
}

// assertAnswer compares with the published response definitions, which exist in
// 2026-07-28, and elsewhere with what the names say.
func assertAnswer(t *testing.T, ours *Set, theirs *official, request, method string) {
	t.Helper()
	result, ok := ours.ResultOf(method)
	require.True(t, ok, method)
	assert.Contains(t, theirs.definitions, result, method)
	named := strings.TrimSuffix(request, "Request") + "Result"
	if _, ok := theirs.definitions[named]; ok {
		assert.Equal(t, named, result, method)
	} else {
		assert.Equal(t, "EmptyResult", result, method)
	}
	response, ok := theirs.definitions[named+"Response"]
	if !ok {
		return
	}
	answers, err := json.Marshal(at(response, []string{"properties", "result"}))
	require.NoError(t, err)
	assert.Contains(t, string(answers), `/`+result+`"`)
	admits := strings.Contains(string(answers), "InputRequiredResult")
	def, _ := ours.Answer(method, []byte(`{"resultType":"input_required"}`))
	assert.Equal(t, admits, def == "InputRequiredResult", method)
}
