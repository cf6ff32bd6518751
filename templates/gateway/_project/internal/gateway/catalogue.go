package gateway

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// item is one thing on offer, under the name that clients know.
type item struct {
	key   string
	owner *upstream
	name  string // as the owner calls it
	what  any    // its definition
	put   func() // adds it to the server; panics if the server cannot have it
	print string // changes with the definition
}

// shelf holds what the server offers of one kind.
type shelf struct {
	on     map[string]item
	remove func(...string)
}

// hold makes items what is on offer. Where two have one key, the first counts.
// It returns why items are left out. What has not changed is left alone, so
// clients are told of real changes only.
func (s *shelf) hold(items []item) (refused map[*upstream][]string) {
	refused = map[*upstream][]string{}
	wanted := map[string]item{}
	for _, i := range items {
		if first, taken := wanted[i.key]; taken {
			refused[i.owner] = append(refused[i.owner], fmt.Sprintf("%s: %s has that name already", i.key, first.owner.server.Name))
			continue
		}
		i.print = i.owner.server.Name + " " + i.name + " " + encoded(i.what)
		if s.on[i.key].print != i.print {
			if err := attempt(i.put); err != nil {
				refused[i.owner] = append(refused[i.owner], fmt.Sprintf("%s: %v", i.key, err))
				continue
			}
		}
		wanted[i.key] = i
	}
	for key := range s.on {
		if _, stays := wanted[key]; !stays {
			s.remove(key)
		}
	}
	s.on = wanted
	return refused
}

func encoded(v any) string {
	text, _ := json.Marshal(v) // it was decoded from JSON
	return string(text)
}

// attempt turns the SDK's complaint about a definition into an error: what an
// upstream defines must not end the gateway.
func attempt(put func()) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%v", p)
		}
	}()
	put()
	return nil
}

// unfit is what the name of a tool must not have.
var unfit = regexp.MustCompile(`[^A-Za-z0-9_.-]+`)

// toolName is the name under which clients know a tool: that of its upstream, the
// separator, and its own, with _ for what no name may have.
func (g *Gateway) toolName(u *upstream, name string) (string, error) {
	if unfit.MatchString(name) {
		name = strings.Trim(unfit.ReplaceAllString(name, "_"), "_")
	}
	as := u.server.Name + g.cfg.Separator + name
	switch {
	case len(as) > g.cfg.MaxName:
		return "", fmt.Errorf("%s: the name is longer than %d characters", as, g.cfg.MaxName)
	case as == statusTool || name == "":
		return "", fmt.Errorf("%s: that cannot be its name", as)
	}
	return as, nil
}

// sync brings what the server offers in line with what the upstreams offer, in
// the order of their names.
func (g *Gateway) sync() {
	g.mu.Lock()
	defer g.mu.Unlock()
	refused := map[*upstream][]string{}
	var tools, prompts, resources, templates []item
	for _, u := range g.upstreams {
		u.mu.Lock()
		o := u.offer
		u.mu.Unlock()
		for _, t := range o.tools {
			name, err := g.toolName(u, t.Name)
			if err != nil {
				refused[u] = append(refused[u], err.Error())
				continue
			}
			as := *t
			as.Name = name
			tools = append(tools, item{key: as.Name, owner: u, name: t.Name, what: as, put: func() { g.server.AddTool(&as, u.tool(t.Name)) }})
		}
		for _, p := range o.prompts {
			as := *p
			as.Name = u.server.Name + g.cfg.Separator + p.Name
			prompts = append(prompts, item{key: as.Name, owner: u, name: p.Name, what: as, put: func() { g.server.AddPrompt(&as, u.prompt(p.Name)) }})
		}
		for _, r := range o.resources {
			resources = append(resources, item{key: r.URI, owner: u, name: r.URI, what: r, put: func() { g.server.AddResource(r, u.resource) }})
		}
		for _, t := range o.templates {
			templates = append(templates, item{key: t.URITemplate, owner: u, name: t.URITemplate, what: t, put: func() { g.server.AddResourceTemplate(t, u.resource) }})
		}
	}
	for shelf, items := range map[*shelf][]item{&g.tools: tools, &g.prompts: prompts, &g.resources: resources, &g.templates: templates} {
		for u, why := range shelf.hold(items) {
			refused[u] = append(refused[u], why...)
		}
	}
	g.note(refused)
}

// note tells the log of what is newly refused.
func (g *Gateway) note(refused map[*upstream][]string) {
	for u, all := range refused {
		if fmt.Sprint(all) != fmt.Sprint(g.refused[u]) {
			u.log.Warn("not all that an upstream offers can be passed on", "refused", all)
		}
	}
	g.refused = refused
}

// owner returns the prompt or resource template of that key.
func (g *Gateway) owner(ref *mcp.CompleteReference) (item, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if ref.Type == "ref/prompt" {
		i, ok := g.prompts.on[ref.Name]
		return i, ok
	}
	i, ok := g.templates.on[ref.URI]
	if !ok {
		i, ok = g.resources.on[ref.URI]
	}
	return i, ok
}
