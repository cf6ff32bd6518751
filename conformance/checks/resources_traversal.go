package checks

import (
	"context"
	"encoding/base64"
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// passwd is a file that every Unix has, holds no secret and is told by its
// first line.
const passwd = "file:///etc/passwd"

func readTraversal(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	folders := fileFolders(ctx, p)
	if len(folders) == 0 {
		return conformance.Skipf("the server lists neither resources nor templates of the scheme file")
	}
	s, err := p.Shared(ctx)
	if err != nil {
		return err
	}
	direct := s.Call(ctx, "resources/read", map[string]any{"uri": passwd})
	switch {
	case outside(direct) && fitsTemplate(ctx, p, passwd):
		return conformance.Unprovenf("the server offers all files of its machine, so there is no outside")
	case outside(direct):
		j.Failf(direct, "%s was read, though no listed template allows it", passwd)
	}
	for _, folder := range folders {
		for _, path := range traversals() {
			x := s.Call(ctx, "resources/read", map[string]any{"uri": folder + path})
			j.Saw(x)
			if outside(x) {
				j.Failf(x, "a file outside was read by %.120q", folder+path)
			}
		}
	}
	return j.Err("")
}

// traversals are paths that lead out of any folder where they are not
// sanitised.
func traversals() []string {
	up := func(step string) string { return strings.Repeat(step, 12) }
	return []string{
		up("../") + "etc/passwd",
		up("%2e%2e/") + "etc/passwd",
		up("..%2f") + "etc%2fpasswd",
		up("..%5c") + "windows%5cwin.ini",
		"%2fetc%2fpasswd",
	}
}

// fileFolders are up to three folders in which the server lists files.
func fileFolders(ctx context.Context, p *conformance.Probe) []string {
	var all []string
	add := func(uri string) {
		uri, _, _ = strings.Cut(uri, "{")
		if !strings.HasPrefix(uri, "file://") || len(all) == 3 {
			return
		}
		if folder := uri[:strings.LastIndexByte(uri, '/')+1]; !slices.Contains(all, folder) {
			all = append(all, folder)
		}
	}
	for _, what := range []string{"resources", "resources/templates"} {
		if l, _ := p.List(ctx, what); l != nil {
			for _, e := range l.Entries {
				add(e.Get(surfaceKey(what)).Text())
			}
		}
	}
	return all
}

// outside reports whether contents are those of the files that the paths of
// traversals lead to.
func outside(x *mcp.Exchange) bool {
	return slices.ContainsFunc(x.Result().Get("contents").Items(), func(item mcp.Value) bool {
		text := item.Get("text").Text()
		if blob, err := base64.StdEncoding.DecodeString(item.Get("blob").Text()); err == nil {
			text += string(blob)
		}
		return strings.Contains(text, "root:") && strings.Contains(text, ":0:0:") || strings.Contains(text, "for 16-bit app support")
	})
}
