package packages

import (
	"context"
	"html"
	"net/url"
	"strings"

	"github.com/mcpctl/mcpctl/internal/pattern"
	"github.com/mcpctl/mcpctl/mcp"
)

const simple = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.01"

// release answers the files of one release that an index has.
// https://packaging.python.org/en/latest/specifications/simple-repository-api/
func (c *Checker) release(ctx context.Context, p Package, s pipSettings, index pipIndex, address *url.URL) ([]pyFile, error) {
	q := s.request(index, address)
	q.accept = simple
	listing, err := c.page(ctx, p, q, maxPage)
	if err != nil {
		return nil, err
	}
	var all []pyFile
	if strings.HasSuffix(listing.kind, "json") {
		if all, err = jsonFiles(listing.body); err != nil {
			return nil, garbled(p, shown(address), err)
		}
	} else {
		all = htmlFiles(string(listing.body))
	}
	var files []pyFile
	for _, f := range all {
		if !f.of(p) {
			continue
		}
		f.address = listing.at.ResolveReference(f.address)
		f.address.Fragment, f.address.User = "", nil
		files = append(files, f)
	}
	if len(files) == 0 {
		return nil, invisible(p, "the index knows the package, but has no file of that version")
	}
	return files, nil
}

func jsonFiles(body []byte) ([]pyFile, error) {
	doc, err := mcp.Parse(body)
	if err != nil {
		return nil, err
	}
	var files []pyFile
	for _, f := range doc.Get("files").Items() {
		u, err := url.Parse(f.Get("url").Text())
		if err != nil {
			continue
		}
		apart := f.Get("core-metadata")
		if !apart.Exists() {
			apart = f.Get("dist-info-metadata")
		}
		files = append(files, pyFile{
			name: f.Get("filename").Text(), address: u, sha256: strings.ToLower(f.Get("hashes", "sha256").Text()),
			metadata: apart.True() || apart.Is(mcp.Object), metadataSHA256: apart.Get("sha256").Text(),
		})
	}
	return files, nil
}

var (
	anchor    = pattern.New(`(?is)<a\s([^>]*)>([^<]*)</a>`)
	attribute = pattern.New(`(?is)([a-z-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')`)
)

// htmlFiles reads the older form of an index, in which each file is a link with
// its digest as fragment.
func htmlFiles(body string) []pyFile {
	var files []pyFile
	for _, a := range anchor.FindAllStringSubmatch(body, -1) {
		attributes := map[string]string{}
		for _, m := range attribute.FindAllStringSubmatch(a[1], -1) {
			attributes[strings.ToLower(m[1])] = html.UnescapeString(m[2] + m[3])
		}
		u, err := url.Parse(attributes["href"])
		if err != nil {
			continue
		}
		f := pyFile{name: strings.TrimSpace(html.UnescapeString(a[2])), address: u}
		f.sha256, _ = strings.CutPrefix(strings.ToLower(u.Fragment), "sha256=")
		apart, ok := attributes["data-core-metadata"]
		if !ok {
			apart, ok = attributes["data-dist-info-metadata"]
		}
		f.metadata = ok && apart != "false"
		f.metadataSHA256, _ = strings.CutPrefix(apart, "sha256=")
		if f.metadataSHA256 == "true" {
			f.metadataSHA256 = ""
		}
		files = append(files, f)
	}
	return files
}
