//go:build unix

package attach_test

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"strconv"
)

// rewriting answers what the real registry answers, changed by the test.
func rewriting(inner http.Handler, change func(req *http.Request, body string) string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if req.Method != http.MethodGet {
			inner.ServeHTTP(w, req)
			return
		}
		recorded := httptest.NewRecorder()
		inner.ServeHTTP(recorded, req)
		body := change(req, recorded.Body.String())
		maps.Copy(w.Header(), recorded.Header())
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		w.WriteHeader(recorded.Code)
		_, _ = w.Write([]byte(body))
	})
}
