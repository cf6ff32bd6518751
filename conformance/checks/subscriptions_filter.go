package checks

import (
	"context"
	"slices"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// grants are the members of a filter that subscribe to something.
func grants(filter mcp.Value) []string {
	var all []string
	for _, m := range filter.Members() {
		if m.Value.True() || len(m.Value.Items()) > 0 {
			all = append(all, m.Name)
		}
	}
	return all
}

// eachAcknowledgement judges the acknowledgements of proper subscriptions.
func eachAcknowledgement(ctx context.Context, p *conformance.Probe, judge func(*conformance.Judge, *listening, mcp.Value)) error {
	j := p.Judge()
	l, err := acknowledgedListens(ctx, p)
	if err != nil {
		return err
	}
	for _, one := range l.opened() {
		if one.ack != nil {
			j.Met(*one.ack)
			judge(j, one, one.ack.Params().Get("notifications"))
		}
	}
	return j.Err("")
}

const inFilter = "/params/notifications"

func acknowledgedShape(ctx context.Context, p *conformance.Probe) error {
	return eachAcknowledgement(ctx, p, func(j *conformance.Judge, l *listening, filter mcp.Value) {
		if !filter.Is(mcp.Object) {
			j.Faultf(*l.ack, inFilter, "the acknowledgement's notifications must be an object, not %s", aKind(filter))
		}
		for _, f := range changeFilters() {
			if v := filter.Get(f.member); v.Exists() && !v.Is(mcp.Bool) {
				j.Faultf(*l.ack, inFilter+"/"+f.member, "%s must be a boolean, not %s", f.member, aKind(v))
			}
		}
		uris := filter.Get("resourceSubscriptions")
		if uris.Exists() && !uris.Is(mcp.Array) {
			j.Faultf(*l.ack, inFilter+"/resourceSubscriptions", "resourceSubscriptions must be an array, not %s", aKind(uris))
		}
		for _, uri := range uris.Items() {
			if !uri.Is(mcp.String) {
				j.Faultf(*l.ack, inFilter+"/resourceSubscriptions", "resourceSubscriptions must hold strings, not %s", aKind(uri))
			}
		}
	})
}

// acknowledgedSubset lets what is not supported stand as false or an empty
// list, which is as much as leaving it out.
func acknowledgedSubset(ctx context.Context, p *conformance.Probe) error {
	return eachAcknowledgement(ctx, p, func(j *conformance.Judge, l *listening, filter mcp.Value) {
		for _, f := range changeFilters() {
			at := inFilter + "/" + f.member
			switch {
			case !filter.Get(f.member).True():
			case !l.filter.Get(f.member).True():
				j.Faultf(*l.ack, at, "%s was acknowledged, but not asked for", f.member)
			case p.Missing(f.capability) != "":
				j.Faultf(*l.ack, at, "%s was acknowledged, but %s is not declared", f.member, f.capability)
			}
		}
		granted := filter.Get("resourceSubscriptions").Items()
		at := inFilter + "/resourceSubscriptions"
		if len(granted) > 0 && p.Missing("resources.subscribe") != "" {
			j.Faultf(*l.ack, at, "resourceSubscriptions was acknowledged, but resources.subscribe is not declared")
			return
		}
		for _, uri := range granted {
			if !holds(l.filter.Get("resourceSubscriptions"), uri) {
				j.Faultf(*l.ack, at, "updates of %.80s were acknowledged, but not asked for", uri)
			}
		}
	})
}

// holds reports whether an array has the value.
func holds(array, v mcp.Value) bool {
	return slices.ContainsFunc(array.Items(), func(item mcp.Value) bool { return mcp.Equal(item, v) })
}

func acknowledgedComplete(ctx context.Context, p *conformance.Probe) error {
	return eachAcknowledgement(ctx, p, func(j *conformance.Judge, l *listening, filter mcp.Value) {
		for _, f := range changeFilters() {
			if l.filter.Get(f.member).True() && p.Missing(f.capability) == "" && !filter.Get(f.member).True() {
				j.Faultf(*l.ack, inFilter, "%s is declared and %s was asked for, but not acknowledged", f.capability, f.member)
			}
		}
		if p.Missing("resources.subscribe") != "" {
			return
		}
		for _, uri := range l.filter.Get("resourceSubscriptions").Items() {
			if !holds(filter.Get("resourceSubscriptions"), uri) {
				j.Faultf(*l.ack, inFilter, "resources.subscribe is declared and updates of %.80s were asked for, but not acknowledged", uri)
			}
		}
	})
}
