package schema

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestMisfits(t *testing.T) {
	misfits, judged, err := Misfits([]byte(`{"type":"object","properties":{
		"good":{"type":"integer","default":3,"examples":[1,2]},
		"bad":{"type":"integer","default":"3"},
		"a/b c":{"$ref":"#/$defs/short","examples":["ok","far too long"]}},
		"$defs":{"short":{"type":"string","maxLength":3,"default":7}},
		"default":{"good":"x"}}`))
	require.NoError(t, err)
	assert.Equal(t, map[string]int{"default": 4, "examples": 4}, judged)
	var got []string
	for _, m := range misfits {
		got = append(got, m.Pointer+" "+m.Problem.String())
	}
	require.Len(t, got, 4)
	assert.Contains(t, got[0], `/$defs/short/default is a number, must be a string`)
	assert.Contains(t, got[1], `/default /good is a string`)
	assert.Contains(t, got[2], `/properties/a~1b c/examples/1`)
	assert.Contains(t, got[3], `/properties/bad/default is a string, must be an integer`)

	_, judged, err = Misfits([]byte(`{"$schema":"http://json-schema.org/draft-07/schema#","properties":{"a":{"enum":["x"],"default":"x"}}}`))
	require.NoError(t, err)
	assert.Equal(t, map[string]int{"default": 1}, judged)
	_, _, err = Misfits([]byte(`{"type":7}`))
	assert.Error(t, err)
}
