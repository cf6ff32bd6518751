package checks

import (
	"bytes"
	"context"
	"crypto/rand"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// playground is a folder made for a check: a root with a file in it, a file
// beside it, and a link that leads out. What the files hold is random, so that
// it cannot come from anywhere else.
type playground struct{ root, inside, outside, link, insideText, outsideText string }

// newPlayground makes a playground; remove takes it away.
func newPlayground() (g playground, remove func(), err error) {
	top, err := os.MkdirTemp("", "mcpctl-roots-")
	if err != nil {
		return g, nil, err
	}
	remove = func() { _ = os.RemoveAll(top) } // the system clears the rest away
	if top, err = filepath.EvalSymlinks(top); err != nil {
		remove()
		return g, nil, err
	}
	g = playground{
		root:   filepath.Join(top, "root"),
		inside: filepath.Join(top, "root", "inside.txt"), insideText: rand.Text(),
		outside: filepath.Join(top, "outside.txt"), outsideText: rand.Text(),
		link: filepath.Join(top, "root", "link.txt"),
	}
	for _, step := range []func() error{
		func() error { return os.Mkdir(g.root, 0o700) },
		func() error { return os.WriteFile(g.inside, []byte(g.insideText), 0o600) },
		func() error { return os.WriteFile(g.outside, []byte(g.outsideText), 0o600) },
	} {
		if err := step(); err != nil {
			remove()
			return g, nil, err
		}
	}
	if err := os.Symlink(g.outside, g.link); err != nil {
		g.link = "" // some systems let only administrators make links
	}
	return g, remove, nil
}

// uri is the root as a client lists it.
func (g playground) uri() string {
	path := filepath.ToSlash(g.root)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	return (&url.URL{Scheme: "file", Path: path}).String()
}

// pathArgument is the argument of a tool that names a file, "" when none does.
func pathArgument(tool conformance.Entry) string {
	for _, name := range []string{"path", "file", "filename", "file_path", "filePath", "filepath"} {
		if tool.Get("inputSchema", "properties", name, "type").Text() == "string" {
			return name
		}
	}
	return ""
}

// fileReaders are the calls of allowed tools that ask for the roots and take the
// name of a file.
func fileReaders(ctx context.Context, p *conformance.Probe) ([]fileReader, error) {
	talks, err := askers(ctx, p, askRoots, anyQuestion)
	if err != nil {
		return nil, err
	}
	tools, err := p.AllowedTools(ctx)
	if err != nil {
		return nil, err
	}
	var all []fileReader
	for _, tool := range tools {
		i := slices.IndexFunc(talks, func(t talk) bool { return callsTool(t.request, toolName(tool)) })
		if argument := pathArgument(tool); argument != "" && i >= 0 {
			all = append(all, fileReader{talks[i].request, argument})
		}
	}
	if len(all) == 0 {
		return nil, conformance.Unprovenf("no allowed tool asks for the roots and takes the path of a file")
	}
	return all, nil
}

func callsTool(r mcp.Request, name string) bool {
	params, _ := r.Params.(map[string]any)
	return r.Method == "tools/call" && params["name"] == name
}

// fileReader is a call of a tool in which an argument names a file.
type fileReader struct {
	request  mcp.Request
	argument string
}

// of is the call for another file.
func (r fileReader) of(path string) mcp.Request {
	params, _ := r.request.Params.(map[string]any)
	old, _ := params["arguments"].(map[string]any)
	arguments := map[string]any{}
	for name, value := range old {
		arguments[name] = value
	}
	arguments[r.argument] = path
	return withParam(r.request, "arguments", arguments)
}

// way is a path that leads to a file, and its kind.
type way struct{ name, path string }

func rootsOutside(ctx context.Context, p *conformance.Probe) error {
	return rootsLeak(ctx, p, func(g playground) []way {
		return []way{{"its absolute path", g.outside}}
	})
}

func rootsTraversal(ctx context.Context, p *conformance.Probe) error {
	return rootsLeak(ctx, p, func(g playground) []way {
		up := g.root + string(filepath.Separator) + ".." + string(filepath.Separator) + filepath.Base(g.outside)
		ways := []way{{"a path with .. in it", up}}
		if g.link != "" {
			ways = append(ways, way{"a symbolic link", g.link})
		}
		return ways
	})
}

// rootsLeak calls tools that give out a file within the root for the paths
// given: none may give out what the file beside the root holds.
func rootsLeak(ctx context.Context, p *conformance.Probe, paths func(playground) []way) error {
	all, err := fileReaders(ctx, p)
	if err != nil {
		return err
	}
	g, remove, err := newPlayground()
	if err != nil {
		return err
	}
	defer remove()
	answer := instead(askRoots, rooted(g.uri()))
	h, err := newHost(ctx, p, nil, answer)
	if err != nil {
		return err
	}
	j := p.Judge()
	for _, r := range all {
		if !givesOut(h.talk(ctx, r.of(g.inside), answer).last(), g.insideText) {
			continue // it does not read files, or this one would not be read anyway
		}
		for _, w := range paths(g) {
			t := h.talk(ctx, r.of(w.path), answer)
			j.Saw(t.last())
			if givesOut(t.last(), g.outsideText) {
				j.Failf(t.last(), "%s gives out a file beside the only root, named by %s", t.named(), w.name)
			}
		}
	}
	return j.Err("no allowed tool gave out a file within the root")
}

// givesOut reports whether a text stands in the answer.
func givesOut(x *mcp.Exchange, text string) bool {
	return bytes.Contains(x.Result().Raw(), []byte(text))
}
