package checks

import (
	"slices"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// cancellation is the suite about basic/utilities/cancellation of the
// handshake revisions and basic/patterns/cancellation of 2026-07-28.
func cancellation() conformance.Suite {
	return conformance.Suite{ID: "cancellation", Title: "Cancellation", Checks: slices.Concat(
		cancellationIgnoredChecks(),
		cancellationReceivedChecks(),
		cancellationSentChecks(),
	)}
}

// cancelled is the notification that cancels a request.
const cancelled = "notifications/cancelled"

// cancellationSentChecks judge what the server cancels.
func cancellationSentChecks() []conformance.Check {
	return []conformance.Check{{
		ID:     "cancellation/sent/own",
		Title:  "the server cancels only requests of its own",
		Claims: claims{Handshake: ids{"cancellation.sent.own-in-flight-only"}},
		Watch:  cancellationOwn,
		Fix:    "Answer the client's requests, with an error if need be; cancel only your own.",
	}, {
		ID:     "cancellation/sent/request-id",
		Title:  "a cancellation says which request it means",
		Claims: claims{Handshake: ids{"cancellation.sent.request-id-present"}},
		Watch:  cancellationRequestID,
	}, {
		ID:     "cancellation/sent/tasks",
		Title:  "the server ends its tasks by tasks/cancel",
		Claims: claims{Handshake: ids{"cancellation.sent.tasks-use-tasks-cancel"}},
		Watch:  cancellationTasks,
	}, {
		ID:     "cancellation/sent/listen-only",
		Title:  "the server cancels nothing but subscriptions",
		Claims: claims{Stateless: ids{"cancellation.server-use-restricted"}},
		Watch:  cancellationListenOnly,
	}}
}

// eachConnection calls visit for every message of every well-behaved
// connection, with the requests that the server and the client have sent on
// it altogether.
func eachConnection(t *conformance.Traffic, visit func(m conformance.Seen, theirs, ours []conformance.Seen)) {
	for _, c := range t.Connections {
		if c.Bare {
			continue
		}
		var theirs, ours []conformance.Seen
		all := dialogue(c)
		for _, m := range all {
			switch {
			case m.MessageKind() != mcp.RequestMessage:
			case m.Frame.Direction == mcp.Received:
				theirs = append(theirs, m)
			default:
				ours = append(ours, m)
			}
		}
		for _, m := range all {
			if m.Frame.Direction == mcp.Received {
				visit(m, theirs, ours)
			}
		}
	}
}

// request finds the request with an id.
func request(all []conformance.Seen, id mcp.Value) *conformance.Seen {
	for i := range all {
		if mcp.Equal(all[i].ID(), id) {
			return &all[i]
		}
	}
	return nil
}

func cancellationOwn(t *conformance.Traffic) error {
	j := t.Judge()
	eachConnection(t, func(m conformance.Seen, theirs, _ []conformance.Seen) {
		id := m.Params().Get("requestId")
		if m.Method() != cancelled || !id.Exists() {
			return // see cancellation/sent/request-id
		}
		j.Met(m)
		if request(theirs, id) == nil {
			j.Faultf(m, "/params/requestId", "the server cancelled %.60s, which is no request of its own", id)
		}
	})
	return j.Err("the server cancelled nothing")
}

func cancellationRequestID(t *conformance.Traffic) error {
	j := t.Judge()
	for m := range t.Notifications(cancelled) {
		j.Met(m)
		if id := m.Params().Get("requestId"); !id.Is(mcp.String) && !id.Whole() {
			j.Faultf(m, "/params/requestId", "requestId must be the id of a request, not %.60s", id)
		}
	}
	return j.Err("the server cancelled nothing")
}

func cancellationTasks(t *conformance.Traffic) error {
	j := t.Judge()
	eachConnection(t, func(m conformance.Seen, theirs, _ []conformance.Seen) {
		switch {
		case m.MessageKind() == mcp.RequestMessage && m.Params().Has("task"):
			j.Met(m)
		case m.Method() == cancelled:
			if r := request(theirs, m.Params().Get("requestId")); r != nil && r.Params().Has("task") {
				j.Faultf(m, "/method", "the server cancelled %.60s, which it had made a task", r.Method())
			}
		}
	})
	return j.Err("the server made no request a task")
}

func cancellationListenOnly(t *conformance.Traffic) error {
	j := t.Judge()
	eachConnection(t, func(m conformance.Seen, theirs, ours []conformance.Seen) {
		j.Met(m)
		if m.Method() != cancelled || request(theirs, m.Params().Get("requestId")) != nil {
			return // that there was a request of its own is base/request/none
		}
		if r := request(ours, m.Params().Get("requestId")); r == nil || r.Method() != "subscriptions/listen" {
			j.Faultf(m, "/params/requestId", "the server cancelled %.60s, which is no subscriptions/listen", m.Params().Get("requestId"))
		}
	})
	return j.Err("the server sent nothing")
}
