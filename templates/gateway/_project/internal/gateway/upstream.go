package gateway

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v5"
	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/sony/gobreaker/v2"
)

// The newest revision with a handshake, and the first without.
const (
	newestHandshake = "2025-11-25"
	firstStateless  = "2026-07-28"
)

// burst is how long after a notice of changed lists they are asked for: notices
// often come in bursts.
const burst = 50 * time.Millisecond

// upstream is one server behind the gateway.
type upstream struct {
	server  Server
	cfg     Config
	log     *slog.Logger
	as      *mcp.Implementation // how the gateway introduces itself
	dial    dial
	changed func() // it offers something else than before
	breaker *gobreaker.TwoStepCircuitBreaker[any]

	stale  chan struct{} // its lists are; holds one
	broken chan error    // the connection is; holds one

	mu      sync.Mutex
	session *mcp.ClientSession // nil: not connected
	offer   offer              // stays when the connection is lost
	tries   int                // that failed in a row
	older   bool               // it is to be met with the handshake
	failure string             // the last one, for people
	said    string             // the last line that it wrote on its standard error
	calls   map[string]*call
	lastID  int
}

func newUpstream(s Server, cfg Config, as *mcp.Implementation, base http.RoundTripper, log *slog.Logger, changed func()) *upstream {
	if s.Timeout == 0 {
		s.Timeout = cfg.Timeout
	}
	u := &upstream{
		server: s, cfg: cfg, log: log.With("upstream", s.Name), as: as, changed: changed,
		stale: make(chan struct{}, 1), broken: make(chan error, 1), calls: map[string]*call{},
	}
	u.dial = dialer(s, base, u.hear)
	u.breaker = gobreaker.NewTwoStepCircuitBreaker[any](gobreaker.Settings{
		Name:         s.Name,
		Timeout:      cfg.BreakerPause,
		ReadyToTrip:  func(c gobreaker.Counts) bool { return c.ConsecutiveFailures >= cfg.BreakerFailures },
		IsSuccessful: func(err error) bool { return !isFailure(err) },
		IsExcluded:   func(err error) bool { return errors.Is(err, context.Canceled) },
		OnStateChange: func(_ string, _, to gobreaker.State) {
			u.log.Warn("the circuit breaker of an upstream is "+to.String(), "state", to.String())
			if to == gobreaker.StateOpen {
				// It hangs or does worse: a new connection, or process, may cure it.
				u.drop(errors.New("it failed too often in a row"))
			}
		},
	})
	return u
}

// run keeps the upstream connected until ctx ends. It calls settled once the
// upstream is connected, or has had its tries.
func (u *upstream) run(ctx context.Context, settled func()) {
	defer settled()
	pause := backoff.NewExponentialBackOff()
	pause.InitialInterval, pause.MaxInterval, pause.Multiplier = u.cfg.Backoff, u.cfg.MaxBackoff, 2
	for {
		began := time.Now()
		err := u.attend(ctx, settled)
		if ctx.Err() != nil {
			return
		}
		if time.Since(began) > u.cfg.MaxBackoff { // it has lived: this is another failure
			pause.Reset()
		}
		if u.failed(err) == u.cfg.Tries {
			settled()
		}
		wait := time.NewTimer(pause.NextBackOff())
		select {
		case <-wait.C:
		case <-ctx.Done():
			wait.Stop()
			return
		}
	}
}

// attend connects once and stays until the connection ends.
func (u *upstream) attend(ctx context.Context, settled func()) error {
	select {
	case err := <-u.broken:
		u.log.Debug("left over from the connection before", "error", err)
	default:
	}
	session, hangUp, err := u.connect(ctx, u.revision())
	if err != nil {
		return u.offended(err)
	}
	defer hangUp()
	ended := make(chan error, 1)
	go func() { ended <- session.Wait() }()
	if err := u.refresh(ctx, session); err != nil {
		return err
	}
	u.connected(session)
	defer u.disconnected()
	u.log.Info("an upstream is connected", "revision", session.InitializeResult().ProtocolVersion)
	settled()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err := <-ended:
			return errors.Join(errors.New("the connection has ended"), err)
		case err := <-u.broken:
			return err
		case <-u.stale:
			select {
			case <-time.After(burst):
			case <-ctx.Done():
				return ctx.Err()
			}
			if err := u.refresh(ctx, session); err != nil {
				return err
			}
		}
	}
}

// revision is the newest to try.
func (u *upstream) revision() string {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.older {
		return newestHandshake
	}
	return firstStateless
}

// offended makes the next try begin in the other era if err may come from that.
// Some servers of the handshake era hang or end when anything comes before it.
func (u *upstream) offended(err error) error {
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, mcp.ErrConnectionClosed) || errors.Is(err, io.EOF) {
		u.mu.Lock()
		defer u.mu.Unlock()
		u.older = !u.older
	}
	return err
}

// client returns the MCP client of one connection.
func (u *upstream) client() *mcp.Client {
	outdated := func() {
		select {
		case u.stale <- struct{}{}:
		default: // it is noted already
		}
	}
	return mcp.NewClient(u.as, &mcp.ClientOptions{
		Logger: slog.New(slog.DiscardHandler), // what matters comes as errors, too
		// What an upstream may ask is for the client of the gateway to answer.
		Capabilities: &mcp.ClientCapabilities{
			Elicitation: &mcp.ElicitationCapabilities{Form: &mcp.FormElicitationCapabilities{}, URL: &mcp.URLElicitationCapabilities{}},
			Sampling:    &mcp.SamplingCapabilities{},
		},
		ElicitationHandler:            u.elicit,
		CreateMessageWithToolsHandler: u.sample,
		MultiRoundTrip:                &mcp.MultiRoundTripOptions{Disabled: true},
		ProgressNotificationHandler:   u.progress,
		ToolListChangedHandler:        func(context.Context, *mcp.ToolListChangedRequest) { outdated() },
		PromptListChangedHandler:      func(context.Context, *mcp.PromptListChangedRequest) { outdated() },
		ResourceListChangedHandler:    func(context.Context, *mcp.ResourceListChangedRequest) { outdated() },
	})
}

// refresh asks the upstream what it offers.
func (u *upstream) refresh(ctx context.Context, session *mcp.ClientSession) error {
	ctx, cancel := context.WithTimeout(ctx, u.server.Timeout)
	defer cancel()
	o, err := ask(ctx, session, u.server)
	if err != nil {
		return fmt.Errorf("listing what it offers: %w", err)
	}
	u.mu.Lock()
	u.offer = o
	u.mu.Unlock()
	u.changed()
	return nil
}

// check tells why the upstream cannot be used, after asking it for a sign of
// life if its revision has one. In the newest, the lists serve as that.
func (u *upstream) check(ctx context.Context) error {
	session, failure := u.state()
	switch {
	case session == nil && failure == "":
		return errors.New("it is not connected yet")
	case session == nil:
		return errors.New(failure)
	case u.breaker.State() == gobreaker.StateOpen:
		return errors.New("it failed too often in a row and is left alone for a while")
	}
	var err error
	if session.InitializeResult().ProtocolVersion < firstStateless {
		err = session.Ping(ctx, nil)
	} else {
		err = u.refresh(ctx, session)
	}
	if isFailure(err) && !errors.Is(err, context.DeadlineExceeded) { // a busy one may be slow
		u.drop(err)
	}
	return err
}

// drop ends the connection, for a new one to be made.
func (u *upstream) drop(err error) {
	select {
	case u.broken <- err:
	default: // it is ending already
	}
}

// failed notes a failure and returns how many there were in a row.
func (u *upstream) failed(err error) (tries int) {
	text := u.server.hide(err.Error())
	u.mu.Lock()
	if u.said != "" {
		text += "; it last said: " + u.said
	}
	u.failure, u.said = text, ""
	u.tries++
	tries = u.tries
	u.mu.Unlock()
	level := slog.LevelWarn
	if tries > u.cfg.Tries {
		level = slog.LevelDebug // said often enough
	}
	u.log.Log(context.Background(), level, "an upstream failed; it is tried again", "tries", tries, "error", text)
	return tries
}

func (u *upstream) connected(session *mcp.ClientSession) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.session, u.tries, u.failure = session, 0, ""
}

func (u *upstream) disconnected() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.session = nil
}

// hear takes a line that a child process writes on its standard error.
func (u *upstream) hear(line string) {
	line = u.server.hide(line)
	u.log.Debug("an upstream says", "text", line)
	u.mu.Lock()
	defer u.mu.Unlock()
	u.said = line
}

// state returns the session, or nil and the last failure.
func (u *upstream) state() (*mcp.ClientSession, string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.session, u.failure
}
