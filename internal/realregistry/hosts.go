//go:build unix

package realregistry

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"net/http"
	"path"
	"slices"
	"strings"
	"sync"
)

// Hosts are the package hosts that the registry asks, all in one: a document
// is found by its path, whatever the host. The zero value serves nothing. Its
// methods may be called from several goroutines, also while it serves.
type Hosts struct {
	mu        sync.Mutex
	documents map[string]document
	asked     []string
}

// asHost stands in a document for the host that it was asked of.
const asHost = "{asked-host}"

type document struct {
	mediaType string
	body      []byte
	status    int
}

// Put serves a document at a path, decoded, like /v2/acme/echo/manifests/1.0.0.
func (h *Hosts) Put(path, mediaType string, body []byte) {
	h.set(path, document{mediaType, body, http.StatusOK})
}

// Fail has a path answer a status, like 503 or 429.
func (h *Hosts) Fail(path string, status int) {
	h.set(path, document{"text/plain", nil, status})
}

// Remove makes a path unknown again.
func (h *Hosts) Remove(path string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.documents, path)
}

// Asked are the requests so far, as METHOD HOST PATH, in order.
func (h *Hosts) Asked() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.asked)
}

// Paths are the paths that have a document, in order.
func (h *Hosts) Paths() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Sorted(maps.Keys(h.documents))
}

// NPM publishes a package whose package.json has that mcpName.
func (h *Hosts) NPM(name, version, mcpName string) {
	h.json("/"+name, map[string]string{"name": name})
	h.json("/"+name+"/"+version, map[string]string{"name": name, "version": version, "mcpName": mcpName})
}

// PyPI publishes a package with that README.
func (h *Hosts) PyPI(name, version, readme string) {
	about := map[string]any{"info": map[string]string{"name": name, "version": version, "description": readme}}
	h.json("/pypi/"+name+"/json", about)
	h.json("/pypi/"+name+"/"+version+"/json", about)
}

// NuGet publishes a package with that README.
func (h *Hosts) NuGet(id, version, readme string) {
	const base = "https://" + asHost + "/v3-flatcontainer/"
	h.json("/v3/index.json", map[string]any{"resources": []map[string]string{
		{"@id": base + "{lower_id}/{lower_version}/readme", "@type": "ReadmeUriTemplate/6.13.0"},
		{"@id": base, "@type": "PackageBaseAddress/3.0.0"},
	}})
	id, version = strings.ToLower(id), strings.ToLower(version)
	h.json("/v3-flatcontainer/"+id+"/index.json", map[string]any{"versions": []string{version}})
	h.Put("/v3-flatcontainer/"+id+"/"+version+"/readme", "text/markdown", []byte(readme))
}

// Crate publishes a crate with that README as its page shows it.
func (h *Hosts) Crate(name, version, readme string) {
	h.json("/api/v1/crates/"+name+"/"+version, map[string]string{"name": name})
	h.json("/api/v1/crates/"+name+"/"+version+"/readme", map[string]string{"url": "https://" + asHost + "/readmes/" + name + "/" + version + ".html"})
	h.Put("/readmes/"+name+"/"+version+".html", "text/html", []byte(readme))
}

// Image pushes an image without layers that has labels, and answers its digest.
func (h *Hosts) Image(repository, tag string, labels map[string]string) string {
	config := marshal(map[string]any{
		"os": "linux", "architecture": "amd64", "rootfs": map[string]any{"type": "layers", "diff_ids": []string{}},
		"config": map[string]any{"Labels": labels},
	})
	const configType = "application/vnd.oci.image.config.v1+json"
	const manifestType = "application/vnd.oci.image.manifest.v1+json"
	manifest := marshal(map[string]any{
		"schemaVersion": 2, "mediaType": manifestType, "layers": []string{},
		"config": map[string]any{"mediaType": configType, "size": len(config), "digest": digest(config)},
	})
	h.Put("/v2/", "application/json", []byte("{}"))
	h.Put(path.Join("/v2", repository, "blobs", digest(config)), configType, config)
	h.Put(path.Join("/v2", repository, "manifests", tag), manifestType, manifest)
	h.Put(path.Join("/v2", repository, "manifests", digest(manifest)), manifestType, manifest)
	return digest(manifest)
}

// Asset attaches a file to a release.
func (h *Hosts) Asset(repository, tag, name string, body []byte) {
	h.Put(path.Join("/", repository, "releases/download", tag, name), "application/octet-stream", body)
}

func (h *Hosts) json(path string, v any) { h.Put(path, "application/json", marshal(v)) }

func (h *Hosts) set(path string, d document) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.documents == nil {
		h.documents = map[string]document{}
	}
	h.documents[path] = d
}

// ServeHTTP answers with the document at the path, of whatever host.
func (h *Hosts) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	d, ok := h.documents[r.URL.Path]
	h.asked = append(h.asked, r.Method+" "+r.Host+" "+r.URL.Path)
	h.mu.Unlock()
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", d.mediaType)
	if strings.HasPrefix(r.URL.Path, "/v2/") {
		w.Header().Set("Docker-Content-Digest", digest(d.body))
	}
	w.WriteHeader(d.status)
	_, _ = w.Write(bytes.ReplaceAll(d.body, []byte(asHost), []byte(r.Host))) // whoever asked has gone
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return "sha256:" + hex.EncodeToString(sum[:])
}

func marshal(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // maps of strings always marshal
	}
	return text
}
