package checks

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// resourcesReadChecks judge what reading listed resources gives.
func resourcesReadChecks() []conformance.Check {
	return []conformance.Check{{
		ID:     "resources/read/shape",
		Title:  "resources/read gives an array of contents, each with a uri and either text or blob",
		Claims: claims{Handshake: ids{"resources.read.result-shape"}, Stateless: ids{"resources.read.result-shape"}},
		Needs:  "resources",
		Watch:  readShape,
	}, {
		ID:     "resources/read/listed-readable",
		Title:  "listed resources can be read",
		Claims: claims{Handshake: ids{"resources.read.listed-readable"}, Stateless: ids{"resources.read.listed-readable"}},
		Needs:  "resources",
		Reach:  conformance.Provoke,
		Run:    readListed,
		Fix:    "Leave resources that cannot be read out of resources/list.",
	}, {
		ID:     "resources/read/uri-matches",
		Title:  "contents carry the URI that was asked for, or one beneath it",
		Claims: claims{Handshake: ids{"resources.read.uri-matches"}},
		Needs:  "resources",
		Reach:  conformance.Provoke,
		Run:    readURIMatches,
	}, {
		ID:     "resources/read/text-only-if-text",
		Title:  "pictures, sounds, films and archives are read as blob, not as text",
		Claims: claims{Handshake: ids{"resources.read.text-only-if-text"}},
		Needs:  "resources",
		Watch:  readTextIsText,
		Fix:    "Put binary data into blob, base64-encoded.",
	}, {
		ID:     "resources/read/blob-base64",
		Title:  "blobs are base64",
		Claims: claims{Handshake: ids{"resources.read.blob-base64", "resources.security.binary-encoding"}, Stateless: ids{"resources.read.blob-base64"}},
		Needs:  "resources",
		Watch:  readBlobs,
		Fix:    "Encode blobs with the standard base64 alphabet and padding.",
	}, {
		ID:     "resources/read/internal-error",
		Title:  "when reading a listed resource fails inside, the error is -32603",
		Claims: claims{Handshake: ids{"resources.read.internal-32603"}, Stateless: ids{"resources.read.internal-error"}},
		Needs:  "resources",
		Reach:  conformance.Provoke,
		Run:    readInternal,
		Fix:    "Answer failures of the server's own with -32603: other codes blame the client.",
	}}
}

func readShape(t *conformance.Traffic) error {
	j := t.Judge()
	for m := range t.Results("resources/read") {
		if incomplete(m.Result()) {
			continue
		}
		j.Met(m)
		contents := m.Result().Get("contents")
		if !contents.Is(mcp.Array) {
			j.Faultf(m, "/result", "the result of resources/read must have an array contents, not %s", aKind(contents))
		}
	}
	for m, item := range contentsRead(t) {
		item.faults(j, m, contentsFaults(item.Value))
	}
	return j.Err("no resource was read")
}

// readEach reads the first few listed resources.
func readEach(ctx context.Context, p *conformance.Probe, look func(uri string, x *mcp.Exchange)) error {
	listed, err := resourcesListed(ctx, p)
	if err != nil {
		return err
	}
	for _, uri := range resourcesURIs(listed) {
		x, err := resourcesRead(ctx, p, uri)
		if err != nil {
			return err
		}
		look(uri, x)
	}
	return nil
}

func readListed(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	err := readEach(ctx, p, func(uri string, x *mcp.Exchange) {
		switch {
		case deniesAccess(x):
		case x.Result().Exists():
			j.Saw(x)
		default:
			j.Failf(x, "the listed resource %.80q cannot be read: %s", uri, outcome(x))
		}
	})
	if err != nil {
		return err
	}
	return j.Err("access to every resource that was read is denied")
}

// deniesAccess reports whether an exchange ended as it does for somebody who
// may not do that. MCP has no error code for it, so the words must tell.
func deniesAccess(x *mcp.Exchange) bool {
	e := x.RPCError()
	if e == nil {
		return x.Status == http.StatusUnauthorized || x.Status == http.StatusForbidden
	}
	words := []string{"denied", "permission", "forbidden", "unauthori", "not authori", "authenticat", "not allowed", "credential", "log in", "login", "sign in"}
	text := strings.ToLower(e.Message)
	return slices.ContainsFunc(words, func(word string) bool { return strings.Contains(text, word) })
}

func readURIMatches(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	err := readEach(ctx, p, func(uri string, x *mcp.Exchange) {
		items := x.Result().Get("contents").Items()
		if len(items) == 0 {
			return
		}
		j.Saw(x)
		// One of several may do: a folder may answer with its files under
		// their own names.
		if !slices.ContainsFunc(items, func(item mcp.Value) bool { return uriWithin(item.Get("uri").Text(), uri) }) {
			j.Faultf(answerTo(x), "/result/contents/0/uri", "reading %.80q gave contents of %.80q", uri, items[0].Get("uri").Text())
		}
	})
	if err != nil {
		return err
	}
	return j.Err("no listed resource gave contents")
}

// binary are MIME types of data that no text can be.
func binary(mime string) bool {
	kind, sub, _ := strings.Cut(essence(mime), "/")
	return slices.Contains(map[string][]string{
		"image":       {"png", "jpeg", "jpg", "gif", "webp", "bmp", "avif", "heic", "tiff", "x-icon", "vnd.microsoft.icon"},
		"audio":       {"mpeg", "mp3", "mp4", "wav", "x-wav", "ogg", "flac", "aac", "webm"},
		"video":       {"mp4", "mpeg", "webm", "ogg", "quicktime"},
		"application": {"zip", "gzip", "x-gzip", "x-tar", "wasm"},
	}[kind], sub)
}

func readTextIsText(t *conformance.Traffic) error {
	j := t.Judge()
	for m, item := range contentsRead(t) {
		if !item.Has("text") {
			continue
		}
		j.Met(m)
		if mime := item.Get("mimeType").Text(); binary(mime) {
			j.Faultf(m, item.pointer+"/text", "contents of type %q were sent as text", mime)
		}
	}
	return j.Err("no resource was read as text")
}

func readBlobs(t *conformance.Traffic) error {
	j := t.Judge()
	for m, item := range contentsRead(t) {
		if blob := item.Get("blob"); blob.Is(mcp.String) {
			j.Met(m)
			if why := base64Fault(blob.Text()); why != "" {
				j.Faultf(m, item.pointer+"/blob", "blob is not base64: %s", why)
			}
		}
	}
	return j.Err("no resource was read as blob")
}

func readInternal(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	err := readEach(ctx, p, func(uri string, x *mcp.Exchange) { internalError(j, x, "reading the listed resource", uri) })
	if err != nil {
		return err
	}
	return j.Err("no listed resource failed to be read")
}

// internalError judges the code with which the use of something listed has
// failed. -32602 and -32002 are left alone, since the thing may have gone or
// may want other arguments, and so are codes of the server's own.
func internalError(j *conformance.Judge, x *mcp.Exchange, doing, what string) {
	e := x.RPCError()
	if e == nil {
		return
	}
	switch e.Code {
	case mcp.CodeInternalError:
		j.Saw(x)
	case mcp.CodeParseError, mcp.CodeInvalidRequest, mcp.CodeMethodNotFound:
		j.Faultf(answerTo(x), "/error/code", "%s %.80q failed with %d, which blames the request; failures inside the server are -32603", doing, what, e.Code)
	}
}
