package schema

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
)

const (
	// maxTries bounds the attempts at one instance, maxMisses those in a row that
	// may fail before a Sampler only varies the plainest instance that it knows.
	maxTries  = 20
	maxMisses = 200
)

// Sampler makes instances of a schema, such as a tool's inputSchema: valid ones
// that go through bounds, branches, optional members and unusual text, and ones
// that are wrong in one way. All are judged by the schema before they are given
// away. Equal schemas and seeds give equal instances, in the order asked for. The
// effort of each call is bounded. A Sampler is not safe for concurrent use.
type Sampler struct {
	validator *Validator
	document  *document
	random    *rand.Rand
	plain     any // the plainest instance
	hasPlain  bool
	given     bool // plain was given away
	misses    int
}

// NewSampler prepares a schema. The error is one of Compile; that no instance
// can be made is said by Valid and Invalid.
func NewSampler(raw []byte, seed uint64) (*Sampler, error) {
	v, err := Compile(raw)
	if err != nil {
		return nil, fmt.Errorf("make instances: %w", err)
	}
	d, err := open(raw)
	if err != nil {
		return nil, fmt.Errorf("make instances: %w", err)
	}
	(&maker{document: d}).link()
	s := &Sampler{validator: v, document: d, random: rand.New(rand.NewPCG(seed, 0))} //nolint:gosec // no secret: equal seeds must give equal instances
	if plain, err := example(v, raw); err == nil {
		s.plain, s.hasPlain = plain, true
	}
	return s, nil
}

// Valid makes an instance, the plainest one first; not ok says that none was
// found. Values are made as by Example, and the caller's own.
func (s *Sampler) Valid() (any, bool) {
	if s.hasPlain && !s.given {
		s.given = true
		return clone(s.plain), true
	}
	one, ok := s.sample()
	return one.value, ok
}

// sample is an instance and what its parts must satisfy.
type sample struct {
	value any
	spots []spot
}

// spot is a place in an instance, and the keywords that its value was made by.
type spot struct {
	path     []string
	keywords keywords
}

// sample draws until an instance is valid. Where that fails too often, members
// of the plainest instance are redrawn one by one instead.
func (s *Sampler) sample() (sample, bool) {
	for range maxTries {
		if s.misses >= maxMisses {
			break
		}
		d := s.drawing()
		value, err := d.make(d.root, nil)
		if err == nil && s.admits(value) {
			s.misses = 0
			return sample{value, d.spots}, true
		}
		s.misses++
	}
	if !s.hasPlain {
		return sample{}, false
	}
	return s.vary(), true
}

// vary redraws members of the plainest instance and keeps what remains valid.
func (s *Sampler) vary() sample {
	varied := sample{value: clone(s.plain)}
	object, ok := varied.value.(map[string]any)
	if !ok {
		return varied
	}
	d := s.drawing()
	k, err := d.fold(d.root, 0, false)
	if err != nil {
		return varied
	}
	varied.spots = append(varied.spots, spot{nil, k})
	properties, _ := k["properties"].(map[string]any)
	names := sorted(properties)
	s.random.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	for _, name := range names[:min(len(names), maxTries/2)] {
		d.spots = nil
		value, err := d.make(properties[name], []string{name})
		if err != nil {
			break
		}
		old, had := object[name]
		if object[name] = value; s.admits(object) {
			varied.spots = append(varied.spots, d.spots...)
			continue
		}
		if delete(object, name); had {
			object[name] = old
		}
	}
	return varied
}

func (s *Sampler) drawing() *drawing {
	keen := []float64{0, 0.3, 0.5, 0.8, 1}
	return &drawing{document: s.document, random: s.random, parts: maxDrawn, keen: keen[s.random.IntN(len(keen))]}
}

func (s *Sampler) admits(value any) bool {
	problems, err := s.validator.judge(value)
	return err == nil && len(problems) == 0
}

func (s *Sampler) refuses(value any) bool {
	problems, err := s.validator.judge(value)
	return err == nil && len(problems) > 0
}

// clone copies a decoded value.
func clone(value any) any {
	switch v := value.(type) {
	case map[string]any:
		copied := make(map[string]any, len(v))
		for name, member := range v {
			copied[name] = clone(member)
		}
		return copied
	case []any:
		copied := slices.Clone(v)
		for i, item := range copied {
			copied[i] = clone(item)
		}
		return copied
	}
	return value
}

// compact is the JSON text of a decoded value.
func compact(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		return "" // decoded values can all be written
	}
	return string(text)
}
