package doctor_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/inspect/doctor"
	"github.com/mcpctl/mcpctl/inspect/servers"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

// TestForgottenSession opens a session again with a server that was restarted and
// knows it no more.
func TestForgottenSession(t *testing.T) {
	var site atomic.Pointer[http.Handler]
	restart := func() {
		h := mcptest.New().Handler()
		t.Cleanup(func() { _ = h.(io.Closer).Close() })
		site.Store(&h)
	}
	restart()
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { (*site.Load()).ServeHTTP(w, r) }))
	t.Cleanup(web.Close)

	changes := make(chan doctor.Change, 100)
	o := doctor.WatchOptions{Every: 200 * time.Millisecond, First: 10 * time.Millisecond, Tell: func(c doctor.Change) { changes <- c }}
	o.Allow = everybody
	w := doctor.NewWatcher([]servers.Server{remote(web.URL + "/mcp")}, o)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	done := make(chan struct{})
	go func() { defer close(done); w.Run(ctx); close(changes) }()
	next := func() doctor.Change {
		c, ok := <-changes
		require.True(t, ok, "it took too long")
		return c
	}
	assert.Equal(t, doctor.Ready, next().State)
	restart()
	lost := next()
	assert.Equal(t, doctor.Lost, lost.State)
	assert.Contains(t, lost.What, "404")
	assert.Equal(t, doctor.Ready, next().State)
	assert.Equal(t, 2, w.Health()[0].Connects)
	cancel()
	<-done
}
