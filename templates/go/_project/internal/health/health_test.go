package health

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"example.com/acme-server/internal/lifecycle"
)

type check struct {
	name     string
	required bool
	probe    func(context.Context) error
}

func good(context.Context) error { return nil }
func bad(context.Context) error  { return errors.New("connection refused") }

func config() Config { return Config{CheckTimeout: 5 * time.Second, CacheFor: time.Hour} }

// starting returns a server in its boot that has the checks.
func starting(checks ...check) *lifecycle.Manager {
	life := &lifecycle.Manager{Log: slog.New(slog.DiscardHandler), StopTimeout: time.Second}
	for _, c := range checks {
		life.Check(c.name, c.required, c.probe)
	}
	return life
}

// running returns a server that has started; its checks fail only after that.
func running(t *testing.T, checks ...check) *lifecycle.Manager {
	t.Helper()
	var begun atomic.Bool
	for i, c := range checks {
		checks[i].probe = func(ctx context.Context) error {
			if !begun.Load() {
				return nil
			}
			return c.probe(ctx)
		}
	}
	life := starting(checks...)
	if err := life.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	begun.Store(true)
	return life
}

func get(t *testing.T, h http.HandlerFunc) (int, report) {
	t.Helper()
	rec := httptest.NewRecorder()
	h(rec, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil))
	var body report
	if err := json.Unmarshal(rec.Body.Bytes(), &body); err != nil {
		t.Fatalf("the body is no JSON: %v: %s", err, rec.Body)
	}
	return rec.Code, body
}

func TestReady(t *testing.T) {
	tests := []struct {
		name   string
		checks []check
		code   int
		status string
	}{
		{"no dependencies", nil, 200, "ready"},
		{"all up", []check{{"db", true, good}, {"cache", false, good}}, 200, "ready"},
		{"required down", []check{{"db", true, bad}, {"cache", false, good}}, 503, "unready"},
		{"optional down", []check{{"db", true, good}, {"cache", false, bad}}, 200, "degraded"},
		{"both down", []check{{"db", true, bad}, {"cache", false, bad}}, 503, "unready"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			code, body := get(t, New(config(), running(t, tt.checks...)).Ready)
			if code != tt.code || body.Status != tt.status {
				t.Errorf("%d %q, want %d %q", code, body.Status, tt.code, tt.status)
			}
		})
	}
}

func TestReadyNamesEachCheck(t *testing.T) {
	life := running(t, check{"db", true, good}, check{"cache", false, bad})
	_, body := get(t, New(config(), life).Ready)
	if len(body.Checks) != 2 {
		t.Fatalf("%d checks, want 2", len(body.Checks))
	}
	db, cache := body.Checks[0], body.Checks[1]
	if db.Name != "db" || !db.Required || db.Status != up || db.Error != "" || db.At.IsZero() {
		t.Errorf("db: %+v", db)
	}
	if cache.Name != "cache" || cache.Required || cache.Status != down || cache.Error != "connection refused" {
		t.Errorf("cache: %+v", cache)
	}
}

func TestProbesFollowTheLifecycle(t *testing.T) {
	life := starting(check{"db", true, good})
	h := New(config(), life)
	expect := func(probe http.HandlerFunc, code int, status string) {
		t.Helper()
		if gotCode, got := get(t, probe); gotCode != code || got.Status != status {
			t.Errorf("%d %q, want %d %q", gotCode, got.Status, code, status)
		}
	}
	expect(h.Live, 200, "live")
	expect(h.Startup, 503, "starting")
	expect(h.Ready, 503, "starting")
	if err := life.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	expect(h.Startup, 200, "started")
	expect(h.Ready, 200, "ready")
	life.Drain()
	expect(h.Live, 200, "live")
	expect(h.Startup, 200, "started")
	expect(h.Ready, 503, "draining")
}

func TestResultsAreKept(t *testing.T) {
	var asked atomic.Int32
	count := func(context.Context) error { asked.Add(1); return nil }
	h := New(config(), running(t, check{"db", true, count}))
	for range 5 {
		get(t, h.Ready)
	}
	if got := asked.Load(); got != 1 {
		t.Errorf("asked %d times, want 1", got)
	}
	cfg := config()
	cfg.CacheFor = 0
	h = New(cfg, running(t, check{"db", true, count}))
	get(t, h.Ready)
	get(t, h.Ready)
	if got := asked.Load(); got != 3 {
		t.Errorf("asked %d times, want 3: nothing is to be kept", got)
	}
}

func TestHangingCheckIsDownAndAskedOnce(t *testing.T) {
	var asked atomic.Int32
	release := make(chan struct{})
	defer close(release)
	hang := func(context.Context) error { asked.Add(1); <-release; return nil } // ignores its deadline
	cfg := config()
	cfg.CheckTimeout = 10 * time.Millisecond
	h := New(cfg, running(t, check{"db", true, hang}))
	for range 3 {
		code, body := get(t, h.Ready)
		if code != 503 || body.Checks[0].Error != "no answer within 10ms" {
			t.Errorf("%d %+v", code, body)
		}
	}
	if got := asked.Load(); got != 1 {
		t.Errorf("%d rounds pile up on what hangs, want 1", got)
	}
}

func TestSettings(t *testing.T) {
	if err := config().Validate(); err != nil {
		t.Error(err)
	}
	if err := (Config{}).Validate(); err == nil {
		t.Error("no time at all passes")
	}
}

func TestProbe(t *testing.T) {
	status := http.StatusOK
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/livez" {
			http.NotFound(w, r)
			return
		}
		w.WriteHeader(status)
	}))
	addr := srv.Listener.Addr().String()
	if err := Probe(t.Context(), addr); err != nil {
		t.Errorf("a living server: %v", err)
	}
	if err := Probe(t.Context(), strings.Replace(addr, "127.0.0.1", "0.0.0.0", 1)); err != nil {
		t.Errorf("a server on all addresses: %v", err)
	}
	status = http.StatusInternalServerError
	if err := Probe(t.Context(), addr); err == nil {
		t.Error("a sick server passes")
	}
	srv.Close()
	if err := Probe(t.Context(), addr); err == nil {
		t.Error("a dead server passes")
	}
	if err := Probe(t.Context(), ""); err == nil {
		t.Error("no address passes")
	}
}
