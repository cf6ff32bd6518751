// Package packages ties the packages that a server.json names to their bytes
// and to the server: which packages there are, whether each proves that it
// belongs to the server, and what the digests of its files are.
//
// Package hosts are asked through the ecosystem's own client, so that mirrors,
// proxies and credentials are the user's. What comes back, and what artefacts
// hold, is data: nothing is installed, built or run.
package packages

import (
	"fmt"

	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/publish/refusal"
)

// The types of packages that the registry knows.
const (
	NPM   = "npm"
	PyPI  = "pypi"
	NuGet = "nuget"
	Cargo = "cargo"
	OCI   = "oci"
	MCPB  = "mcpb"
)

// Package is one package of a server.json, as it stands there.
type Package struct {
	Type       string `json:"type"`
	Identifier string `json:"identifier"`
	Version    string `json:"version,omitempty"`
	BaseURL    string `json:"baseUrl,omitempty"` // never asked: clients know their hosts
	FileSHA256 string `json:"fileSha256,omitempty"`
	Transport  string `json:"transport,omitempty"`
}

// String names the package for people, like "npm acme-echo@1.0.0".
func (p Package) String() string {
	if p.Version == "" {
		return p.Type + " " + p.Identifier
	}
	return p.Type + " " + p.Identifier + "@" + p.Version
}

// Remote is one address of a server.json at which the server is served.
type Remote struct {
	Type string `json:"type"`
	URL  string `json:"url"`
}

const (
	maxServer   = 1 << 20
	maxPackages = 1000
)

// List answers the packages and remotes of a server.json in their order. Member
// names are taken as the current schema spells them, in that case and no other.
// The refusal's code is server-json-unreadable.
func List(server []byte) ([]Package, []Remote, error) {
	bad := func(why string) error {
		return &refusal.Refusal{Kind: refusal.Usage, Code: "server-json-unreadable", Doing: "listing the packages of server.json", Why: why, Mend: "Let `mcpctl publish check` say what is wrong with the file."}
	}
	if len(server) > maxServer {
		return nil, nil, bad(fmt.Sprintf("it has more than %d bytes", maxServer))
	}
	doc, err := mcp.Parse(server)
	if err != nil {
		return nil, nil, bad(err.Error())
	}
	if !doc.Is(mcp.Object) {
		return nil, nil, bad("it is no JSON object")
	}
	var all []Package
	for i, p := range doc.Get("packages").Items() {
		if !p.Is(mcp.Object) {
			return nil, nil, bad(fmt.Sprintf("packages/%d is no object", i))
		}
		all = append(all, Package{
			Type:       p.Get("registryType").Text(),
			Identifier: p.Get("identifier").Text(),
			Version:    p.Get("version").Text(),
			BaseURL:    p.Get("registryBaseUrl").Text(),
			FileSHA256: p.Get("fileSha256").Text(),
			Transport:  p.Get("transport", "type").Text(),
		})
	}
	var remotes []Remote
	for i, r := range doc.Get("remotes").Items() {
		if !r.Is(mcp.Object) {
			return nil, nil, bad(fmt.Sprintf("remotes/%d is no object", i))
		}
		remotes = append(remotes, Remote{Type: r.Get("type").Text(), URL: r.Get("url").Text()})
	}
	if len(all)+len(remotes) > maxPackages {
		return nil, nil, bad(fmt.Sprintf("it has more than %d packages and remotes", maxPackages))
	}
	return all, remotes, nil
}
