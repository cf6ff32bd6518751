package checks

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// streamablePosts is the part of the suite about what a POST is answered with:
// basic/transports#sending-messages-to-the-server.
func streamablePosts() []conformance.Check {
	return []conformance.Check{{
		ID:     "streamable/post/content-type",
		Title:  "a request is answered as text/event-stream or application/json",
		Claims: claims{Handshake: ids{"http.post.request-content-type"}},
		Watch:  streamableContentType,
		Fix:    "Set Content-Type on the answer to every request.",
	}, {
		ID:     "streamable/post/one-object",
		Title:  "an answer in JSON is one object: the response",
		Claims: claims{Handshake: ids{"http.post.json-single-object"}},
		Watch:  streamableOneObject,
		Fix:    "Answer by an event stream when there is more to send than the response.",
	}, {
		ID:     "streamable/notification/accepted",
		Title:  "a notification is accepted with HTTP status 202",
		Claims: claims{Handshake: ids{"http.post.notification-202"}},
		Watch:  streamableNotificationAccepted,
	}, {
		ID:     "streamable/notification/no-body",
		Title:  "the answer to a notification has no body",
		Claims: claims{Handshake: ids{"http.post.notification-202-no-body"}},
		Watch:  streamableNotificationBody,
		Fix:    "End the answer after the header, without null, {} or an event stream.",
	}, {
		ID:     "streamable/response/accepted",
		Title:  "a response of the client's is accepted with HTTP status 202 and no body",
		Claims: claims{Handshake: ids{"http.post.response-202"}},
		Reach:  conformance.Provoke,
		Run:    streamableResponseAccepted,
	}}
}

func streamableContentType(t *conformance.Traffic) error {
	j := t.Judge()
	for _, x := range streamablePosted(t) {
		if x.Request.Notification || x.Status/100 != 2 {
			continue
		}
		j.Saw(x)
		switch streamableMedia(x) {
		case "text/event-stream", "application/json":
		default:
			j.Failf(x, "%s was answered with Content-Type %.80q", x.Request.Method, x.Header.Get("Content-Type"))
		}
	}
	return j.Err("no request was answered with a status of success")
}

func streamableOneObject(t *conformance.Traffic) error {
	j := t.Judge()
	for _, x := range streamablePosted(t) {
		if x.Request.Notification || x.Status/100 != 2 || streamableMedia(x) != "application/json" {
			continue
		}
		frames := streamableReceived(x)
		switch {
		case len(frames) == 0 && errors.Is(x.Err(), mcp.ErrNoReply):
			j.Failf(x, "%s was answered with an empty body", x.Request.Method)
		case len(frames) == 0 || frames[0].Cut():
		default:
			j.Saw(x)
			if why := streamableNoResponse(frames[0]); why != "" {
				j.Failf(x, "%s was answered with %s, not with one response", x.Request.Method, why)
			}
		}
	}
	return j.Err("no request was answered in JSON")
}

// streamableNoResponse says what a body is instead of a response, "" when it
// is one.
func streamableNoResponse(f mcp.Frame) string {
	m, err := f.Message()
	switch {
	case err != nil:
		return "text that is not JSON"
	case !m.Is(mcp.Object):
		return theKind(m.Kind())
	case m.MessageKind() != mcp.ResponseMessage:
		return "an object that is no response"
	}
	return ""
}

// streamableNotified are the notifications that the server took with a status
// of success.
func streamableNotified(t *conformance.Traffic) []*mcp.Exchange {
	var all []*mcp.Exchange
	for _, x := range streamablePosted(t) {
		if x.Request.Notification && strings.HasPrefix(x.Request.Method, "notifications/") && x.Status/100 == 2 {
			all = append(all, x)
		}
	}
	return all
}

func streamableNotificationAccepted(t *conformance.Traffic) error {
	j := t.Judge()
	for _, x := range streamableNotified(t) {
		j.Saw(x)
		if x.Status != http.StatusAccepted {
			j.Failf(x, "%s was accepted with HTTP status %d, not 202", x.Request.Method, x.Status)
		}
	}
	return j.Err("the server accepted no notification")
}

func streamableNotificationBody(t *conformance.Traffic) error {
	j := t.Judge()
	otherwise := false
	for _, x := range streamableNotified(t) {
		if x.Status != http.StatusAccepted {
			otherwise = true
			continue
		}
		j.Saw(x)
		if body := streamableBody(x); body != "" {
			j.Failf(x, "the answer to %s has a body: %s", x.Request.Method, body)
		}
	}
	if err := j.Err(""); err == nil || j.Bad() {
		return err
	}
	if otherwise {
		return conformance.Blockedf("streamable/notification/accepted", "no notification was accepted with status 202")
	}
	return j.Err("the server accepted no notification")
}

// streamableBody says what stands in the body of an answer, "" when there is
// nothing.
func streamableBody(x *mcp.Exchange) string {
	if frames := streamableReceived(x); len(frames) > 0 {
		return fmt.Sprintf("%.80q", frames[0].Data)
	}
	if errors.Is(x.Err(), mcp.ErrTimeout) {
		return "one that does not end"
	}
	return ""
}

func streamableResponseAccepted(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	s, err := p.Fresh(ctx)
	if err != nil {
		return err
	}
	if _, err := p.Control(ctx, s); err != nil {
		return err
	}
	x := s.Do(ctx, mcp.Request{Raw: []byte(`{"jsonrpc":"2.0","id":"mcpctl-never-asked","result":{}}`), Notification: true})
	if x.Status/100 != 2 {
		return conformance.Unprovenf("the server asked for nothing, and refused a response that it had not asked for: %s", outcome(x))
	}
	j.Saw(x)
	if x.Status != http.StatusAccepted {
		j.Failf(x, "a response was accepted with HTTP status %d, not 202", x.Status)
	} else if body := streamableBody(x); body != "" {
		j.Failf(x, "the answer to a response has a body: %s", body)
	}
	return j.Err("")
}
