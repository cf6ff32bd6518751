package realpackages

import (
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"net/http"
)

// AddNPM publishes a version and answers its tarball. Without mcpName it names
// no server.
func (h *Hosts) AddNPM(name, version, mcpName string) []byte {
	tarball := NPM(name, version, mcpName)
	h.addNPM(name, version, mcpName, tarball)
	return tarball
}

func (h *Hosts) addNPM(name, version, mcpName string, tarball []byte) {
	h.mu.Lock()
	versions := h.npm[name]
	if versions == nil {
		versions = map[string]any{}
		h.npm[name] = versions
	}
	file := "/npm/" + name + "/-/" + version + ".tgz"
	sum := sha512.Sum512(tarball)
	one := map[string]any{"name": name, "version": version, "dist": map[string]any{
		"integrity": "sha512-" + base64.StdEncoding.EncodeToString(sum[:]), "tarball": h.URL + file,
	}}
	if mcpName != "" {
		one["mcpName"] = mcpName
	}
	versions[version] = one
	body := marshal(map[string]any{"name": name, "dist-tags": map[string]any{"latest": version}, "versions": versions})
	h.mu.Unlock()
	h.put("/npm/"+name, "application/json", body)
	h.put(file, "application/octet-stream", tarball)
}

// takeNPM takes what `npm publish` sends, from whoever has the token of Env.
func (h *Hosts) takeNPM(w http.ResponseWriter, r *http.Request, name string) {
	var sent struct {
		Versions    map[string]struct{ MCPName string }
		Attachments map[string]struct{ Data []byte } `json:"_attachments"`
	}
	if r.Header.Get("Authorization") != "Bearer "+npmToken {
		http.Error(w, `{"error":"who are you?"}`, http.StatusUnauthorized)
		return
	}
	if err := json.NewDecoder(r.Body).Decode(&sent); err != nil || len(sent.Versions) != 1 || len(sent.Attachments) != 1 {
		http.Error(w, `{"error":"not one version with one tarball"}`, http.StatusBadRequest)
		return
	}
	for version, manifest := range sent.Versions {
		for _, tarball := range sent.Attachments {
			h.addNPM(name, version, manifest.MCPName, tarball.Data)
		}
	}
	w.WriteHeader(http.StatusCreated)
	_, _ = w.Write([]byte(`{"ok":true}`)) // who asked may have gone
}
