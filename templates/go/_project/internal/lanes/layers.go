package lanes

import "net/http"

// Layer is the place of an HTTP wrapper around the MCP endpoint.
type Layer int

// The layers, outermost first: even a refusal carries the security headers, a
// foreign origin never reaches the authentication, a trace shows who was
// refused, and a session belongs to a caller who is known.
const (
	Headers Layer = iota
	Origin
	Trace
	Auth
	Session
	layers
)

// Layers collects HTTP wrappers. The zero Layers is empty and ready for use; it
// is filled while the server is built.
type Layers struct {
	wraps [layers][]func(http.Handler) http.Handler
}

// Wrap adds a wrapper to a layer. Within a layer, the first is outermost.
func (l *Layers) Wrap(layer Layer, wrap func(http.Handler) http.Handler) {
	l.wraps[layer] = append(l.wraps[layer], wrap)
}

// Handler returns h inside all layers.
func (l *Layers) Handler(h http.Handler) http.Handler {
	for layer := layers - 1; layer >= 0; layer-- {
		wraps := l.wraps[layer]
		for i := len(wraps) - 1; i >= 0; i-- {
			h = wraps[i](h)
		}
	}
	return h
}
