package surface_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
	"github.com/mcpctl/mcpctl/publish/surface"
)

// A server that was too busy to answer once has not given up a revision; one that
// never answers in it does not speak it.
func TestLookAsksTheSilentAgain(t *testing.T) {
	for silent, want := range map[int32]int{1: 2, 1_000: 1} {
		behind := mcptest.New().Target(t, mcp.HTTP)
		address, err := url.Parse(behind.URL)
		require.NoError(t, err)
		through := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: address.Scheme, Host: address.Host})
		var asked atomic.Int32
		front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
			r.Body = io.NopCloser(bytes.NewReader(body))
			old := bytes.Contains(body, []byte(`"initialize"`)) && bytes.Contains(body, []byte(mcp.Rev20241105))
			if err == nil && old && asked.Add(1) <= silent {
				<-r.Context().Done()
				return
			}
			through.ServeHTTP(w, r)
		}))
		t.Cleanup(front.Close)
		behind.URL = front.URL + address.Path
		o := surface.Options{Transport: mcp.HTTP, Revisions: []mcp.Revision{mcp.Rev20241105, mcp.Rev20251125}, Limits: mcp.DefaultLimits()}
		o.Limits.Start = time.Second
		var opened []mcp.Revision
		err = surface.Look(t.Context(), behind, o, func(r mcp.Revision, _ mcp.Value) error { opened = append(opened, r); return nil },
			func(surface.Seen) error { return nil })
		require.NoError(t, err)
		assert.Len(t, opened, want, "silent %d times", silent)
	}
}
