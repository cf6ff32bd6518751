package cases

import (
	"strings"
	"time"

	"github.com/mcpctl/mcpctl/mcp"
)

// step is one thing to do, and what has to come of it.
type step struct {
	place string // "step 2", "setup 1"
	verb  string // the key that says what it does
	about text   // the tool, the URI, the method: for messages

	method string // fixed by the verb; "" for request, whose about it is
	params value

	kind string // of list
	raw  *rawStep

	answers  []answer
	expect   expect
	captures []capture
}

// expect is what has to come back.
type expect struct {
	result, fault matcher
	isError       matcher
	status        matcher
	notifications []awaited
	within        time.Duration
}

// awaited is a notification that has to come, or must not.
type awaited struct {
	method string
	params matcher
	absent bool
}

// capture gives a name to what a path leads to.
type capture struct {
	name string
	path path
}

// verbs are the keys that say what a step does, with those that go with each.
var verbs = []struct {
	name string
	with []string
}{
	{"call", []string{"arguments"}}, {"read", nil}, {"get", []string{"arguments"}}, {"complete", nil},
	{"subscribe", nil}, {"list", nil}, {"request", []string{"params"}}, {"raw", nil},
}

var (
	stepKeys         = []string{"answers", "expect", "capture"}
	expectKeys       = []string{"result", "error", "isError", "golden", "notifications", "within", "status"}
	notificationKeys = []string{"method", "params", "absent"}
	completeKeys     = []string{"prompt", "resource", "argument", "value", "context"}
	listKinds        = []string{"tools", "prompts", "resources", "templates"}
)

// verbNames are the verbs, verbKeys all keys that go with any.
func verbNames() (names, keys []string) {
	for _, v := range verbs {
		names = append(names, v.name)
		keys = append(keys, v.name)
		for _, k := range v.with {
			if !strings.Contains(" "+strings.Join(keys, " ")+" ", " "+k+" ") {
				keys = append(keys, k)
			}
		}
	}
	return names, append(keys, stepKeys...)
}

func (r *reader) steps(list *node, part string) []step {
	if list.kind != mcp.Array || len(list.items) > maxSteps || part == "steps" && len(list.items) == 0 {
		r.fail(list, "%s is a list of at most %d steps", part, maxSteps)
		return nil
	}
	var all []step
	for i, n := range list.items {
		if s, ok := r.step(n); ok {
			s.place = place(part, i)
			all = append(all, s)
		}
	}
	return all
}

// step reads one step. Its captures have a value from the next on.
func (r *reader) step(n *node) (s step, ok bool) {
	names, keys := verbNames()
	if !r.keys(n, "a step", keys) {
		return s, false
	}
	for _, m := range n.members {
		for _, v := range verbs {
			if m.name != v.name {
				continue
			}
			if s.verb != "" {
				r.fail(m.key, "a step does one thing, and this one is %s already", s.verb)
				return s, false
			}
			s.verb = v.name
			r.companions(n, v.name, v.with)
		}
	}
	if s.verb == "" && stray(n, keys) {
		return s, false
	}
	if s.verb == "" {
		r.fail(n, "the step does nothing: it needs one of %s", strings.Join(names, ", "))
		return s, false
	}
	r.action(n, &s)
	if list := n.get("answers"); list != nil {
		s.answers = r.answers(list)
	}
	if e := n.get("expect"); e != nil {
		s.expect = r.expect(e, s)
	}
	if c := n.get("capture"); c != nil {
		s.captures = r.captures(c, s)
	}
	return s, true
}

// companions refuses keys that go with other verbs.
func (r *reader) companions(n *node, verb string, with []string) {
	own := " " + strings.Join(append(append([]string{verb}, with...), stepKeys...), " ") + " "
	_, known := verbNames()
	for _, m := range n.members {
		isVerb := false
		for _, v := range verbs {
			isVerb = isVerb || v.name == m.name
		}
		if !isVerb && strings.Contains(" "+strings.Join(known, " ")+" ", " "+m.name+" ") && !strings.Contains(own, " "+m.name+" ") {
			r.fail(m.key, "%s does not go with %s", m.name, verb)
		}
	}
}

// action reads what the step does.
func (r *reader) action(n *node, s *step) {
	subject := n.get(s.verb)
	switch s.verb {
	case "complete":
		r.complete(subject, s)
		return
	case "raw":
		s.raw = r.rawStep(subject)
		return
	case "list":
		s.kind = r.oneOf(subject, "list", listKinds)
		s.about = text{{literal: s.kind}}
		return
	}
	if _, ok := r.string(subject, s.verb); !ok {
		return
	}
	s.about = r.text(subject)
	about := &value{kind: mcp.String, text: s.about}
	switch s.verb {
	case "call":
		arguments := r.object(n, "arguments")
		if arguments == nil {
			arguments = &value{kind: mcp.Object}
		}
		s.method, s.params = "tools/call", object("name", about, "arguments", arguments)
	case "get":
		s.method, s.params = "prompts/get", object("name", about, "arguments", r.object(n, "arguments"))
	case "read":
		s.method, s.params = "resources/read", object("uri", about)
	case "request":
		s.params = value{kind: mcp.Object}
		if params := r.object(n, "params"); params != nil {
			s.params = *params
		}
	}
}

// object reads a member that is a mapping; nil when it is not there.
func (r *reader) object(n *node, name string) *value {
	one := n.get(name)
	if one == nil {
		return nil
	}
	if one.kind != mcp.Object && (one.kind != mcp.String || r.text(one).lone() == "") {
		r.fail(one, "%s is a mapping of names to values, and this is %s", name, kindWords(one.kind))
		return nil
	}
	v := r.value(one)
	return &v
}

func (r *reader) complete(n *node, s *step) {
	if !r.keys(n, "complete", completeKeys) {
		return
	}
	var ref, argument, typed value
	switch prompt, template := n.get("prompt"), n.get("resource"); {
	case (prompt == nil) == (template == nil):
		r.fail(n, "complete names either a prompt or a resource, the URI template")
		return
	case prompt != nil:
		s.about = r.words(prompt, "prompt")
		ref = object("type", word("ref/prompt"), "name", &value{kind: mcp.String, text: s.about})
	default:
		s.about = r.words(template, "resource")
		ref = object("type", word("ref/resource"), "uri", &value{kind: mcp.String, text: s.about})
	}
	name := n.get("argument")
	if name == nil {
		r.fail(n, "complete names no argument")
		return
	}
	typed = *word("")
	if written := n.get("value"); written != nil {
		typed = value{kind: mcp.String, text: r.words(written, "value")}
	}
	argument = object("name", &value{kind: mcp.String, text: r.words(name, "argument")}, "value", &typed)
	s.method, s.params = "completion/complete", object("ref", &ref, "argument", &argument)
	if settled := r.object(n, "context"); settled != nil {
		context := object("arguments", settled)
		s.params = object("ref", &ref, "argument", &argument, "context", &context)
	}
}

// words reads text with places for variables.
func (r *reader) words(n *node, what string) text {
	if _, ok := r.string(n, what); !ok {
		return text{{}}
	}
	return r.text(n)
}

func (r *reader) captures(n *node, s step) []capture {
	if n.kind != mcp.Object || len(n.members) == 0 {
		r.fail(n, "capture is a mapping of names to paths into the result, as in {id: $.structuredContent.id}")
		return nil
	}
	if s.expect.fault != nil {
		r.fail(n, "nothing can be captured of an answer that has to be an error")
	}
	var all []capture
	for _, m := range n.members {
		written, ok := r.string(m.value, "a path")
		if !ok || !r.free(m.key, m.name) {
			continue
		}
		p, err := parsePath(written)
		if err != nil {
			r.fail(m.value, "%v", err)
		}
		all = append(all, capture{m.name, p})
		r.scope[m.name] = true
	}
	return all
}
