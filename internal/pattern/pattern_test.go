package pattern_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/mcpctl/mcpctl/internal/pattern"
)

func TestAPatternDoesWhatARegexpDoes(t *testing.T) {
	p := pattern.New(`(\w)(\d)`)
	assert.True(t, p.MatchString("a1"))
	assert.False(t, p.MatchString("a"))
	assert.Equal(t, "a1", p.FindString("-a1 b2"))
	assert.Equal(t, []string{"a1", "a", "1"}, p.FindStringSubmatch("a1"))
	assert.Len(t, p.FindAllStringSubmatch("a1 b2", -1), 2)
	assert.Equal(t, "1a 2b", p.ReplaceAllString("a1 b2", "$2$1"))
	assert.Same(t, p.Regexp(), p.Regexp(), "it is compiled once")
}

func TestAPatternIsCompiledWhenItIsUsed(t *testing.T) {
	broken := pattern.New("(")
	assert.Panics(t, func() { broken.MatchString("") })
}

func TestAPatternIsSafeForManyAtOnce(t *testing.T) {
	p := pattern.New("a+")
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() { assert.True(t, p.MatchString("aa")) })
	}
	all.Wait()
}
