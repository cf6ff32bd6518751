package cli

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestTheScreenExplainsChecksAsTheCommandDoes(t *testing.T) {
	var a app
	j := a.judging()
	assert.NotEmpty(t, j.Checks())
	text := j.Explain("wire/messages/valid")
	assert.Contains(t, text, "What the specification asks for")
	assert.Contains(t, text, "How to mend it")
	assert.Contains(t, j.Explain("revision/spoken"), "explained nowhere")
}
