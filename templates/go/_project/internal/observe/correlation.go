package observe

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"reflect"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

type correlationKey struct{}

// WithCorrelation returns a context whose log lines carry id.
func WithCorrelation(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, correlationKey{}, id)
}

// Correlation returns the id of the request that ctx belongs to, or "".
func Correlation(ctx context.Context) string {
	id, _ := ctx.Value(correlationKey{}).(string)
	return id
}

// CorrelationOf returns the id under which a request is logged: the trace id
// that the caller sends in _meta or in the HTTP header, else a new one. Only a
// well-formed trace id is taken over, so a caller cannot write into the logs.
func CorrelationOf(req mcp.Request) string {
	parent, _ := Meta(req)["traceparent"].(string)
	if id := traceID(parent); id != "" {
		return id
	}
	if extra := req.GetExtra(); extra != nil {
		if id := traceID(extra.Header.Get("Traceparent")); id != "" {
			return id
		}
	}
	var fresh [16]byte
	rand.Read(fresh[:]) // never fails, by its documentation
	return hex.EncodeToString(fresh[:])
}

// Meta returns the _meta of a request; nil when there is none.
func Meta(req mcp.Request) map[string]any {
	params := req.GetParams()
	if v := reflect.ValueOf(params); !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil() {
		return nil // a request made by hand, without params
	}
	return params.GetMeta()
}

// traceID takes the trace id out of a W3C traceparent
// (version-traceid-parentid-flags), or returns "".
func traceID(parent string) string {
	parts := strings.Split(parent, "-")
	if len(parent) > 256 || len(parts) < 4 || len(parts[1]) != 32 {
		return ""
	}
	zero := true
	for _, c := range parts[1] {
		if !strings.ContainsRune("0123456789abcdef", c) {
			return ""
		}
		zero = zero && c == '0'
	}
	if zero {
		return ""
	}
	return parts[1]
}
