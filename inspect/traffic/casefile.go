package traffic

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// maxCaseFile bounds the file that a case is added to.
const maxCaseFile = 4 << 20

// ErrNotAppended says that a case cannot be added to a file.
var ErrNotAppended = errors.New("the case cannot be added to the file")

// AppendCase adds what Export makes as AsCase to a file of cases, and gives the
// whole file and the name of the new case. What the file holds stays byte for
// byte; a name that is taken gets a number. An empty file is a new one. The error
// is ErrNotAppended when the file's list of cases does not stand last in it, or
// is written in a way that nothing can be put after.
func AppendCase(file []byte, one string) (out []byte, name string, err error) {
	added, err := casesOf([]byte(one))
	if err != nil || len(added.Content) != 1 {
		return nil, "", fmt.Errorf("%w: what is to be added is no case", ErrNotAppended)
	}
	title := member(added.Content[0], "name")
	if title == nil {
		return nil, "", fmt.Errorf("%w: the case has no name", ErrNotAppended)
	}
	if len(bytes.TrimSpace(file)) == 0 {
		return slices.Concat(file, []byte(one)), title.Value, nil
	}
	if len(file) > maxCaseFile {
		return nil, "", fmt.Errorf("%w: it is larger than %d bytes", ErrNotAppended, maxCaseFile)
	}
	there, err := casesOf(file)
	if err != nil {
		return nil, "", err
	}
	rename(title, there)
	text, err := item(added.Content[0], dash(there, file))
	if err != nil {
		return nil, "", err
	}
	out = slices.Clone(file)
	if !bytes.HasSuffix(out, []byte("\n")) {
		out = append(out, '\n')
	}
	out = append(out, text...)
	after, err := casesOf(out)
	if err != nil || len(after.Content) != len(there.Content)+1 || !sameCases(there.Content, after.Content[:len(there.Content)]) {
		return nil, "", fmt.Errorf("%w: its list of cases must stand last, one case a dash", ErrNotAppended)
	}
	return out, title.Value, nil
}

// casesOf is the list of cases in a file.
func casesOf(file []byte) (*yaml.Node, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(file, &doc); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotAppended, err)
	}
	if doc.Kind != yaml.DocumentNode || len(doc.Content) != 1 {
		return nil, fmt.Errorf("%w: it holds no cases", ErrNotAppended)
	}
	list := member(doc.Content[0], "cases")
	if list == nil || list.Kind != yaml.SequenceNode || len(list.Content) == 0 || list.Style&yaml.FlowStyle != 0 {
		return nil, fmt.Errorf("%w: it holds no list of cases", ErrNotAppended)
	}
	return list, nil
}

func member(n *yaml.Node, name string) *yaml.Node {
	if n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == name {
			return n.Content[i+1]
		}
	}
	return nil
}

// rename gives a case a name that no other has.
func rename(title, there *yaml.Node) {
	taken := map[string]bool{}
	for _, c := range there.Content {
		if n := member(c, "name"); n != nil {
			taken[n.Value] = true
		}
	}
	base := title.Value
	for i := 2; taken[title.Value]; i++ {
		title.Value = fmt.Sprintf("%s %d", base, i)
	}
}

// dash is how far the dashes of a list are indented.
func dash(list *yaml.Node, file []byte) int {
	lines := bytes.Split(file, []byte("\n"))
	if at := list.Content[0].Line - 1; at >= 0 && at < len(lines) {
		if n := bytes.IndexByte(lines[at], '-'); n >= 0 && len(bytes.TrimSpace(lines[at][:n])) == 0 {
			return n
		}
	}
	return max(0, list.Column-1)
}

// item is a case as an item of a list.
func item(c *yaml.Node, indent int) ([]byte, error) {
	var b bytes.Buffer
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	if err := e.Encode(&yaml.Node{Kind: yaml.SequenceNode, Content: []*yaml.Node{c}}); err != nil {
		return nil, fmt.Errorf("writing the case: %w", err)
	}
	var out strings.Builder
	for line := range strings.Lines(b.String()) {
		if strings.TrimSpace(line) != "" {
			out.WriteString(strings.Repeat(" ", indent))
		}
		out.WriteString(line)
	}
	return []byte(out.String()), nil
}

// sameCases reports whether cases are the same, whatever their places.
func sameCases(a, b []*yaml.Node) bool {
	return slices.EqualFunc(a, b, func(x, y *yaml.Node) bool {
		return x.Kind == y.Kind && x.Tag == y.Tag && x.Value == y.Value && x.Anchor == y.Anchor && sameCases(x.Content, y.Content)
	})
}
