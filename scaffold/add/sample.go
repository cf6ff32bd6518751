package add

import (
	"encoding/json"
	"strings"

	"github.com/mcpctl/mcpctl/mcp"
)

// Sample is what a generated test sends and expects.
type Sample struct {
	Good, Bad string // arguments that the schema takes and refuses, "" when there are none
	Answer    string // what the service behind the tool says, "" when nothing can be made up
	Path      string // that it is asked for with Good, "" when that is not plain
}

// SampleOf is the sample of a tool.
func SampleOf(it Item) Sample {
	good := Example(it.Input)
	s := Sample{Good: string(good), Bad: string(CounterExample(it.Input))}
	if it.Operation != nil {
		s.Path = it.pathWith(good)
		if s.Answer = it.answer(); s.Answer == "" {
			s.Good = "" // nothing that a test could have the service say
		}
	}
	return s
}

// answer is what the test's service says: an example of what it promises.
func (it *Item) answer() string {
	if it.Output == nil {
		return "done"
	}
	v, err := mcp.Parse(Example(it.Output))
	if err != nil {
		return ""
	}
	if it.Operation.Wrapped {
		return v.Get("result").String()
	}
	return v.String()
}

// pathWith is where the service expects to be asked with the example arguments,
// "" when that is not plain.
func (it *Item) pathWith(good json.RawMessage) string {
	v, err := mcp.Parse(good)
	if err != nil {
		return ""
	}
	path := it.Operation.Path
	for _, p := range it.Operation.Parameters {
		if p.In != "path" {
			continue
		}
		value := v.Get(p.Argument)
		text := value.Text()
		if value.Is(mcp.Number) {
			text = value.String()
		}
		if text == "" || strings.ContainsAny(text, "./{}%") {
			return ""
		}
		path = strings.ReplaceAll(path, "{"+p.Name+"}", text)
	}
	return path
}

// ExampleURI is a URI that the resource answers to.
func (it *Item) ExampleURI() string {
	var out strings.Builder
	rest := it.URI
	for {
		before, after, found := strings.Cut(rest, "{")
		out.WriteString(before)
		if !found {
			return out.String()
		}
		variable, tail, _ := strings.Cut(after, "}")
		switch variable[0] {
		case '/', '.':
			out.WriteString(variable[:1] + "example")
		case '#':
			out.WriteString("#example")
		case '?', '&', ';': // these may be left out
		default:
			out.WriteString("example")
		}
		rest = tail
	}
}

// Opening is the first line of a prompt's message.
func (it *Item) Opening() string {
	if it.Description != "" {
		return it.Description
	}
	return it.Title + "."
}

// Required are the names of a prompt's required arguments.
func (it *Item) Required() []string {
	var names []string
	for _, a := range it.Arguments {
		if a.Required {
			names = append(names, a.Name)
		}
	}
	return names
}

// Echoes reports whether the first body gives its input back.
func (it *Item) Echoes() bool { return it.Source == FromName }
