package serverjson

import (
	"net/url"
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/internal/nearest"
	"github.com/mcpctl/mcpctl/internal/pattern"
)

var (
	templateVariable = pattern.New(`\{([^}]+)\}`)
	templatePort     = pattern.New(`:\{[^}]+\}(/|$)`)
)

// filled puts something fitting into the variables of an address, so that the
// rest can be judged. The registry knows some names by their meaning.
func filled(address string) string {
	address = strings.NewReplacer("{host}", "example.com", "{port}", "8080", "{path}", "api", "{protocol}", "http", "{scheme}", "http").Replace(address)
	address = templatePort.ReplaceAllString(address, ":8080$1")
	return templateVariable.ReplaceAllString(address, "placeholder")
}

// endpoint is an address of http or https with its variables filled in.
func endpoint(address string) (*url.URL, bool) {
	u, err := url.Parse(filled(address))
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, false
	}
	return u, true
}

func variables(address string) []string {
	var all []string
	for _, m := range templateVariable.FindAllStringSubmatch(address, -1) {
		all = append(all, m[1])
	}
	return all
}

func (j *judge) packageTransport(p *node) {
	t := j.get(p, "transport")
	kind, address := t.at("type"), t.at("url")
	switch kind.str() {
	case "stdio":
		if address.str() != "" {
			j.fault(address, "transport/stdio", "is given, and stdio has no address")
		}
		return
	case "sse":
		j.fault(kind, "transport/sse", "is sse, which the protocol has deprecated")
	case "streamable-http":
	default:
		return // the schema says so
	}
	if j.address(address) {
		j.declaredVariables(address, "transport/variable", j.packageVariables(p))
	}
}

// address judges the url of a transport, and answers whether there is one that
// can be read.
func (j *judge) address(n *node) bool {
	if n == nil || n.kind != isString || j.placeholder(n) {
		return false
	}
	if _, ok := endpoint(n.text); !ok {
		j.fault(n, "transport/url", "is %q, which is no address of http or https", clip(n.text))
		return false
	}
	return true
}

func (j *judge) declaredVariables(address *node, rule string, declared []string) {
	for _, name := range variables(address.text) {
		if slices.Contains(declared, name) {
			continue
		}
		mend := ""
		if near := nearest.Word(name, declared); near != "" {
			mend = "Did you mean {" + near + "}?"
		}
		j.mended(address, rule, mend, "has the variable {%s}, which nothing declares", clip(name))
		return
	}
}

// packageVariables are the names that a package's address may refer to.
func (j *judge) packageVariables(p *node) []string {
	var all []string
	for _, e := range objects(j.get(p, "environmentVariables")) {
		all = append(all, e.at("name").str())
	}
	for _, list := range []string{"runtimeArguments", "packageArguments"} {
		for _, a := range objects(j.get(p, list)) {
			all = append(all, a.at("name").str(), j.get(a, "valueHint").str())
		}
	}
	return slices.DeleteFunc(all, func(name string) bool { return name == "" })
}

func (j *judge) remotes(list *node) {
	seen := map[string]bool{}
	for _, r := range objects(list) {
		kind, address := r.at("type"), r.at("url")
		if kind.str() == "sse" {
			j.fault(kind, "transport/sse", "is sse, which the protocol has deprecated")
		}
		j.keyValues(r.at("headers"))
		j.remoteVariables(r)
		if !j.address(address) {
			continue
		}
		key := kind.str() + " " + address.text
		if seen[key] {
			j.fault(r, "remote/duplicate", "lists %s a second time", clip(address.text))
		}
		seen[key] = true
		j.remote(address)
	}
}

func (j *judge) remote(address *node) {
	u, _ := endpoint(address.text)
	switch {
	case local(u.Hostname()):
		j.fault(address, "remote/local", "is on %s, which others do not reach", u.Hostname())
	case u.Scheme != "https":
		j.fault(address, "remote/https", "is %q, which does not begin with https://", clip(address.text))
	}
}

func (j *judge) remoteVariables(r *node) {
	address, declared := r.at("url"), r.at("variables")
	var names []string
	if declared != nil {
		for _, m := range effective(declared) {
			names = append(names, m.name)
			j.secret(m.value)
			j.choice(m.value)
			if m.name != "" && !slices.Contains(variables(address.str()), m.name) && !used(r.at("headers"), m.name) {
				j.faults = append(j.faults, fault{rule: "remote/unused", pointer: m.value.pointer, start: m.start, reason: "is used nowhere in the url"})
			}
		}
	}
	if _, ok := endpoint(address.str()); ok {
		j.declaredVariables(address, "remote/variable", names)
	}
}

// used reports whether a header's value has a variable.
func used(headers *node, name string) bool {
	return slices.ContainsFunc(objects(headers), func(h *node) bool {
		return strings.Contains(h.at("value").str(), "{"+name+"}")
	})
}
