package checks

import (
	"context"
	"fmt"
	"time"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// batch is an array that was sent, and all that came back for it.
type batch struct {
	*mcp.Exchange
	responses   map[string]mcp.Message // by id
	unaddressed mcp.Message            // an error without id
	count       int                    // of responses
	arrays      int                    // among what came
	last        []byte                 // of what came, as it stands
	served      error                  // why the control request after got no result
}

// outcome says in a few words what came.
func (b batch) outcome() string {
	switch {
	case b.served != nil:
		return b.served.Error()
	case b.count > 0:
		return fmt.Sprintf("%d responses came, the last in %.100s", b.count, b.last)
	case b.Status != 0:
		return fmt.Sprintf("HTTP status %d", b.Status)
	}
	return "nothing came"
}

// The batches, as messages name them.
const (
	batchRequests      = "a batch of requests"
	batchMixed         = "a batch of requests and a notification"
	batchNotifications = "a batch of notifications"
	batchResponses     = "a batch of responses"
	batchInvalid       = "a batch with an invalid member"
	batchEmpty         = "an empty batch"
)

// batchText is an array and the ids of the responses that it should get, ""
// for one without.
type batchText struct {
	what, text string
	ids        []string
}

func batchTexts(kind mcp.TransportKind) []batchText {
	request := func(id, method string) string {
		return fmt.Sprintf(`{"jsonrpc":"2.0","id":%q,"method":%q}`, id, method)
	}
	cancelled := `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"mcpctl-no-such-request"}}`
	all := []batchText{
		{batchRequests, "[" + request("mcpctl-b1", "ping") + "," + request("mcpctl-b2", "ping") + "]", []string{"mcpctl-b1", "mcpctl-b2"}},
		{batchMixed, "[" + request("mcpctl-b3", "ping") + "," + request("mcpctl-b4", unknownMethod) + "," + cancelled + "]", []string{"mcpctl-b3", "mcpctl-b4"}},
		{batchNotifications, "[" + cancelled + "," + cancelled + "]", nil},
		{batchInvalid, "[42," + request("mcpctl-b5", "ping") + "]", []string{"mcpctl-b5", ""}},
		{batchEmpty, "[]", nil},
	}
	if kind == mcp.HTTP {
		all = append(all, batchText{batchResponses, `[{"jsonrpc":"2.0","id":"mcpctl-no-such-request","result":{}}]`, nil})
	}
	return all
}

// batchOf sends all batches, once for all checks that look at the answers, and
// gives what came of one. They share a connection as long as it lasts; a
// server that leaves the first unanswered is sent no more.
func batchOf(ctx context.Context, p *conformance.Probe, what string) (batch, error) {
	all, err := conformance.Once(ctx, p, "batches", func(ctx context.Context) (map[string]batch, error) {
		all := map[string]batch{}
		var s *mcp.Session
		for _, text := range batchTexts(p.Transport) {
			if s == nil || s.Log().Ended() != nil {
				fresh, err := p.Fresh(ctx)
				if err != nil {
					return nil, err
				}
				if _, err := p.Control(ctx, fresh); err != nil {
					return nil, err
				}
				s = fresh
			}
			all[text.what] = sendBatch(ctx, p, s, text)
			if unbatched(all[batchRequests]) != nil {
				break
			}
		}
		return all, ctx.Err()
	})
	return all[what], err
}

// batchAfterFirst is batchOf for all checks but the one that judges whether
// there are batches at all.
func batchAfterFirst(ctx context.Context, p *conformance.Probe, what string) (batch, error) {
	first, err := batchOf(ctx, p, batchRequests)
	if err != nil {
		return first, err
	}
	if err := unbatched(first); err != nil {
		return first, err
	}
	return batchOf(ctx, p, what)
}

// batchPatience bounds the wait for the responses to a batch.
const batchPatience = 2 * time.Second

// sendBatch sends a batch and gathers what comes until its requests are
// answered and a control request after it is.
func sendBatch(ctx context.Context, p *conformance.Probe, s *mcp.Session, text batchText) batch {
	before := len(s.Log().Frames())
	b := batch{responses: map[string]mcp.Message{}}
	if text.what == batchEmpty {
		got := provoke(ctx, p, s, text.what, mcp.Request{Raw: []byte(text.text)})
		b.Exchange, b.served = got.Exchange, got.served
		return b
	}
	silent := len(text.ids) == 0
	b.Exchange = s.Start(ctx, mcp.Request{Raw: []byte(text.text), Notification: silent})
	b.awaitAll(ctx, s, text.ids)
	if silent {
		_ = b.Wait(ctx) // over HTTP for the status; a failure shows in it
	}
	b.Close()
	_ = b.Wait(ctx)
	control, err := p.Control(ctx, s)
	b.served = err
	b.gather(s.Log().Frames()[before:], control.Asked)
	return b
}

// gather takes in what came, but for the answer to the control request.
func (b *batch) gather(frames []mcp.Frame, control mcp.Value) {
	for _, f := range frames {
		whole, err := f.Message()
		if f.Direction != mcp.Received || err != nil {
			continue
		}
		if whole.Is(mcp.Array) {
			b.arrays++
			b.last = f.Data
		}
		for _, m := range f.Messages() {
			if !isResponse(m) || mcp.Equal(m.ID(), control) {
				continue
			}
			b.count++
			b.last = f.Data
			if nobody(m.ID()) {
				b.unaddressed = m
				continue
			}
			b.responses[m.ID().Text()] = m
		}
	}
}

// awaitAll waits until every id is answered, or the answer is over without.
func (b *batch) awaitAll(ctx context.Context, s *mcp.Session, ids []string) {
	ctx, cancel := context.WithTimeout(ctx, batchPatience)
	defer cancel()
	over := make(chan struct{})
	defer close(over)
	go func() {
		select {
		case <-b.Done():
			if b.Reply() == nil {
				cancel()
			}
		case <-over:
		}
	}()
	for _, id := range ids {
		_, err := s.Await(ctx, func(f mcp.Frame) bool { return holdsResponse(f, id) })
		if err != nil {
			return
		}
	}
}

func holdsResponse(f mcp.Frame, id string) bool {
	if f.Direction != mcp.Received {
		return false
	}
	for _, m := range f.Messages() {
		if isResponse(m) && m.ID().Text() == id && nobody(m.ID()) == (id == "") {
			return true
		}
	}
	return false
}
