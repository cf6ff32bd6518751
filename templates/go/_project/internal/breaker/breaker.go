// Package breaker stops asking what keeps failing. After a row of failures the
// circuit opens: calls fail at once, which spares the callers the waiting and
// the other side the load. After a while a few are let through to try.
package breaker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/sony/gobreaker/v2"

	"example.com/acme-server/internal/calls"
)

// Config of the breakers.
type Config struct {
	Failures uint32        `env:"MCP_BREAKER_FAILURES" envDefault:"5"`  // in a row, that open the circuit
	Open     time.Duration `env:"MCP_BREAKER_OPEN" envDefault:"30s"`    // until calls are let through to try
	HalfOpen uint32        `env:"MCP_BREAKER_HALF_OPEN" envDefault:"3"` // of which so many must go well
	Tools    []string      `env:"MCP_BREAKER_TOOLS"`                    // tools with a breaker of their own
}

// Validate tells everything that is wrong with the settings.
func (c Config) Validate() error {
	if c.Failures == 0 || c.HalfOpen == 0 || c.Open <= 0 {
		return errors.New("MCP_BREAKER_FAILURES, MCP_BREAKER_HALF_OPEN and MCP_BREAKER_OPEN must be above zero")
	}
	return nil
}

// maxHosts bounds the number of breakers: beyond it, hosts share one.
const maxHosts = 1000

// Breakers holds a breaker for each host that is called and each tool that is
// configured. It is safe for concurrent use.
type Breakers struct {
	cfg   Config
	log   *slog.Logger
	tools map[string]*circuit

	mu    sync.Mutex
	hosts map[string]*circuit
}

type circuit = gobreaker.TwoStepCircuitBreaker[any]

// New returns closed breakers.
func New(cfg Config, log *slog.Logger) *Breakers {
	b := &Breakers{cfg: cfg, log: log, tools: map[string]*circuit{}, hosts: map[string]*circuit{}}
	for _, tool := range cfg.Tools {
		b.tools[tool] = b.circuit("tool " + tool)
	}
	return b
}

func (b *Breakers) circuit(name string) *circuit {
	return gobreaker.NewTwoStepCircuitBreaker[any](gobreaker.Settings{
		Name:        name,
		MaxRequests: b.cfg.HalfOpen,
		Timeout:     b.cfg.Open,
		ReadyToTrip: func(c gobreaker.Counts) bool { return c.ConsecutiveFailures >= b.cfg.Failures },
		// A caller who hangs up says nothing about the other side.
		IsExcluded: func(err error) bool { return errors.Is(err, context.Canceled) },
		OnStateChange: func(name string, from, to gobreaker.State) {
			b.log.Warn("a circuit breaker changed", "breaker", name, "from", from.String(), "to", to.String())
		},
	})
}

func (b *Breakers) host(name string) *circuit {
	b.mu.Lock()
	defer b.mu.Unlock()
	if c, ok := b.hosts[name]; ok {
		return c
	}
	if len(b.hosts) >= maxHosts {
		name = "other hosts"
		if c, ok := b.hosts[name]; ok {
			return c
		}
	}
	c := b.circuit("host " + name)
	b.hosts[name] = c
	return c
}

// OpenError is the error of a call that was not made.
type OpenError struct{ Host string }

// Error says which host it is.
func (e *OpenError) Error() string {
	return fmt.Sprintf("%s keeps failing and is left alone for a while: try again later", e.Host)
}

// Permanent tells retries that another attempt right now is pointless.
func (*OpenError) Permanent() bool { return true }

// Transport puts a breaker before each host. No answer and a server error (5xx)
// are failures.
func (b *Breakers) Transport(next http.RoundTripper) http.RoundTripper { return transport{b, next} }

type transport struct {
	breakers *Breakers
	next     http.RoundTripper
}

func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	done, err := t.breakers.host(r.URL.Host).Allow()
	if err != nil {
		if r.Body != nil {
			_ = r.Body.Close() // RoundTrip must, also when it fails
		}
		return nil, &OpenError{r.URL.Host}
	}
	answer, err := t.next.RoundTrip(r)
	failure := err
	if err == nil && answer.StatusCode >= http.StatusInternalServerError {
		failure = errors.New(answer.Status)
	}
	done(failure)
	return answer, err
}

// Tools is middleware that puts a breaker before each tool of Config.Tools. For
// them every result that is an error is a failure, so they should be tools that
// stand or fall with something outside.
func (b *Breakers) Tools(next mcp.MethodHandler) mcp.MethodHandler {
	return func(ctx context.Context, method string, req mcp.Request) (mcp.Result, error) {
		kind, name := calls.Target(req)
		circuit := b.tools[name]
		if kind != calls.Tool || circuit == nil {
			return next(ctx, method, req)
		}
		done, err := circuit.Allow()
		if err != nil {
			return nil, calls.Refusal{
				Code:       calls.CodeUnavailable,
				Reason:     "unavailable",
				Message:    fmt.Sprintf("the tool %q keeps failing and rests for a while", name),
				Hint:       "try again later, or go on without it",
				RetryAfter: b.cfg.Open,
			}.Err()
		}
		// Reported also when the tool panics, or a trial would stay open for ever.
		failure := errors.New("the tool panicked")
		defer func() { done(failure) }()
		result, err := next(ctx, method, req)
		failure = failed(result, err)
		return result, err
	}
}

func failed(result mcp.Result, err error) error {
	if rpc := (*jsonrpc.Error)(nil); errors.As(err, &rpc) {
		return nil // the caller's mistake: the tool has answered
	}
	if call, ok := result.(*mcp.CallToolResult); ok && err == nil && call.IsError {
		return errors.New("the tool failed")
	}
	return err
}
