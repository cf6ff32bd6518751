// Package ratelimit bounds how often the server works for its callers.
//
// Two things are counted. Work (calls of tools, reads of resources and the
// like) fills buckets for everybody, for each caller and for single tools; a
// refusal is an error of the protocol that says when to try again. HTTP
// requests fill a wider bucket for each caller, so that a flood is turned away
// with 429 before its bodies are read.
package ratelimit

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"golang.org/x/time/rate"

	"example.com/acme-server/internal/calls"
)

// Config of the limits. A rate of 0 switches a limit off.
type Config struct {
	PerMinute int `env:"MCP_RATE_PER_MINUTE" envDefault:"100"` // of one caller
	Burst     int `env:"MCP_RATE_BURST" envDefault:"20"`

	GlobalPerMinute int `env:"MCP_RATE_GLOBAL_PER_MINUTE" envDefault:"1000"` // of all callers together
	GlobalBurst     int `env:"MCP_RATE_GLOBAL_BURST" envDefault:"200"`

	HTTPPerMinute int `env:"MCP_RATE_HTTP_PER_MINUTE" envDefault:"6000"` // HTTP requests of one caller
	HTTPBurst     int `env:"MCP_RATE_HTTP_BURST" envDefault:"3000"`

	// Calls of single tools, of all callers together: TOOL=PER_MINUTE, several
	// separated by commas.
	Tools map[string]int `env:"MCP_RATE_TOOLS" envKeyValSeparator:"="`

	MaxCallers int `env:"MCP_RATE_MAX_CALLERS" envDefault:"10000"` // that are remembered
}

// Scopes of a refusal: whose bucket is empty.
const (
	Global = "global"
	Caller = "caller"
	Tool   = "tool"
)

// Limiter counts. It is safe for concurrent use.
type Limiter struct {
	global  *rate.Limiter
	callers *buckets
	http    *buckets
	tools   map[string]*rate.Limiter
	refused func(scope string)
	now     func() time.Time
}

// New returns a limiter. refused, if not nil, is told of every refusal.
func New(cfg Config, refused func(scope string)) *Limiter {
	if refused == nil {
		refused = func(string) {}
	}
	l := &Limiter{
		global:  bucket(cfg.GlobalPerMinute, cfg.GlobalBurst),
		callers: newBuckets(cfg.MaxCallers, cfg.PerMinute, cfg.Burst),
		http:    newBuckets(cfg.MaxCallers, cfg.HTTPPerMinute, cfg.HTTPBurst),
		tools:   map[string]*rate.Limiter{},
		refused: refused,
		now:     time.Now,
	}
	for tool, perMinute := range cfg.Tools {
		l.tools[tool] = bucket(perMinute, perMinute)
	}
	return l
}

// bucket returns a full bucket that fills at a rate; nil means no limit.
func bucket(perMinute, burst int) *rate.Limiter {
	if perMinute <= 0 {
		return nil
	}
	return rate.NewLimiter(rate.Limit(float64(perMinute)/60), max(burst, 1))
}

// Middleware refuses work beyond the limits. who tells the caller's id.
func (l *Limiter) Middleware(who func(mcp.Request) string) mcp.Middleware {
	return func(next mcp.MethodHandler) mcp.MethodHandler {
		return func(ctx context.Context, method string, req mcp.Request) (mcp.Result, error) {
			if !calls.IsWork(method) {
				return next(ctx, method, req)
			}
			var tool *rate.Limiter
			if kind, name := calls.Target(req); kind == calls.Tool {
				tool = l.tools[name]
			}
			scope, wait := l.take(
				level{Caller, l.callers.of(who(req))},
				level{Tool, tool},
				level{Global, l.global},
			)
			if scope == "" {
				return next(ctx, method, req)
			}
			l.refused(scope)
			return nil, calls.Refusal{
				Code:       calls.CodeRateLimited,
				Reason:     "rate_limited",
				Message:    fmt.Sprintf("too many requests (%s limit): try again in %s", scope, wait),
				Hint:       "slow down; put several questions into one call where a tool allows it",
				RetryAfter: wait,
			}.Err()
		}
	}
}

// HTTP is the wrapper that turns floods away. It belongs inside the check of
// tokens; who tells the caller's id, or the address of a caller without one.
func (l *Limiter) HTTP(who func(*http.Request) string) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			scope, wait := l.take(level{Caller, l.http.of(who(r))})
			if scope == "" {
				next.ServeHTTP(w, r)
				return
			}
			l.refused(scope)
			w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
			http.Error(w, "too many requests", http.StatusTooManyRequests)
		})
	}
}

type level struct {
	scope  string
	bucket *rate.Limiter
}

// take takes a token from every bucket, or from none: then it returns whose is
// empty and how long until it is not. What one limit refuses must not use up
// the others.
func (l *Limiter) take(levels ...level) (scope string, wait time.Duration) {
	now := l.now()
	var taken []*rate.Reservation
	for _, level := range levels {
		if level.bucket == nil {
			continue
		}
		r := level.bucket.ReserveN(now, 1)
		taken = append(taken, r)
		if wait := r.DelayFrom(now); wait > 0 {
			for _, r := range taken {
				r.CancelAt(now)
			}
			return level.scope, wait.Round(time.Millisecond)
		}
	}
	return "", 0
}
