package checks

import (
	"context"
	"fmt"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// elicitationErrors are the checks of the error that demands an elicitation
// first, and of the notification that one is over; both belong to 2025-11-25.
func elicitationErrors() []conformance.Check {
	return []conformance.Check{{
		ID:     "elicitation/required-error/only-then",
		Title:  "error -32042 is used only to demand elicitations",
		Claims: claims{Handshake: ids{"elicitation.error-32042.only-then"}},
		Watch:  elicitationErrorOnlyThen,
	}, {
		ID:     "elicitation/required-error/code",
		Title:  "an error that demands elicitations has code -32042",
		Claims: claims{Handshake: ids{"elicitation.error-32042.used"}},
		Watch:  elicitationErrorCode,
	}, {
		ID:     "elicitation/required-error/list",
		Title:  "error -32042 lists the elicitations that it demands",
		Claims: claims{Handshake: ids{"elicitation.error-32042.list"}},
		Watch:  elicitationErrorList,
	}, {
		ID:     "elicitation/required-error/entries",
		Title:  "error -32042 demands only elicitations by URL that have an elicitationId",
		Claims: claims{Handshake: ids{"elicitation.error-32042.url-entries"}},
		Watch:  elicitationErrorEntries,
	}, {
		ID:     "elicitation/required-error/capability",
		Title:  "error -32042 goes only to clients that declare elicitation.url",
		Claims: claims{Handshake: ids{"elicitation.error-32042.client-supports-url"}},
		Reach:  conformance.Provoke,
		Run:    elicitationErrorCapability,
	}, {
		ID:     "elicitation/complete/id",
		Title:  "notifications/elicitation/complete names an elicitation that there was",
		Claims: claims{Handshake: ids{"elicitation.complete.id"}},
		Watch:  elicitationCompleteID,
	}, {
		ID:     "elicitation/complete/recipient",
		Title:  "notifications/elicitation/complete goes only to the client that was asked",
		Claims: claims{Handshake: ids{"elicitation.complete.originating-client"}},
		Reach:  conformance.Provoke,
		Run:    elicitationCompleteRecipient,
	}}
}

// demandsVisit reports an exchange that ended with the error that demands
// elicitations first.
func demandsVisit(x *mcp.Exchange) bool {
	e := x.RPCError()
	return e != nil && e.Code == mcp.CodeURLElicitation
}

// demands are the errors with code -32042.
func demands(t *conformance.Traffic, look func(j *conformance.Judge, m conformance.Seen, list mcp.Value)) error {
	j := t.Judge()
	for m := range t.Errors() {
		if code, _ := m.Get("error", "code").Int(); code == mcp.CodeURLElicitation {
			j.Met(m)
			look(j, m, m.Get("error", "data", "elicitations"))
		}
	}
	return j.Err("the server sent no error -32042")
}

func elicitationErrorOnlyThen(t *conformance.Traffic) error {
	j := t.Judge()
	for m := range t.Errors() {
		j.Met(m)
		list := m.Get("error", "data", "elicitations")
		if code, _ := m.Get("error", "code").Int(); code == mcp.CodeURLElicitation && list.Len() == 0 {
			j.Faultf(m, "/error", "error -32042 is used although no elicitation is demanded: %.80q", m.Get("error", "message").Text())
		}
	}
	return j.Err("the server sent no errors")
}

func elicitationErrorCode(t *conformance.Traffic) error {
	j := t.Judge()
	for m := range t.Errors() {
		list := m.Get("error", "data", "elicitations")
		if list.Len() == 0 || !list.Is(mcp.Array) {
			continue
		}
		j.Met(m)
		if code, _ := m.Get("error", "code").Int(); code != mcp.CodeURLElicitation {
			j.Faultf(m, "/error/code", "an error that demands elicitations has code %.40s, expected -32042", m.Get("error", "code"))
		}
	}
	return j.Err("the server sent no error that demands elicitations")
}

func elicitationErrorList(t *conformance.Traffic) error {
	return demands(t, func(j *conformance.Judge, m conformance.Seen, list mcp.Value) {
		switch {
		case !list.Is(mcp.Array):
			j.Faultf(m, "/error/data/elicitations", "data.elicitations of error -32042 must be an array, not %s", aKind(list))
		case list.Len() == 0:
			j.Faultf(m, "/error/data/elicitations", "data.elicitations of error -32042 is empty")
		}
	})
}

func elicitationErrorEntries(t *conformance.Traffic) error {
	j := t.Judge()
	_ = demands(t, func(_ *conformance.Judge, m conformance.Seen, list mcp.Value) {
		for i, entry := range list.Items() {
			at := fmt.Sprintf("/error/data/elicitations/%d", i)
			j.Met(m)
			if mode := entry.Get("mode"); mode.Text() != "url" {
				j.Faultf(m, at+"/mode", "error -32042 demands an elicitation of mode %.60s, expected \"url\"", mode)
			}
			if id := entry.Get("elicitationId"); !id.Is(mcp.String) {
				j.Faultf(m, at+"/elicitationId", "error -32042 demands an elicitation whose elicitationId is %s, not a string", aKind(id))
			}
		}
	})
	return j.Err("the server sent no error -32042 that lists elicitations")
}

func elicitationErrorCapability(ctx context.Context, p *conformance.Probe) error {
	all, err := survey(ctx, p)
	if err != nil {
		return err
	}
	demanded := false
	for _, t := range all {
		demanded = demanded || demandsVisit(t.last())
	}
	if !demanded {
		return conformance.Unprovenf("nothing that was called failed with error -32042")
	}
	again, err := talksWith(ctx, p, map[string]any{"elicitation": map[string]any{}})
	if err != nil {
		return err
	}
	j := p.Judge()
	for _, t := range again {
		j.Saw(t.last())
		if demandsVisit(t.last()) {
			j.Failf(t.last(), "%s sends error -32042 to a client that does not declare elicitation.url", t.named())
		}
	}
	return j.Err("")
}

// elicitationIDs are the ids of the elicitations that a message opens.
func elicitationIDs(m conformance.Seen) []mcp.Value {
	var all []mcp.Value
	for _, q := range questionsIn(m) {
		all = append(all, q.params().Get("elicitationId"))
	}
	for _, entry := range m.Get("error", "data", "elicitations").Items() {
		all = append(all, entry.Get("elicitationId"))
	}
	return all
}

func elicitationCompleteID(t *conformance.Traffic) error {
	j := t.Judge()
	known := map[string]bool{}
	for m := range t.Everything() {
		for _, id := range elicitationIDs(m) {
			known[id.Text()] = id.Is(mcp.String)
		}
	}
	for m := range t.Notifications("notifications/elicitation/complete") {
		j.Met(m)
		if id := m.Params().Get("elicitationId"); !id.Is(mcp.String) || !known[id.Text()] {
			j.Faultf(m, "/params/elicitationId", "a completed elicitation is named %.60s, which none has been", id)
		}
	}
	return j.Err("the server sent no notifications/elicitation/complete")
}

func elicitationCompleteRecipient(ctx context.Context, p *conformance.Probe) error {
	talks, err := askers(ctx, p, askElicit, elicitsURL)
	if err != nil {
		return err
	}
	asked, err := newHost(ctx, p, nil, accepting)
	if err != nil {
		return err
	}
	other, err := newHost(ctx, p, nil, accepting)
	if err != nil {
		return err
	}
	own := map[string]bool{}
	for _, t := range talks {
		for _, q := range asked.talk(ctx, t.request, accepting).asks(askElicit) {
			own[q.params().Get("elicitationId").Text()] = true
		}
	}
	// Whatever was sent for the elicitations comes before the answers to these.
	for _, h := range []*host{asked, other} {
		if _, err := p.Control(ctx, h.Session); err != nil {
			return err
		}
	}
	j := p.Judge()
	for _, h := range []*host{asked, other} {
		for _, m := range heard(h.Log(), -1) {
			if m.Method() != "notifications/elicitation/complete" || !own[m.Params().Get("elicitationId").Text()] {
				continue
			}
			j.Met(m)
			if h == other {
				j.Faultf(m, "/params/elicitationId", "a session was told that the elicitation of another one is complete")
			}
		}
	}
	return j.Err("the server sent no notifications/elicitation/complete")
}
