package checks

import (
	"context"
	"net/http"
	"slices"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// streamableResumption is the part of the suite about event ids and what a
// server does with them: basic/transports#resumability-and-redelivery.
func streamableResumption() []conformance.Check {
	return []conformance.Check{{
		ID:     "streamable/resume/ids-unique",
		Title:  "an event id comes once over all streams of a session",
		Claims: claims{Handshake: ids{"http.resume.event-id-unique"}},
		Watch:  streamableIDsUnique,
		Fix:    "Make the id of the stream a part of every event id.",
	}, {
		ID:     "streamable/resume/replay",
		Title:  "a resumed stream goes on after the event that the client had last",
		Claims: claims{Handshake: ids{"http.resume.replays-missed"}},
		Reach:  conformance.Provoke,
		Run:    streamableReplay,
	}, {
		ID:     "streamable/resume/own-stream",
		Title:  "a resumed stream brings nothing of another stream",
		Claims: claims{Handshake: ids{"http.resume.no-cross-stream-replay"}},
		Reach:  conformance.Provoke,
		Run:    streamableOwnStream,
		Fix:    "Look the stream up by Last-Event-ID, and replay the events of that stream only.",
	}, {
		ID:     "streamable/resume/id-finds-stream",
		Title:  "an event id leads back to the stream it came on",
		Claims: claims{Handshake: ids{"http.resume.event-id-encodes-stream"}},
		Reach:  conformance.Provoke,
		Run:    streamableIDFindsStream,
	}, {
		ID:     "streamable/resume/by-get",
		Title:  "streams are resumed by GET whether a POST or a GET began them",
		Claims: claims{Handshake: ids{"http.resume.via-get-any-origin"}},
		Reach:  conformance.Provoke,
		Run:    streamableByGet,
	}}
}

func streamableIDsUnique(t *conformance.Traffic) error {
	j := t.Judge()
	type place struct {
		exchange int
		silent   bool // the event had no data
	}
	for _, c := range t.Connections {
		seen := map[[2]string]place{}
		exchanges := c.Exchanges()
		for _, f := range c.Frames() {
			if f.Direction != mcp.Received || !hasEventID(f) || f.Exchange < 0 || f.Exchange >= len(exchanges) {
				continue
			}
			x := exchanges[f.Exchange]
			if x.SentHeader.Get("Last-Event-ID") != "" {
				continue // what is sent again keeps its id
			}
			j.Saw(x)
			key := [2]string{streamableSessionOf(x), f.Event.ID}
			before, again := seen[key]
			now := place{f.Exchange, f.Size == 0}
			seen[key] = now
			// Within a stream an empty event may repeat where it stands.
			if again && (before.exchange != now.exchange || !before.silent && !now.silent) {
				j.Failf(x, "the event id %.60q came twice in one session", f.Event.ID)
			}
		}
	}
	return j.Err("the server sent no event with an id")
}

// streamableSessionOf is the session id that an exchange belongs to, "" for
// none.
func streamableSessionOf(x *mcp.Exchange) string {
	if id := x.SentHeader.Get("Mcp-Session-Id"); id != "" {
		return id
	}
	return x.Header.Get("Mcp-Session-Id")
}

func streamableReplay(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	r, err := streamableResume(ctx, p)
	if err != nil {
		return err
	}
	for _, one := range r.streams {
		replayed := one.replayed()
		if len(replayed) == 0 {
			continue
		}
		j.Saw(one.again)
		missed := one.missed()
		places := streamablePlaces(missed, replayed)
		for i, f := range replayed {
			switch at := places[i]; {
			case at < 0 && streamableIndex(missed, f) >= 0:
				j.Failf(one.again, "an event was sent again twice: %.80q", f.Data)
			case at < 0:
				j.Failf(one.again, "an event that the client had already was sent again: %.80q", f.Data)
			case i > 0 && at < places[i-1]:
				j.Failf(one.again, "an event was sent again after one that had come later: %.80q", f.Data)
			}
		}
		if len(replayed) < len(missed) && !j.Bad() {
			j.Failf(one.again, "of %d missed events only %d came again", len(missed), len(replayed))
		}
	}
	if err := j.Err(""); err == nil || j.Bad() {
		return err
	}
	return r.nothing()
}

// streamablePlaces says where in the missed events each of those that came
// again belongs, -1 where there is no place left.
func streamablePlaces(missed, replayed []mcp.Frame) []int {
	places := make([]int, len(replayed))
	left := slices.Clone(missed)
	for i, f := range replayed {
		if places[i] = streamableIndex(left, f); places[i] >= 0 {
			left[places[i]] = mcp.NewFrame(mcp.Received, mcp.ChannelEvent, nil) // taken
		}
	}
	return places
}

func streamableOwnStream(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	r, err := streamableResume(ctx, p)
	if err != nil {
		return err
	}
	for i, one := range r.streams {
		f, crossed := r.crossed(i)
		switch {
		case crossed:
			j.Failf(one.again, "resuming the stream of request %s brought the response of another stream: %.80q", one.first.Asked, f.Data)
			for _, m := range one.empties() {
				j.Faultf(m, "", "and what had primed another stream, as an object: %.80q", m.Frame.Data)
			}
		case len(one.replayed()) > 0:
			j.Saw(one.again)
		}
	}
	if err := j.Err(""); err == nil || j.Bad() {
		return err
	}
	return r.nothing()
}

func streamableIDFindsStream(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	r, err := streamableResume(ctx, p)
	if err != nil {
		return err
	}
	if !r.replays() {
		return r.nothing()
	}
	for i, one := range r.streams {
		if _, crossed := r.crossed(i); crossed {
			return conformance.Blockedf("streamable/resume/own-stream", "a resumed stream brings messages of another")
		}
		j.Saw(one.again)
		if len(one.replayed()) == 0 {
			j.Failf(one.first, "of two streams alike, the first event id of one (%.60q) did not lead back to it", streamableFirstID(one.first))
		}
	}
	return j.Err("")
}

func streamableByGet(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	r, err := streamableResume(ctx, p)
	if err != nil {
		return err
	}
	if !r.replays() {
		return r.nothing()
	}
	s, err := p.Fresh(ctx)
	if err != nil {
		return err
	}
	stream, err := streamableListen(ctx, s, "")
	if err != nil {
		return err
	}
	soon, cancel := context.WithTimeout(ctx, streamableSoon)
	defer cancel()
	first, err := stream.Await(soon, hasEventID)
	stream.Close()
	if err != nil {
		return conformance.Unprovenf("streams of POSTs are resumed; on the GET stream came no event with an id")
	}
	again, answered := streamableHead(ctx, s, http.MethodGet, map[string]string{"Last-Event-ID": first.Event.ID})
	defer again.Close()
	switch {
	case !answered, again.Status == http.StatusConflict: // the server may not have seen yet that the old one is gone
		return conformance.Unprovenf("resuming the GET stream was not possible at once: %s", outcome(again))
	case streamed(again):
		j.Saw(again)
	default:
		j.Failf(again, "the stream of a POST can be resumed, but resuming the GET stream after %.60q got HTTP status %d", first.Event.ID, again.Status)
	}
	return j.Err("")
}
