// Package realpackages stands in for the hosts of packages, on the loopback
// interface, so that the real clients of npm, PyPI and cargo can be asked in
// tests without leaving the machine. It also builds the artefacts that are
// served. Only tests import it.
package realpackages

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// Hosts are all package hosts in one. Its methods may be called from several
// goroutines, also while clients ask.
type Hosts struct {
	// URL is where it listens, like http://127.0.0.1:4711, without a slash.
	URL string

	home string
	mu   sync.Mutex
	at   map[string]http.HandlerFunc
	npm  map[string]map[string]any
	pypi map[string][]map[string]any
	// crates has the lines of the index, by name.
	crates map[string][]string
	asked  []string
}

// npmToken opens nothing but these hosts.
const npmToken = "stand-in"

// Start starts them until the test ends.
func Start(t testing.TB) *Hosts {
	t.Helper()
	h := &Hosts{home: t.TempDir(), at: map[string]http.HandlerFunc{}, npm: map[string]map[string]any{}, pypi: map[string][]map[string]any{}, crates: map[string][]string{}}
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	h.URL = server.URL
	h.put("/cargo/config.json", "application/json", marshal(map[string]any{"dl": h.URL + "/crates/{crate}/{version}"}))
	h.put("/nuget/index.json", "application/json", marshal(map[string]any{"version": "3.0.0", "resources": []any{
		map[string]any{"@id": h.URL + "/nuget/flat/", "@type": "PackageBaseAddress/3.0.0"},
	}}))
	config := fmt.Sprintf("[source.crates-io]\nreplace-with = \"here\"\n\n[source.here]\nregistry = \"sparse+%s/cargo/\"\n", h.URL)
	write(t, filepath.Join(h.home, "cargo", "config.toml"), config, 0o600)
	write(t, filepath.Join(h.home, "npmrc"), strings.TrimPrefix(h.URL, "http:")+"/npm/:_authToken="+npmToken+"\n", 0o600)
	return h
}

// Env is the environment in which npm, pip and cargo ask these hosts and none
// besides, and keep what they remember in a folder of the test's.
func (h *Hosts) Env() []string {
	var env []string
	for _, entry := range os.Environ() {
		name, _, _ := strings.Cut(strings.ToLower(entry), "=")
		if !strings.HasPrefix(name, "npm_config_") && !strings.HasPrefix(name, "pip_") && !strings.HasPrefix(name, "uv_") && !strings.HasPrefix(name, "cargo_") && !strings.HasSuffix(name, "_proxy") {
			env = append(env, entry)
		}
	}
	return append(env,
		"npm_config_registry="+h.URL+"/npm/",
		"npm_config_cache="+filepath.Join(h.home, "npm"),
		"npm_config_userconfig="+filepath.Join(h.home, "npmrc"),
		"PIP_INDEX_URL="+h.URL+"/pypi/simple/",
		"PIP_CONFIG_FILE="+os.DevNull,
		"PIP_CACHE_DIR="+filepath.Join(h.home, "pip"),
		"UV_DEFAULT_INDEX="+h.URL+"/pypi/simple/",
		"UV_NO_CONFIG=1",
		"CARGO_HOME="+filepath.Join(h.home, "cargo"),
	)
}

// CargoHome is the folder of cargo's configuration in Env.
func (h *Hosts) CargoHome() string { return filepath.Join(h.home, "cargo") }

// Handle answers a path, decoded, in another way than it would be.
func (h *Hosts) Handle(path string, f http.HandlerFunc) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.at[path] = f
}

// Asked are the requests that have come, like "GET /npm/acme-echo", in order.
func (h *Hosts) Asked() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]string(nil), h.asked...)
}

func (h *Hosts) put(path, mediaType string, body []byte) {
	h.Handle(path, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", mediaType)
		_, _ = w.Write(body) // who asked may have gone
	})
}

// ServeHTTP answers what was added, and 404 for all else.
func (h *Hosts) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	h.asked = append(h.asked, r.Method+" "+r.URL.Path)
	f := h.at[r.URL.Path]
	h.mu.Unlock()
	if name, ok := strings.CutPrefix(r.URL.Path, "/npm/"); ok && r.Method == http.MethodPut {
		h.takeNPM(w, r, name)
		return
	}
	if f == nil {
		http.NotFound(w, r)
		return
	}
	f(w, r)
}

// AddPyPI publishes a release of a wheel and a source archive and answers both.
func (h *Hosts) AddPyPI(name, version, readme string) (wheel, sdist []byte) {
	wheel, sdist = Wheel(name, version, readme), Sdist(name, version, readme)
	h.AddPyPIFile(name, WheelName(name, version), wheel)
	h.AddPyPIFile(name, SdistName(name, version), sdist)
	return wheel, sdist
}

// AddPyPIFile adds one file to a project.
func (h *Hosts) AddPyPIFile(name, file string, data []byte) {
	sum := sha256.Sum256(data)
	h.mu.Lock()
	h.pypi[name] = append(h.pypi[name], map[string]any{"filename": file, "url": "../../files/" + file, "hashes": map[string]any{"sha256": hex.EncodeToString(sum[:])}})
	body := marshal(map[string]any{"meta": map[string]any{"api-version": "1.0"}, "name": name, "files": h.pypi[name]})
	h.mu.Unlock()
	h.put("/pypi/simple/"+name+"/", "application/vnd.pypi.simple.v1+json", body)
	h.put("/pypi/files/"+file, "application/octet-stream", data)
}

// AddCrate publishes a version and answers its crate. The checksum in the index
// is another one if it is given.
func (h *Hosts) AddCrate(name, version, readme string, checksum ...string) []byte {
	crate := Crate(name, version, readme)
	sum := sha256.Sum256(crate)
	shown := hex.EncodeToString(sum[:])
	if len(checksum) > 0 {
		shown = checksum[0]
	}
	line := string(marshal(map[string]any{"name": name, "vers": version, "deps": []any{}, "cksum": shown, "features": map[string]any{}, "yanked": false}))
	h.mu.Lock()
	h.crates[name] = append(h.crates[name], line)
	body := strings.Join(h.crates[name], "\n") + "\n"
	h.mu.Unlock()
	h.put("/cargo/"+cratePath(name), "text/plain", []byte(body))
	h.put("/crates/"+name+"/"+version, "application/gzip", crate)
	return crate
}

// cratePath is where the index has a crate.
// https://doc.rust-lang.org/cargo/reference/registry-index.html#index-files
func cratePath(name string) string {
	lower := strings.ToLower(name)
	switch len(lower) {
	case 1, 2:
		return fmt.Sprintf("%d/%s", len(lower), lower)
	case 3:
		return "3/" + lower[:1] + "/" + lower
	}
	return lower[:2] + "/" + lower[2:4] + "/" + lower
}

// AddNuGet publishes a version and answers its package; NuGetSource has it.
func (h *Hosts) AddNuGet(id, version, readme string) []byte {
	nupkg := Nupkg(id, version, readme)
	id, version = strings.ToLower(id), strings.ToLower(version)
	h.put("/nuget/flat/"+id+"/"+version+"/"+id+"."+version+".nupkg", "application/octet-stream", nupkg)
	return nupkg
}

// NuGetSource is the address of the NuGet index.
func (h *Hosts) NuGetSource() string { return h.URL + "/nuget/index.json" }

// AddFile serves bytes, a bundle for example, and answers their address.
func (h *Hosts) AddFile(path string, data []byte) string {
	h.put(path, "application/octet-stream", data)
	return h.URL + path
}

func marshal(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // only what tests write is given
	}
	return b
}

func write(t testing.TB, file, content string, mode os.FileMode) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(content), mode); err != nil {
		t.Fatal(err)
	}
}
