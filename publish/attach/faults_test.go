//go:build unix

package attach_test

import (
	"net/http"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/internal/realoci"
	"github.com/mcpctl/mcpctl/publish/attach"
	"github.com/mcpctl/mcpctl/publish/refusal"
)

// fault breaks a registry from one request on, or only at it.
type fault struct {
	name  string
	codes []string // with which a call may be refused
	serve http.HandlerFunc
}

func faults() []fault {
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
	}
	return []fault{
		{"401", []string{"push-denied"}, status(http.StatusUnauthorized)},
		{"403", []string{"push-denied"}, status(http.StatusForbidden)},
		{"404", []string{"image-missing", "referrer-missing"}, status(http.StatusNotFound)},
		{"400", []string{"oci-refused"}, status(http.StatusBadRequest)},
		{"429", []string{"oci-rate-limited"}, status(http.StatusTooManyRequests)},
		{"500", []string{"oci-unreachable"}, status(http.StatusInternalServerError)},
		{"503", []string{"oci-unreachable"}, status(http.StatusServiceUnavailable)},
		{"cut off", []string{"oci-unreachable"}, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }},
		{"no JSON", []string{"oci-broken", "oci-tampered", "oci-refused", "oci-unreachable", "referrer-missing"}, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/vnd.oci.image.index.v1+json")
			_, _ = w.Write([]byte("<html>"))
		}},
	}
}

// TestARunThatBreaksAnywhereIsRunAgain breaks the registry at every single
// request of an Attach, once and for good, and repeats the Attach when it is
// well again: all is attached once, whatever had happened.
func TestARunThatBreaksAnywhereIsRunAgain(t *testing.T) {
	for _, kind := range realoci.Kinds() {
		for _, f := range faults() {
			if kind.Name != "referrers API" && !slices.Contains([]string{"403", "404", "503", "no JSON"}, f.name) {
				continue
			}
			t.Run(kind.Name+"/"+f.name, func(t *testing.T) {
				t.Parallel()
				var asked, breakAt atomic.Int64
				r := kind.Start(t, realoci.Options{Wrap: func(inner http.Handler) http.Handler {
					return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
						if n, at := asked.Add(1), breakAt.Load(); at > 0 && n >= at {
							f.serve(w, req)
							return
						}
						inner.ServeHTTP(w, req)
					})
				}})
				refusals, step := 0, int64(1)
				if !r.Referrers {
					step = 2 // it writes to disk
				}
				for at := int64(1); ; at += step {
					ref := r.Image(t, "acme/echo:1.0.0", nil)
					bundles := bundlesOf(t, 2)
					asked.Store(0)
					breakAt.Store(at)
					_, err := attach.Attach(t.Context(), ref, bundles, quick())
					reached := asked.Load() >= at
					if err != nil {
						refusals++
						require.Contains(t, f.codes, refusal.Code(err), "broken from request %d on: %v", at, err)
					}
					breakAt.Store(0)
					attached, err := attach.Attach(t.Context(), ref, bundles, quick())
					require.NoError(t, err, "after request %d had broken it", at)
					require.Len(t, attached, 2)
					found, err := attach.Fetch(t.Context(), ref, quick())
					require.NoError(t, err)
					require.ElementsMatch(t, compact(t, bundles), texts(found), "after request %d had broken it", at)
					if !reached {
						break
					}
					require.Less(t, at, int64(100), "an Attach ends")
				}
				assert.Greater(t, refusals, 4)
			})
		}
	}
}

// TestATroubleThatPassesIsSatThrough has every request fail once.
func TestATroubleThatPassesIsSatThrough(t *testing.T) {
	for _, kind := range realoci.Kinds() {
		t.Run(kind.Name, func(t *testing.T) {
			var seen []string
			r := kind.Start(t, realoci.Options{Wrap: func(inner http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
					call := req.Method + req.URL.Path
					if req.Method == http.MethodGet && !slices.Contains(seen, call) {
						seen = append(seen, call)
						w.WriteHeader(http.StatusServiceUnavailable)
						return
					}
					inner.ServeHTTP(w, req)
				})
			}})
			ref := r.Image(t, "acme/echo:1.0.0", nil)
			_, err := attach.Attach(t.Context(), ref, bundlesOf(t, 1), quick())
			require.NoError(t, err)
			_, err = attach.Fetch(t.Context(), ref, quick())
			require.NoError(t, err)
			assert.NotEmpty(t, seen)
		})
	}
}

func TestARegistryThatHangsIsLeft(t *testing.T) {
	for _, kind := range realoci.Kinds() {
		t.Run(kind.Name, func(t *testing.T) {
			var asked, hangAt atomic.Int64
			r := kind.Start(t, realoci.Options{Wrap: func(inner http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
					if at := hangAt.Load(); at > 0 && asked.Add(1) >= at {
						<-req.Context().Done()
						return
					}
					inner.ServeHTTP(w, req)
				})
			}})
			ref := r.Image(t, "acme/echo:1.0.0", nil)
			bundles := bundlesOf(t, 1)
			_, err := attach.Attach(t.Context(), ref, bundles, quick())
			require.NoError(t, err)
			impatient := quick()
			impatient.Patience, impatient.Timeout = 50*time.Millisecond, 30*time.Second
			for at := range int64(4) {
				asked.Store(0)
				hangAt.Store(at + 1)
				began := time.Now()
				_, err := attach.Fetch(t.Context(), ref, impatient)
				refused(t, err, "oci-unreachable")
				assert.Less(t, time.Since(began), 25*time.Second, "one request has less time than the whole")
			}
			hangAt.Store(1)
			impatient.Patience, impatient.Timeout = time.Minute, 50*time.Millisecond
			_, err = attach.Resolve(t.Context(), ref, impatient)
			refused(t, err, "oci-unreachable")
		})
	}
}

func TestNobodyListens(t *testing.T) {
	nobody := "127.0.0.1:1/acme/echo@" + missingDigest
	_, err := attach.Resolve(t.Context(), nobody, quick())
	refused(t, err, "oci-unreachable")
	_, err = attach.Fetch(t.Context(), nobody, quick())
	refused(t, err, "oci-unreachable")
	_, err = attach.Attach(t.Context(), nobody, bundlesOf(t, 1), quick())
	refused(t, err, "oci-unreachable")
	refused(t, attach.Detach(t.Context(), nobody, missingDigest, quick()), "oci-unreachable")
	refused(t, attach.MayPush(t.Context(), repoOf(nobody), quick()), "oci-unreachable")
	_, err = attach.PushArtifact(t.Context(), repoOf(nobody), []byte("{}"), quick())
	refused(t, err, "oci-unreachable")
}
