package inspect

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/mcpctl/mcpctl/mcp"
)

// MaxAnswers bounds the bytes of an answer file.
const MaxAnswers = 1 << 20

// Answers are what a person decided beforehand to answer to a server: rules,
// of which the first that fits a question answers it. It is immutable.
type Answers struct {
	Elicitation []ElicitationRule `yaml:"elicitation"`
	Sampling    []SamplingRule    `yaml:"sampling"`
	Roots       []Root            `yaml:"roots"`
}

// ElicitationRule answers questions to the user. Message and URL are patterns
// in which * stands for any text; empty ones, and an empty Mode, fit all.
type ElicitationRule struct {
	Message string    `yaml:"message"`
	Mode    string    `yaml:"mode"` // form or url
	URL     string    `yaml:"url"`
	Action  string    `yaml:"action"` // accept, decline or cancel; accept when there is content
	Content yaml.Node `yaml:"content"`
	Times   int       `yaml:"times"` // how often it answers; 0 is without bound

	content mcp.Value
}

// SamplingRule answers questions to the model. Prompt is a pattern for the text
// of the last message.
type SamplingRule struct {
	Prompt     string    `yaml:"prompt"`
	Text       string    `yaml:"text"`
	Model      string    `yaml:"model"`
	StopReason string    `yaml:"stopReason"`
	Result     yaml.Node `yaml:"result"` // the whole result, in place of the three above
	Refuse     string    `yaml:"refuse"` // the reason, sent as an error
	Times      int       `yaml:"times"`

	result mcp.Value
}

// Root is a folder that the server may know of.
type Root struct {
	URI  string `yaml:"uri" json:"uri"`
	Name string `yaml:"name" json:"name,omitempty"`
}

// ReadAnswers reads an answer file, YAML or JSON. Unknown keys are errors.
func ReadAnswers(data []byte) (*Answers, error) {
	a := &Answers{}
	if len(data) > MaxAnswers {
		return nil, fmt.Errorf("the answers are larger than %d bytes", MaxAnswers)
	}
	d := yaml.NewDecoder(bytes.NewReader(data))
	d.KnownFields(true)
	if err := d.Decode(a); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("reading the answers: %w", err)
	}
	if err := d.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, errors.New("reading the answers: there is more than one document")
	}
	for i := range a.Elicitation {
		if err := a.Elicitation[i].settle(); err != nil {
			return nil, fmt.Errorf("answer elicitation[%d]: %w", i, err)
		}
	}
	for i := range a.Sampling {
		if err := a.Sampling[i].settle(); err != nil {
			return nil, fmt.Errorf("answer sampling[%d]: %w", i, err)
		}
	}
	for i, root := range a.Roots {
		if !strings.HasPrefix(root.URI, "file://") {
			return nil, fmt.Errorf("answer roots[%d]: the uri %q does not begin with file://", i, root.URI)
		}
	}
	return a, nil
}

func (r *ElicitationRule) settle() (err error) {
	if r.content, err = nodeValue(&r.Content); err != nil {
		return fmt.Errorf("content: %w", err)
	}
	if r.Action == "" && r.content.Exists() {
		r.Action = "accept"
	}
	switch {
	case r.Times < 0:
		return errors.New("times counts from 1")
	case r.Mode != "" && r.Mode != "form" && r.Mode != "url":
		return fmt.Errorf("mode %q is neither form nor url", r.Mode)
	case r.Action != "accept" && r.Action != "decline" && r.Action != "cancel":
		return fmt.Errorf("action %q is none of accept, decline, cancel", r.Action)
	case r.content.Exists() && !r.content.Is(mcp.Object):
		return errors.New("content must be a mapping of fields")
	case r.content.Exists() && r.Action != "accept":
		return fmt.Errorf("content goes with accept only, not with %s", r.Action)
	}
	return nil
}

func (r *SamplingRule) settle() (err error) {
	if r.result, err = nodeValue(&r.Result); err != nil {
		return fmt.Errorf("result: %w", err)
	}
	ways := 0
	for _, there := range []bool{r.Text != "", r.result.Exists(), r.Refuse != ""} {
		if there {
			ways++
		}
	}
	switch {
	case r.Times < 0:
		return errors.New("times counts from 1")
	case ways != 1:
		return errors.New("give one of text, result and refuse")
	case r.result.Exists() && !r.result.Is(mcp.Object):
		return errors.New("result must be a mapping")
	case r.Text == "" && (r.Model != "" || r.StopReason != ""):
		return errors.New("model and stopReason go with text")
	}
	return nil
}

// like reports whether text fits a pattern in which * stands for any text. An
// empty pattern fits everything.
func like(pattern, text string) bool {
	if pattern == "" {
		return true
	}
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == text
	}
	rest, ok := strings.CutPrefix(text, parts[0])
	if !ok {
		return false
	}
	last := parts[len(parts)-1]
	for _, part := range parts[1 : len(parts)-1] {
		_, after, found := strings.Cut(rest, part)
		if !found {
			return false
		}
		rest = after
	}
	return strings.HasSuffix(rest, last)
}
