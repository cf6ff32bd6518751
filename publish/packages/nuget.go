package packages

import (
	"context"
	"errors"
	"net/url"
	"os"
	"strings"

	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/publish/refusal"
)

// nuget asks the sources that dotnet is configured for, in their order, and
// reads the package itself.
// https://learn.microsoft.com/en-us/nuget/api/package-base-address-resource
func (c *Checker) nuget(ctx context.Context, p Package) (found, error) {
	f := found{asked: "dotnet nuget list source"}
	a, err := c.ask(ctx, p, command{names: []string{"dotnet"}, args: []string{"nuget", "list", "source", "--format", "Short"}, env: []string{"DOTNET_NOLOGO=1", "DOTNET_CLI_TELEMETRY_OPTOUT=1"}, dir: c.Dir})
	if err != nil {
		return f, err
	}
	if a.status != 0 {
		return f, failed(p, "dotnet nuget list source", a)
	}
	sources := nugetSources(string(a.out))
	if len(sources) == 0 {
		return f, trouble(refusal.Environment, codeGarbled, p, "Add one with `dotnet nuget add source`.", "dotnet names no source that can be asked over http")
	}
	err = nil
	for _, source := range sources {
		f.asked = "the source " + shown(source) + ", which dotnet names"
		var one found
		one, err = c.nugetAt(ctx, p, source)
		if refusal.Code(err) != codeNotVisible {
			one.asked = f.asked
			return one, err
		}
	}
	return f, err
}

// nugetSources are the enabled sources with an address, which follow "E ".
func nugetSources(listing string) []*url.URL {
	var sources []*url.URL
	for line := range strings.Lines(listing) {
		flags, address, _ := strings.Cut(strings.TrimSpace(line), " ")
		u, err := url.Parse(strings.TrimSpace(address))
		if strings.HasPrefix(flags, "E") && err == nil && (u.Scheme == "https" || u.Scheme == "http") {
			sources = append(sources, u)
		}
	}
	return sources[:min(len(sources), 20)]
}

func (c *Checker) nugetAt(ctx context.Context, p Package, source *url.URL) (found, error) {
	index, err := c.page(ctx, p, request{address: source, accept: "application/json", plain: loopback}, maxPage)
	if err != nil {
		return found{}, err
	}
	doc, err := mcp.Parse(index.body)
	if err != nil {
		return found{}, garbled(p, shown(source), errors.New("that is no JSON"))
	}
	for _, resource := range doc.Get("resources").Items() {
		if resource.Get("@type").Text() != "PackageBaseAddress/3.0.0" {
			continue
		}
		version, _, _ := strings.Cut(strings.ToLower(p.Version), "+")
		id := strings.ToLower(p.Identifier)
		u, err := index.at.Parse(strings.TrimRight(resource.Get("@id").Text(), "/") + "/" + id + "/" + version + "/" + id + "." + version + ".nupkg")
		if err != nil {
			break
		}
		file, err := c.fetch(ctx, p, request{address: u, plain: loopback})
		if err != nil {
			return found{}, err
		}
		defer func() { _ = os.Remove(file) }() // it was only for reading
		return open(file, id+".nupkg", p)
	}
	return found{}, garbled(p, shown(source), errors.New("that names no address of packages"))
}
