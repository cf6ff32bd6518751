// Package config reads what the server is told by its environment.
//
// Every setting is a variable named MCP_…; a file of NAME=value lines may give
// them too, and the environment wins over the file. A variable NAME that is not
// set is read from the file that NAME_FILE names, as secrets are mounted.
package config

import (
	"errors"
	"fmt"
	"net"
	"time"

	//mcpctl:if apikeys
	"example.com/acme-server/internal/apikeys"
	//mcpctl:end
	//mcpctl:if audit
	"example.com/acme-server/internal/audit"
	//mcpctl:end
	//mcpctl:if apikeys || jwt
	"example.com/acme-server/internal/auth"
	//mcpctl:end
	//mcpctl:if breaker
	"example.com/acme-server/internal/breaker"
	//mcpctl:end
	//mcpctl:if bulkhead
	"example.com/acme-server/internal/bulkhead"
	//mcpctl:end
	//mcpctl:if cache
	"example.com/acme-server/internal/cache"
	//mcpctl:end
	//mcpctl:if elicitation
	"example.com/acme-server/internal/elicitation"
	//mcpctl:end
	//mcpctl:if headers
	"example.com/acme-server/internal/headers"
	//mcpctl:end
	//mcpctl:if health
	"example.com/acme-server/internal/health"
	//mcpctl:end
	//mcpctl:if jwt
	"example.com/acme-server/internal/jwt"
	//mcpctl:end
	//mcpctl:if limits
	"example.com/acme-server/internal/limits"
	//mcpctl:end
	//mcpctl:if logging
	"example.com/acme-server/internal/logging"
	//mcpctl:end
	//mcpctl:if metrics
	"example.com/acme-server/internal/metrics"
	//mcpctl:end
	//mcpctl:if oauth
	"example.com/acme-server/internal/oauth"
	//mcpctl:end
	//mcpctl:if otel
	"example.com/acme-server/internal/otel"
	//mcpctl:end
	//mcpctl:if pathguard
	"example.com/acme-server/internal/pathguard"
	//mcpctl:end
	//mcpctl:if pii
	"example.com/acme-server/internal/pii"
	//mcpctl:end
	//mcpctl:if ratelimit
	"example.com/acme-server/internal/ratelimit"
	//mcpctl:end
	//mcpctl:if rbac
	"example.com/acme-server/internal/rbac"
	//mcpctl:end
	//mcpctl:if redis
	"example.com/acme-server/internal/redis"
	//mcpctl:end
	//mcpctl:if retry
	"example.com/acme-server/internal/retry"
	//mcpctl:end
	//mcpctl:if secrets
	"example.com/acme-server/internal/secrets"
	//mcpctl:end
	//mcpctl:if sessions
	"example.com/acme-server/internal/sessions"
	//mcpctl:end
	//mcpctl:if ssrf
	"example.com/acme-server/internal/ssrf"
	//mcpctl:end
	//mcpctl:if tasks
	"example.com/acme-server/internal/tasks"
	//mcpctl:end
	//mcpctl:if timeouts
	"example.com/acme-server/internal/timeouts"
	//mcpctl:end
)

// Config is all that can be set, with one member for each feature. It is not
// changed after Load.
type Config struct {
	Server Server
	Own    Own

	//mcpctl:if logging
	Logging logging.Config
	//mcpctl:end
	//mcpctl:if secrets
	Secrets secrets.Config
	//mcpctl:end
	//mcpctl:if otel
	Otel otel.Config
	//mcpctl:end
	//mcpctl:if metrics
	Metrics metrics.Config
	//mcpctl:end
	//mcpctl:if health
	Health health.Config
	//mcpctl:end
	//mcpctl:if retry
	Retry retry.Config
	//mcpctl:end
	//mcpctl:if breaker
	Breaker breaker.Config
	//mcpctl:end
	//mcpctl:if ssrf
	Ssrf ssrf.Config
	//mcpctl:end
	//mcpctl:if cache
	Cache cache.Config
	//mcpctl:end
	//mcpctl:if redis
	Redis redis.Config
	//mcpctl:end
	//mcpctl:if apikeys
	Apikeys apikeys.Config
	//mcpctl:end
	//mcpctl:if jwt
	Jwt jwt.Config
	//mcpctl:end
	//mcpctl:if oauth
	Oauth oauth.Config
	//mcpctl:end
	//mcpctl:if apikeys || jwt
	Auth auth.Config
	//mcpctl:end
	//mcpctl:if rbac
	Rbac rbac.Config
	//mcpctl:end
	//mcpctl:if headers
	Headers headers.Config
	//mcpctl:end
	//mcpctl:if limits
	Limits limits.Config
	//mcpctl:end
	//mcpctl:if pathguard
	Pathguard pathguard.Config
	//mcpctl:end
	//mcpctl:if sessions
	Sessions sessions.Config
	//mcpctl:end
	//mcpctl:if ratelimit
	Ratelimit ratelimit.Config
	//mcpctl:end
	//mcpctl:if bulkhead
	Bulkhead bulkhead.Config
	//mcpctl:end
	//mcpctl:if timeouts
	Timeouts timeouts.Config
	//mcpctl:end
	//mcpctl:if audit
	Audit audit.Config
	//mcpctl:end
	//mcpctl:if pii
	Pii pii.Config
	//mcpctl:end
	//mcpctl:if elicitation
	Elicitation elicitation.Config
	//mcpctl:end
	//mcpctl:if tasks
	Tasks tasks.Config
	//mcpctl:end
}

// Server is what every server needs, whatever its features.
type Server struct {
	HTTPAddr  string   `env:"MCP_HTTP_ADDR"`  // host:port of the MCP port; empty: stdio
	AdminAddr string   `env:"MCP_ADMIN_ADDR"` // host:port of the admin port; empty: none
	Origins   []string `env:"MCP_HTTP_ORIGINS"`
	Hosts     []string `env:"MCP_HTTP_HOSTS"`
	MaxBody   int64    `env:"MCP_HTTP_MAX_BODY" envDefault:"4194304"` // bytes

	DrainDelay   time.Duration `env:"MCP_DRAIN_DELAY" envDefault:"0s"`    // from not ready to not listening, for load balancers
	DrainTimeout time.Duration `env:"MCP_DRAIN_TIMEOUT" envDefault:"20s"` // for answers under way
	StopTimeout  time.Duration `env:"MCP_STOP_TIMEOUT" envDefault:"5s"`   // for each shutdown hook

	CheckEvery time.Duration `env:"MCP_CHECK_EVERY" envDefault:"60s"`  // dependency checks
	StatsEvery time.Duration `env:"MCP_STATS_EVERY" envDefault:"300s"` // counters to the log
	KeepAlive  time.Duration `env:"MCP_KEEP_ALIVE" envDefault:"600s"`  // pings to clients of the handshake era

	ListTTL time.Duration `env:"MCP_LIST_TTL" envDefault:"60s"` // how long clients may keep lists
	//mcpctl:if pagination
	PageSize int `env:"MCP_PAGE_SIZE" envDefault:"50"` // items in a page of a list
	//mcpctl:end

	Upstreams map[string]string `env:"MCP_UPSTREAMS" envKeyValSeparator:"="` // addresses of services, as name=https://…
}

// Upstream returns the address of a service: what MCP_UPSTREAMS says, else
// fallback.
func (c *Config) Upstream(service, fallback string) string {
	if address := c.Server.Upstreams[service]; address != "" {
		return address
	}
	return fallback
}

// Validate tells everything that is wrong with the settings.
func (s Server) Validate() error {
	var errs []error
	address := func(name, addr string) {
		if _, _, err := net.SplitHostPort(addr); addr != "" && err != nil {
			errs = append(errs, fmt.Errorf("%s: %w; write host:port, such as 127.0.0.1:8080", name, err))
		}
	}
	positive := func(name string, n int64) {
		if n <= 0 {
			errs = append(errs, fmt.Errorf("%s must be more than nothing", name))
		}
	}
	address("MCP_HTTP_ADDR", s.HTTPAddr)
	address("MCP_ADMIN_ADDR", s.AdminAddr)
	if s.HTTPAddr != "" && s.HTTPAddr == s.AdminAddr {
		errs = append(errs, errors.New("MCP_ADMIN_ADDR is MCP_HTTP_ADDR: the admin port must be another"))
	}
	positive("MCP_HTTP_MAX_BODY", s.MaxBody)
	positive("MCP_DRAIN_TIMEOUT", int64(s.DrainTimeout))
	positive("MCP_STOP_TIMEOUT", int64(s.StopTimeout))
	positive("MCP_CHECK_EVERY", int64(s.CheckEvery))
	positive("MCP_STATS_EVERY", int64(s.StatsEvery))
	//mcpctl:if pagination
	positive("MCP_PAGE_SIZE", int64(s.PageSize))
	//mcpctl:end
	return errors.Join(errs...)
}

// Warnings tells what works but may not be meant.
func (s Server) Warnings() []string {
	host, _, err := net.SplitHostPort(s.HTTPAddr)
	if err != nil || net.ParseIP(host).IsLoopback() || host == "localhost" || len(s.Hosts) > 0 {
		return nil
	}
	return []string{"MCP_HTTP_HOSTS is empty although the MCP port is open to others: list the host names that clients use"}
}
