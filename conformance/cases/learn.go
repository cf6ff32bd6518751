package cases

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/mcpctl/mcpctl/inspect/traffic"
	"github.com/mcpctl/mcpctl/mcp"
)

// Learnt is what Learn has made of recordings.
type Learnt struct {
	// Text is a file of cases.
	Text []byte
	// Cases and Steps count what is in it, Matchers the values that differ
	// between the two runs, Captures those that are used later.
	Cases, Steps, Matchers, Captures int
	// Notes say what was left out and why.
	Notes []string
}

// ErrNothing says that a recording holds nothing to make cases of.
var ErrNothing = errors.New("the recording has no answered request that a case could make")

// Learn makes cases of what a client asked in a recorded session, one case a
// session. With the recording of a second run of the same, which may be nil,
// values that differ between the two become matchers or, where they are sent
// again later, captures. Without one every value is expected as it was.
func Learn(first, second *traffic.Log) (Learnt, error) {
	a, notes := sessionsOf(first)
	var b [][]talk
	if second != nil {
		b, _ = sessionsOf(second)
	}
	l := Learnt{Notes: notes}
	list := &yaml.Node{Kind: yaml.SequenceNode}
	for i, session := range a {
		s := learning{Learnt: &l, paired: second != nil}
		if i < len(b) {
			s.other = b[i]
		}
		name := "recorded session"
		if len(a) > 1 {
			name = fmt.Sprintf("recorded session %d", i+1)
		}
		if c := s.learn(session, name); c != nil {
			list.Content = append(list.Content, c)
			l.Cases++
		}
	}
	if l.Steps == 0 {
		return l, ErrNothing
	}
	var out bytes.Buffer
	e := yaml.NewEncoder(&out)
	e.SetIndent(2)
	if err := e.Encode(mappingOf("cases", list)); err != nil {
		return l, fmt.Errorf("writing the cases: %w", err)
	}
	l.Text = out.Bytes()
	return l, nil
}

// talk is a conversation with what is known beside it.
type talk struct {
	traffic.Conversation
	name     string
	revision mcp.Revision
}

// own are requests that belong to a session, not to what it is about.
var own = map[string]bool{"initialize": true, "server/discover": true, "ping": true, "logging/setLevel": true,
	"subscriptions/listen": true, "resources/subscribe": true, "resources/unsubscribe": true}

// sessionsOf are the conversations of a log, by session in the order in which
// these began.
func sessionsOf(l *traffic.Log) (all [][]talk, notes []string) {
	at := map[int]int{}
	first, end := l.Range()
	for n := first; n < end; n++ {
		e, ok := l.Entry(n)
		if !ok || e.Kind != traffic.Request || e.Direction != mcp.Sent || e.Round > 0 || own[e.Method] {
			continue
		}
		c, err := l.Conversation(n)
		if err != nil {
			notes = append(notes, fmt.Sprintf("%s is left out: %v", strings.TrimSpace(e.Method+" "+e.Name), err))
			continue
		}
		if _, known := at[e.Session]; !known {
			at[e.Session] = len(all)
			all = append(all, nil)
		}
		all[at[e.Session]] = append(all[at[e.Session]], talk{c, e.Name, e.Revision})
	}
	return all, notes
}

// learning is one case being made.
type learning struct {
	*Learnt
	other  []talk // of the second run, those not yet paired
	paired bool
	marks  []volatile
}

// volatile is a value of a result that differed between the runs, and may be
// sent again.
type volatile struct {
	step     int
	path     string
	name     string // once it is used
	was, now mcp.Value
}

func (l *learning) learn(session []talk, name string) *yaml.Node {
	steps := &yaml.Node{Kind: yaml.SequenceNode}
	var made []*yaml.Node
	for i, one := range session {
		again := l.pair(one)
		params := one.Params
		if again != nil {
			params = l.reuse(one.Params, again.Params)
		}
		sent := one.Conversation
		sent.Params = params
		step := traffic.CaseStep(sent)
		expected, ok := l.expectation(i, one, again)
		if !ok {
			l.Notes = append(l.Notes, fmt.Sprintf("%s is left out: it failed in one of the two runs", strings.TrimSpace(one.Method+" "+one.name)))
			made = append(made, nil)
			continue
		}
		step.Content = append(step.Content, textNode("expect"), traffic.YAML(expected))
		fillHoles(step)
		steps.Content = append(steps.Content, step)
		made = append(made, step)
		l.Steps++
	}
	if len(steps.Content) == 0 {
		return nil
	}
	l.capture(made)
	c := mappingOf("name", textNode(name))
	if r := session[0].revision; r != "" {
		c.Content = append(c.Content, textNode("revision"), textNode(string(r)))
	}
	c.Content = append(c.Content, textNode("steps"), steps)
	return c
}

// pair takes the first conversation of the second run that asks the same thing.
func (l *learning) pair(one talk) *talk {
	for i, again := range l.other {
		if again.Method == one.Method && again.name == one.name || again.Method == one.Method && one.Method == "resources/read" {
			l.other = append(l.other[:i:i], l.other[i+1:]...)
			return &again
		}
	}
	return nil
}

// capture adds the captures that are used to the steps that they are of.
func (l *learning) capture(made []*yaml.Node) {
	for _, m := range l.marks {
		if m.name == "" || made[m.step] == nil {
			continue
		}
		l.Captures++
		step := made[m.step]
		if n := len(step.Content); step.Content[n-2].Value == "capture" {
			step.Content[n-1].Content = append(step.Content[n-1].Content, textNode(m.name), textNode(m.path))
			continue
		}
		step.Content = append(step.Content, textNode("capture"), mappingOf(m.name, textNode(m.path)))
	}
}

// fillHoles writes the variables where they were noted.
func fillHoles(n *yaml.Node) {
	if parts := strings.Split(n.Value, hole); n.Kind == yaml.ScalarNode && len(parts) == 3 {
		n.SetString(parts[0] + "{{" + parts[1] + "}}" + parts[2])
	}
	for _, child := range n.Content {
		fillHoles(child)
	}
}

func textNode(s string) *yaml.Node { return traffic.YAML(mcp.ValueOf(s)) }

func mappingOf(name string, value *yaml.Node) *yaml.Node {
	return &yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{textNode(name), value}}
}
