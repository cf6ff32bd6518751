package desk

import (
	"bytes"
	"io"
	"net/http"
	"slices"

	"github.com/mcpctl/mcpctl/publish/registry"
)

// attestationRoutes serve the part that the official registry does not have.
func (d *desk) attestationRoutes(mux *http.ServeMux) {
	const path = registry.Extension + "/{sum}"
	mux.Handle("PUT "+path, endpoint(d.putAttestations))
	mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) {
		b, err := d.store.attestations(r.PathValue("sum"))
		if err != nil {
			endpoint(func(*http.Request) (any, error) { return nil, err }).ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Type", registry.AttestationsType)
		w.Header().Set("X-Content-Type-Options", "nosniff")
		_, _ = io.Copy(w, bytes.NewReader(b)) // whoever asked has gone
	})
}

// putAttestations keeps what anybody sends who may publish something.
func (d *desk) putAttestations(r *http.Request) (any, error) {
	if err := unauthorized(r, nil); err != nil {
		return nil, err
	}
	who, p := d.tokens.read(r)
	if p != nil {
		return nil, p
	}
	if !slices.ContainsFunc(who.Permissions, func(p registry.Permission) bool { return p.Action == registry.ActionPublish }) {
		return nil, problemf(http.StatusForbidden, "You do not have any publish permissions")
	}
	jsonl, err := bounded(r, MaxAttestations)
	if err != nil {
		return nil, err
	}
	sum := r.PathValue("sum")
	fresh, err := d.store.putAttestations(r.Context(), "storing attestations in "+d.store.Dir, sum, jsonl)
	if err != nil {
		return nil, err
	}
	return map[string]any{"sha256": sum, "size": len(jsonl), "new": fresh}, nil
}
