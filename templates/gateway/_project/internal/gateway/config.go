// Package gateway offers what several MCP servers offer as one server.
//
// Each of them, an upstream, is connected, watched and called on its own: what
// happens to one never reaches the others.
package gateway

import (
	"errors"
	"fmt"
	"regexp"
	"time"
)

// DefaultFile is read when no file is named; only then may it be missing.
const DefaultFile = "mcp.json"

// Config of the gateway; what each upstream is stands in the file.
type Config struct {
	File      string `env:"MCP_GATEWAY_CONFIG" envDefault:"mcp.json"`
	Separator string `env:"MCP_GATEWAY_SEPARATOR" envDefault:"__"` // between the name of an upstream and that of a tool
	MaxName   int    `env:"MCP_GATEWAY_MAX_NAME" envDefault:"64"`  // characters of a tool's name; MCP lets it have 128, many models only 64

	Timeout        time.Duration `env:"MCP_GATEWAY_TIMEOUT" envDefault:"20s"` // of a call during which nothing is heard of the upstream
	ConnectTimeout time.Duration `env:"MCP_GATEWAY_CONNECT_TIMEOUT" envDefault:"15s"`
	StartWait      time.Duration `env:"MCP_GATEWAY_START_WAIT" envDefault:"10s"` // for the upstreams, before the gateway serves without them

	Tries      int           `env:"MCP_GATEWAY_TRIES" envDefault:"3"`       // to connect at the start; more follow in the background
	Backoff    time.Duration `env:"MCP_GATEWAY_BACKOFF" envDefault:"500ms"` // after the first failure, then growing, by chance up to half more or less
	MaxBackoff time.Duration `env:"MCP_GATEWAY_MAX_BACKOFF" envDefault:"30s"`

	BreakerFailures uint32        `env:"MCP_GATEWAY_BREAKER_FAILURES" envDefault:"5"` // in a row, until an upstream is left alone
	BreakerPause    time.Duration `env:"MCP_GATEWAY_BREAKER_PAUSE" envDefault:"30s"`  // for so long
}

// Validate tells everything that is wrong with the settings.
func (c Config) Validate() error {
	var errs []error
	if c.File == "" {
		errs = append(errs, errors.New("MCP_GATEWAY_CONFIG names no file"))
	}
	if !regexp.MustCompile(`^[A-Za-z0-9_.-]{1,8}$`).MatchString(c.Separator) {
		errs = append(errs, fmt.Errorf("MCP_GATEWAY_SEPARATOR %q: write up to eight letters, digits, or any of - . _", c.Separator))
	}
	if c.MaxName < 16 || c.MaxName > 128 {
		errs = append(errs, errors.New("MCP_GATEWAY_MAX_NAME must be between 16 and 128"))
	}
	if c.Tries < 1 || c.BreakerFailures < 1 {
		errs = append(errs, errors.New("MCP_GATEWAY_TRIES and MCP_GATEWAY_BREAKER_FAILURES must be above zero"))
	}
	if c.Timeout <= 0 || c.ConnectTimeout <= 0 || c.Backoff <= 0 || c.MaxBackoff < c.Backoff || c.BreakerPause <= 0 || c.StartWait < 0 {
		errs = append(errs, errors.New("the times of MCP_GATEWAY_… must be above zero, and MCP_GATEWAY_MAX_BACKOFF no less than MCP_GATEWAY_BACKOFF"))
	}
	return errors.Join(errs...)
}
