// Package health answers whoever runs the server: does it live, has it started,
// is it ready for work?
package health

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"example.com/acme-server/internal/lifecycle"
)

// Config of the health endpoints.
type Config struct {
	// CheckTimeout is how long a probe waits for the dependency checks.
	CheckTimeout time.Duration `env:"MCP_HEALTH_CHECK_TIMEOUT" envDefault:"2s"`
	// CacheFor is how long the results of the checks are given again, so that
	// frequent probes do not become load on the dependencies.
	CacheFor time.Duration `env:"MCP_HEALTH_CACHE_FOR" envDefault:"5s"`
}

// Validate tells what is wrong with the settings.
func (c Config) Validate() error {
	if c.CheckTimeout <= 0 {
		return fmt.Errorf("MCP_HEALTH_CHECK_TIMEOUT is %s: it must be longer than nothing", c.CheckTimeout)
	}
	return nil
}

// Handler answers the probes. It is safe for concurrent use.
type Handler struct {
	life   *lifecycle.Manager
	checks checks
}

// New returns the handler for the server that life leads.
func New(cfg Config, life *lifecycle.Manager) *Handler {
	return &Handler{life: life, checks: checks{cfg: cfg, life: life}}
}

// report is the body of every answer.
type report struct {
	Status string   `json:"status"`
	Checks []result `json:"checks,omitempty"`
}

// Live answers /livez: the process serves. No dependency is asked, because a
// restart would not mend one.
func (h *Handler) Live(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, report{Status: "live"})
}

// Startup answers /startupz: the boot is through.
func (h *Handler) Startup(w http.ResponseWriter, _ *http.Request) {
	if h.life.Phase() == lifecycle.Starting {
		answer(w, http.StatusServiceUnavailable, report{Status: "starting"})
		return
	}
	answer(w, http.StatusOK, report{Status: "started"})
}

// Ready answers /readyz: send work here, or not. A required dependency that is
// down makes the server unready, an optional one makes it degraded but ready.
func (h *Handler) Ready(w http.ResponseWriter, r *http.Request) {
	if phase := h.life.Phase(); phase != lifecycle.Running {
		answer(w, http.StatusServiceUnavailable, report{Status: phase.String()})
		return
	}
	status, code := "ready", http.StatusOK
	results := h.checks.run(r.Context())
	for _, res := range results {
		switch {
		case res.Status == up:
		case res.Required:
			status, code = "unready", http.StatusServiceUnavailable
		case code == http.StatusOK:
			status = "degraded"
		}
	}
	answer(w, code, report{Status: status, Checks: results})
}

func answer(w http.ResponseWriter, code int, body report) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(body) // a prober that has gone away needs no answer
}
