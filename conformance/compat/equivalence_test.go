package compat

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/mcp"
)

var (
	samples = flag.Int("samples", 100_000, "instances that the verdicts are held against")
	seed    = flag.Uint64("seed", 1, "seed of the random schemas")
)

// judged is a schema as jsonschema/v5 sees it, without any of our own code.
func judged(raw []byte) (*jsonschema.Schema, error) {
	c := jsonschema.NewCompiler()
	c.Draft = jsonschema.Draft2020
	c.LoadURL = func(url string) (io.ReadCloser, error) { return nil, fmt.Errorf("%s is not fetched", url) }
	for name := range jsonschema.Formats {
		c.Formats[name] = nil
	}
	if err := c.AddResource("test:///schema", bytes.NewReader(raw)); err != nil {
		return nil, err
	}
	return c.Compile("test:///schema")
}

// decide is a function that compares, the real one or a wrong one.
type decide func(a, b mcp.Value, d Direction) (Result, error)

// outcome counts what the differential test has seen.
type outcome struct {
	pairs, samples int
	valid          int // samples that one of the schemas accepts
	seen           int // verdicts of breaking that sampling has confirmed
	verdicts       map[Verdict]int
	wrong          []string // with the schemas and the instance
}

// hold makes random pairs of schemas until there are enough samples, or enough
// wrong verdicts, and holds the verdicts on them against random instances.
func hold(t *testing.T, compare decide, wrong, each, samples int, seed uint64) outcome {
	t.Helper()
	o := outcome{verdicts: map[Verdict]int{}}
	for ; o.samples < samples && len(o.wrong) < wrong; o.pairs++ {
		m := maker{rand.New(rand.NewPCG(seed, uint64(o.pairs))), pick(maker{Rand: rand.New(rand.NewPCG(uint64(o.pairs), 7))}, draft2020, draft2020, draft7)}
		a := m.document(1 + m.IntN(3))
		b := m.mutated(a)
		if m.chance(8) {
			b = m.document(2)
			delete(b, "$schema")
			if s, ok := a["$schema"]; ok {
				b["$schema"] = s
			}
		}
		before, after := mcp.ValueOf(a), mcp.ValueOf(b)
		old, err := judged(before.Raw())
		young, err2 := judged(after.Raw())
		if err != nil || err2 != nil { // a schema may come to apply itself without end
			_, err := compare(before, after, Input)
			require.Error(t, err, "%s\n%s", before, after)
			continue
		}
		found := map[Direction]Result{}
		for _, d := range []Direction{Input, Output} {
			r, err := compare(before, after, d)
			require.NoError(t, err, "%s\n%s", before, after)
			o.verdicts[r.Verdict]++
			found[d] = r
		}
		var lost, gained bool
		for range each {
			v := m.near(pick(m, a, b), pick(m, a, b), 4)
			wasIn, isIn := old.Validate(v) == nil, young.Validate(v) == nil
			o.samples++
			if wasIn || isIn {
				o.valid++
			}
			lost, gained = lost || wasIn && !isIn, gained || isIn && !wasIn
			if wasIn && !isIn && found[Input].Verdict == Compatible || isIn && !wasIn && found[Output].Verdict == Compatible {
				o.wrong = append(o.wrong, fmt.Sprintf("pair %d of seed %d\nold %s\nnew %s\ninstance %s, old %v, new %v", o.pairs, seed, before, after, mcp.ValueOf(v), wasIn, isIn))
				break
			}
		}
		for d, found := range map[Direction]Result{Input: found[Input], Output: found[Output]} {
			if found.Verdict == Breaking && (d == Input && lost || d == Output && gained) {
				o.seen++
			}
		}
	}
	return o
}

// TestEquivalenceOfVerdicts holds the verdicts against a validator: no random
// instance may contradict one that says compatible.
func TestEquivalenceOfVerdicts(t *testing.T) {
	const shards = 4
	for i := range uint64(shards) {
		t.Run(strconv.FormatUint(i, 10), func(t *testing.T) {
			t.Parallel()
			o := hold(t, Compare, 3, 120, *samples/shards+1, *seed*shards+i)
			t.Logf("%d pairs, %d samples, %d valid, verdicts %v, %d breaking ones confirmed", o.pairs, o.samples, o.valid, o.verdicts, o.seen)
			require.Empty(t, o.wrong)
			total := 2 * o.pairs
			assert.Greater(t, o.verdicts[Compatible], total/6, "the test says little if few are compatible")
			assert.Greater(t, o.verdicts[Breaking], total/6)
			assert.Less(t, o.verdicts[Unknown], total/20, "to know nothing is no feat")
			assert.Greater(t, o.seen, o.verdicts[Breaking]*3/4, "sampling finds nearly all that breaks")
		})
	}
}

// blindTo is a comparison that is blind to a keyword.
func blindTo(keyword string) decide {
	var blind func(v any) any
	blind = func(v any) any {
		switch v := v.(type) {
		case map[string]any:
			out := map[string]any{}
			for name, one := range v {
				if name != keyword {
					out[name] = blind(one)
				}
			}
			return out
		case []any:
			out := make([]any, len(v))
			for i, one := range v {
				out[i] = blind(one)
			}
			return out
		}
		return v
	}
	return func(a, b mcp.Value, d Direction) (Result, error) {
		if _, err := Compare(a, b, d); err != nil {
			return Result{}, err
		}
		x, _ := decode(a.Raw())
		y, _ := decode(b.Raw())
		return Compare(mcp.ValueOf(blind(x)), mcp.ValueOf(blind(y)), d)
	}
}

// TestEquivalenceFindsMistakes shows that the test above can fail: it puts wrong
// comparisons in the place of the right one.
func TestEquivalenceFindsMistakes(t *testing.T) {
	wrong := map[string]decide{
		"says compatible always": func(a, b mcp.Value, d Direction) (Result, error) {
			r, err := Compare(a, b, d)
			r.Verdict = Compatible
			return r, err
		},
		"mixes up the directions": func(a, b mcp.Value, d Direction) (Result, error) { return Compare(a, b, 1-d) },
		"takes unknown for compatible": func(a, b mcp.Value, d Direction) (Result, error) {
			r, err := Compare(a, b, d)
			if len(r.Differences) > 0 && r.Differences[0].Verdict != Breaking {
				r.Verdict = Compatible
			}
			return r, err
		},
	}
	for _, keyword := range []string{"required", "enum", "type"} {
		wrong["is blind to "+keyword] = blindTo(keyword)
	}
	for name, compare := range wrong {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found := false
			for seed := uint64(1); seed <= 8 && !found; seed++ {
				found = len(hold(t, compare, 1, 25, 5_000, seed).wrong) > 0
			}
			assert.True(t, found, "40,000 samples should have shown it")
		})
	}
}
