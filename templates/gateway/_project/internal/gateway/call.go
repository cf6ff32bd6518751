package gateway

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"example.com/acme-server/internal/problem"
)

// request is a request of the gateway's client.
type request interface {
	mcp.Request
	ClientCapabilities() *mcp.ClientCapabilities
}

var errSilent = errors.New("it did not answer in time")

// pass hands a request on to the upstream, under its breaker and its timeout.
// The error is a *problem.Problem if the upstream cannot be used, and otherwise
// what the upstream answered or the end of ctx.
func pass[R any](ctx context.Context, u *upstream, req request, send func(context.Context, *mcp.ClientSession, mcp.Meta) (R, error)) (R, error) {
	var none R
	session, failure := u.state()
	if session == nil {
		return none, u.unavailable(failure)
	}
	done, err := u.breaker.Allow()
	if err != nil {
		return none, u.unavailable("it failed too often in a row and is left alone for a while")
	}
	c := u.begin(ctx, session, req)
	res, err := send(c.ctx, session, c.meta)
	c.end(err == nil)
	if err != nil && ctx.Err() == nil && errors.Is(context.Cause(c.ctx), errSilent) {
		err = errSilent
	}
	done(err)
	if !isFailure(err) {
		return res, err
	}
	if !errors.Is(err, errSilent) && !errors.Is(err, context.DeadlineExceeded) {
		u.drop(err)
	}
	return none, u.unavailable(err.Error())
}

// isFailure tells failures of an upstream from its answers, of which errors are
// some, and from calls that their caller has given up.
func isFailure(err error) bool {
	var wire *jsonrpc.Error
	if errors.As(err, &wire) {
		// What is wrong between the gateway and the upstream is not the client's doing.
		return wire.Code == jsonrpc.CodeParseError || wire.Code == jsonrpc.CodeInvalidRequest ||
			wire.Code == mcp.CodeHeaderMismatch || wire.Code == mcp.CodeUnsupportedProtocolVersion
	}
	return err != nil && !errors.Is(err, context.Canceled)
}

func (u *upstream) unavailable(why string) error {
	if why == "" {
		why = "it is not connected"
	}
	return &problem.Problem{
		Code:    problem.Unavailable,
		Message: fmt.Sprintf("The server %s behind this gateway cannot be used: %s.", u.server.Name, u.server.hide(why)),
		Fix:     fmt.Sprintf("Try again in about %s; %s tells more. What other servers offer still works.", u.cfg.BreakerPause, statusTool),
	}
}

// call is one that is under way.
type call struct {
	u       *upstream
	number  int
	id      string // of progress
	session *mcp.ClientSession
	client  *mcp.ServerSession // who called
	wants   any                // the client's progress token, or nil
	meta    mcp.Meta           // to be sent upstream

	ctx     context.Context
	cancel  context.CancelCauseFunc
	silence *time.Timer   // ends ctx
	ping    chan struct{} // progress was handed on; holds one

	mu   sync.Mutex
	over bool
	last mcp.ProgressNotificationParams
}

func (u *upstream) begin(ctx context.Context, session *mcp.ClientSession, req request) *call {
	c := &call{u: u, session: session, meta: mcp.Meta{}, ping: make(chan struct{}, 1)}
	c.client, _ = req.GetSession().(*mcp.ServerSession)
	for key, value := range req.GetParams().GetMeta() {
		switch {
		case key == "progressToken":
			c.wants = value
		case !strings.HasPrefix(key, "io.modelcontextprotocol/"): // those are between two neighbours
			c.meta[key] = value
		}
	}
	if caps := req.ClientCapabilities(); session.InitializeResult().ProtocolVersion >= firstStateless {
		c.meta[mcp.MetaKeyClientCapabilities] = passedOn(caps)
	}
	c.ctx, c.cancel = context.WithCancelCause(ctx)
	c.silence = time.AfterFunc(u.server.Timeout, func() { c.cancel(errSilent) })

	u.mu.Lock()
	defer u.mu.Unlock()
	u.lastID++
	c.number, c.id = u.lastID, strconv.Itoa(u.lastID)
	u.calls[c.id] = c
	if c.wants != nil {
		c.meta["progressToken"] = c.id
	}
	return c
}

// passedOn are the capabilities of a client that an upstream can make use of.
func passedOn(caps *mcp.ClientCapabilities) map[string]any {
	on := map[string]any{}
	if caps != nil && caps.Elicitation != nil {
		on["elicitation"] = caps.Elicitation
	}
	if caps != nil && caps.Sampling != nil {
		on["sampling"] = caps.Sampling
	}
	if caps != nil && caps.RootsV2 != nil {
		on["roots"] = map[string]any{}
	}
	return on
}

// How long progress may come after the answer. It was sent before, but the SDK
// takes answers out of turn.
const latecomers = 20 * time.Millisecond

// end waits for progress that is still to be handed on: none may follow the
// answer.
func (c *call) end(answered bool) {
	late := time.NewTimer(latecomers)
	defer late.Stop()
	for waiting := answered && c.wants != nil; waiting && !c.complete(); {
		select {
		case <-c.ping:
		case <-late.C:
			waiting = false
		case <-c.ctx.Done():
			waiting = false
		}
	}
	c.mu.Lock()
	c.over = true
	c.mu.Unlock()
	c.silence.Stop()
	c.cancel(nil)
	c.u.mu.Lock()
	delete(c.u.calls, c.id)
	c.u.mu.Unlock()
}

func (c *call) complete() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.last.Total > 0 && c.last.Progress >= c.last.Total
}

// progress hands on what an upstream reports.
func (u *upstream) progress(_ context.Context, req *mcp.ProgressNotificationClientRequest) {
	id, _ := req.Params.ProgressToken.(string)
	u.mu.Lock()
	c := u.calls[id]
	u.mu.Unlock()
	if c == nil || c.session != req.Session {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.over {
		return
	}
	c.silence.Reset(u.server.Timeout) // it works
	c.last = *req.Params
	report := c.last
	report.Meta, report.ProgressToken = nil, c.wants
	if err := c.client.NotifyProgress(c.ctx, &report); err != nil {
		u.log.Debug("progress could not be handed on", "error", err)
	}
	select {
	case c.ping <- struct{}{}:
	default:
	}
}
