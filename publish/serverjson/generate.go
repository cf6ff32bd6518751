package serverjson

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/mcpctl/mcpctl/internal/pattern"
)

// Wishes are what the user says of a document that manifests do not, or say
// otherwise.
type Wishes struct {
	Name    string // of the server
	Version string // a leading v is left out
	Images  []string
	Remotes []string // addresses of streamable HTTP
	Bundle  Bundle
}

// Bundle is an MCPB file as users get it.
type Bundle struct {
	File   string // its name
	SHA256 string // in lower-case hexadecimal; "" for no bundle
}

// What is written, in the order in which people read it.
type (
	newServer struct {
		Schema      string         `json:"$schema"`
		Name        string         `json:"name"`
		Title       string         `json:"title,omitempty"`
		Description string         `json:"description"`
		Version     string         `json:"version"`
		Repository  *newRepository `json:"repository,omitempty"`
		Packages    []newPackage   `json:"packages,omitempty"`
		Remotes     []newTransport `json:"remotes,omitempty"`
	}
	newRepository struct {
		URL    string `json:"url"`
		Source string `json:"source"`
	}
	newPackage struct {
		Type       string       `json:"registryType"`
		Identifier string       `json:"identifier"`
		Version    string       `json:"version,omitempty"`
		SHA256     string       `json:"fileSha256,omitempty"`
		Hint       string       `json:"runtimeHint,omitempty"`
		Transport  newTransport `json:"transport"`
	}
	newTransport struct {
		Type string `json:"type"`
		URL  string `json:"url,omitempty"`
	}
)

// Generate writes a document of the current date from what a project's manifests
// say, the first that says something first, and from the user's wishes. Notes
// tell what the author should look at. It fails when no name can be found.
func Generate(sources []Source, w Wishes) (text []byte, notes []string, err error) {
	first := func(field func(Source) string) string {
		for _, s := range sources {
			if text := strings.TrimSpace(field(s)); text != "" {
				return text
			}
		}
		return ""
	}
	repository := first(func(s Source) string { return s.Repository })
	n := newServer{Schema: SchemaURL(Current), Title: first(func(s Source) string { return s.Title })}
	if n.Name, err = serverName(w.Name, first(func(s Source) string { return s.MCPName }), repository, first(func(s Source) string { return s.Name })); err != nil {
		return nil, nil, err
	}
	n.Version = cmp.Or(strings.TrimPrefix(w.Version, "v"), first(func(s Source) string { return s.Version }))
	if n.Version == "" {
		n.Version = "0.1.0"
		notes = append(notes, "no manifest has a version, so 0.1.0 was written")
	}
	n.Description = first(func(s Source) string { return s.Description })
	if n.Description == "" {
		n.Description = "The MCP server " + n.Name[strings.LastIndexByte(n.Name, '/')+1:]
		notes = append(notes, "no manifest has a description; say in at most 100 characters what the server does")
	}
	if short := shorten(n.Description, 100); short != n.Description {
		n.Description = short
		notes = append(notes, "the description was cut to the 100 characters that registries allow")
	}
	if repository != "" {
		n.Repository = &newRepository{repository, strings.TrimPrefix(strings.SplitN(repository, "/", 4)[2], "www.")}
		n.Repository.Source = strings.TrimSuffix(n.Repository.Source, ".com")
	}
	if n.Packages, err = newPackages(sources, w, repository, n.Version); err != nil {
		return nil, nil, err
	}
	for _, address := range w.Remotes {
		n.Remotes = append(n.Remotes, newTransport{"streamable-http", address})
	}
	if len(n.Packages)+len(n.Remotes) == 0 {
		notes = append(notes, "no manifest makes a package that registries know; name an image, a bundle or a remote")
	}
	text, err = written(n)
	return text, notes, err
}

func written(n newServer) ([]byte, error) {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(n); err != nil {
		return nil, fmt.Errorf("writing server.json: %w", err)
	}
	return out.Bytes(), nil
}

func newPackages(sources []Source, w Wishes, repository, version string) ([]newPackage, error) {
	stdio := newTransport{Type: "stdio"}
	hints := map[string]string{npm: "npx", pypi: "uvx"}
	var all []newPackage
	for _, s := range sources {
		if hint := hints[s.Package]; hint != "" && s.Name != "" {
			all = append(all, newPackage{Type: s.Package, Identifier: s.Name, Version: cmp.Or(s.Version, version), Hint: hint, Transport: stdio})
		}
	}
	for _, image := range w.Images {
		all = append(all, newPackage{Type: oci, Identifier: image, Transport: stdio})
	}
	if w.Bundle.SHA256 != "" {
		if githubOwner(repository) == "" {
			return nil, errors.New("cannot say where the bundle will be: no manifest names a project on GitHub")
		}
		address := fmt.Sprintf("%s/releases/download/v%s/%s", repository, version, w.Bundle.File)
		all = append(all, newPackage{Type: mcpb, Identifier: address, Version: version, SHA256: w.Bundle.SHA256, Transport: stdio})
	}
	return all, nil
}

var notInNames = pattern.New(`[^a-zA-Z0-9._-]+`)

// serverName takes the name that was wished, or proved by package.json, or makes
// one from the account on GitHub and the project's name.
func serverName(wished, proved, repository, project string) (string, error) {
	if name := cmp.Or(wished, proved); name != "" {
		return name, nil
	}
	owner := githubOwner(repository)
	if owner == "" {
		return "", errors.New("cannot find the server's name: no manifest has mcpName or names a project on GitHub")
	}
	short := strings.Trim(notInNames.ReplaceAllString(project[strings.LastIndexByte(project, '/')+1:], "-"), "._-")
	if len(short) < 2 {
		short = repository[strings.LastIndexByte(repository, '/')+1:]
	}
	return "io.github." + owner + "/" + short, nil
}

// shorten cuts a text between words to a number of characters.
func shorten(text string, most int) string {
	runes := []rune(strings.Join(strings.Fields(text), " "))
	if len(runes) <= most {
		return string(runes)
	}
	cut := string(runes[:most-1])
	if space := strings.LastIndexByte(cut, ' '); space > most/2 {
		cut = cut[:space]
	}
	return strings.TrimRight(cut, " ,;:.") + "…"
}
