package serverjson

import (
	"slices"
	"strings"
)

// inputs judges what a package is started with.
func (j *judge) inputs(p *node) {
	j.keyValues(j.get(p, "environmentVariables"))
	j.keyValues(j.get(p, "transport", "headers"))
	for _, list := range []string{"runtimeArguments", "packageArguments"} {
		for _, a := range objects(j.get(p, list)) {
			j.argument(a)
		}
	}
}

func (j *judge) argument(a *node) {
	j.input(a)
	if a.at("type").str() != "named" {
		return
	}
	name := a.at("name")
	if name == nil || name.kind != isString {
		return // the schema says so
	}
	if name.text == "" || strings.ContainsAny(name.text, "<>$ ") {
		j.fault(name, "argument/name", "is %q, which is no name of a flag", clip(name.text))
		return
	}
	for _, key := range []string{"value", "default"} {
		if v := a.at(key); strings.HasPrefix(v.str(), name.text) {
			j.fault(v, "argument/value", "begins with the flag's name %q, which clients put there themselves", clip(name.text))
		}
	}
}

// keyValues judges environment variables or headers.
func (j *judge) keyValues(list *node) {
	seen := map[string]bool{}
	for _, e := range objects(list) {
		j.input(e)
		name := e.at("name")
		if name.str() == "" {
			continue
		}
		if seen[name.text] {
			j.fault(name, "input/duplicate", "is %q, for the second time", clip(name.text))
		}
		seen[name.text] = true
	}
}

func (j *judge) input(n *node) {
	j.secret(n)
	j.choice(n)
	if v := n.at("variables"); v != nil {
		for _, m := range effective(v) {
			j.secret(m.value)
			j.choice(m.value)
		}
	}
}

// secret faults what would publish a secret. A value with variables leaves the
// secret to the user.
func (j *judge) secret(n *node) {
	secret := j.get(n, "isSecret")
	if secret == nil || secret.kind != isBoolean || secret.text != "true" {
		return
	}
	for _, key := range []string{"value", "default"} {
		if v := n.at(key); v.str() != "" && len(variables(v.text)) == 0 {
			j.fault(v, "input/secret", "is fixed, and everybody can read it in the registry")
		}
	}
}

func (j *judge) choice(n *node) {
	list := n.at("choices")
	if list == nil || len(list.items) == 0 {
		return
	}
	for _, key := range []string{"value", "default"} {
		v := n.at(key)
		if v.str() != "" && len(variables(v.text)) == 0 && !slices.ContainsFunc(list.items, func(c *node) bool { return c.str() == v.text }) {
			j.fault(v, "input/choice", "is %q, which is not among choices", clip(v.text))
		}
	}
}
