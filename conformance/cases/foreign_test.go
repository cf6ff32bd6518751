package cases_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/mcpctl/mcpctl/conformance/cases"
)

func TestForeign(t *testing.T) {
	for text, want := range map[string]bool{
		"":                            true,
		"# only words\n":              true,
		"services: {web: {image: x}}": true,
		"- cases\n":                   true,
		"cases\n":                     true,
		"name: cases\nother: [cases]": true,
		"a: 1\n---\ncases: []":        true, // the first document is what counts
		"cases: []":                   false,
		"$schema: x\ncases: []":       false,
		"case: []":                    false, // meant to be
		"caess:\n- name: x":           false,
		"cases: [":                    false, // broken, so that somebody must look
	} {
		assert.Equal(t, want, cases.Foreign([]byte(text)), text)
	}
}
