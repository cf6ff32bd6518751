package checks

import (
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"github.com/mcpctl/mcpctl/mcp"
)

// fault is one thing wrong with a value: where beneath it, as a JSON Pointer,
// and what.
type fault struct{ pointer, message string }

// under moves faults found in a part of a value to the value's own root.
func under(pointer string, all []fault) []fault {
	for i := range all {
		all[i].pointer = pointer + all[i].pointer
	}
	return all
}

// contentKinds are the content blocks of prompts and tool results, with the
// revision that brought each.
func contentKinds() map[string]mcp.Revision {
	return map[string]mcp.Revision{
		"text":          mcp.Rev20241105,
		"image":         mcp.Rev20241105,
		"resource":      mcp.Rev20241105,
		"audio":         mcp.Rev20250326,
		"resource_link": mcp.Rev20250618,
	}
}

// contentKindFaults says that a block is no object or of a kind that the
// revision does not know.
func contentKindFaults(block mcp.Value, rev mcp.Revision) []fault {
	if !block.Is(mcp.Object) {
		return []fault{{"", fmt.Sprintf("a content block must be an object, not %s", aKind(block))}}
	}
	kind := block.Get("type")
	since, known := contentKinds()[kind.Text()]
	switch {
	case !kind.Is(mcp.String):
		return []fault{{"/type", fmt.Sprintf("a content block must have a string type, not %s", aKind(kind))}}
	case !known:
		return []fault{{"/type", fmt.Sprintf("the content type %.60q does not exist", kind.Text())}}
	case rev < since:
		return []fault{{"/type", fmt.Sprintf("content of type %q exists only since %s", kind.Text(), since)}}
	}
	return nil
}

func contentTextFaults(block mcp.Value) []fault { return wantStrings(block, []string{"text"}, nil) }

// contentMediaFaults judges image and audio: base64 data and a MIME type.
func contentMediaFaults(block mcp.Value) []fault {
	all := wantStrings(block, []string{"data", "mimeType"}, nil)
	if why := base64Fault(block.Get("data").Text()); why != "" {
		all = append(all, fault{"/data", "data is not base64: " + why})
	}
	if mime := block.Get("mimeType"); mime.Is(mcp.String) && !validMIME(mime.Text()) {
		all = append(all, fault{"/mimeType", fmt.Sprintf("%.60q is no MIME type", mime.Text())})
	}
	return all
}

// contentEmbeddedFaults judges an embedded resource as the schema does: its
// mimeType may be missing.
func contentEmbeddedFaults(block mcp.Value) []fault {
	contents := block.Get("resource")
	if !contents.Is(mcp.Object) {
		return []fault{{"/resource", fmt.Sprintf("an embedded resource must be an object, not %s", aKind(contents))}}
	}
	return under("/resource", append(contentsFaults(contents), contentsEncodingFaults(contents)...))
}

// contentsFaults judges the shape of one item of resource contents.
func contentsFaults(contents mcp.Value) []fault {
	if !contents.Is(mcp.Object) {
		return []fault{{"", fmt.Sprintf("resource contents must be an object, not %s", aKind(contents))}}
	}
	all := wantStrings(contents, []string{"uri"}, []string{"mimeType", "text", "blob"})
	if !contents.Has("text") && !contents.Has("blob") {
		all = append(all, fault{"", "resource contents have neither text nor blob"})
	}
	return all
}

// contentsEncodingFaults judges what the strings of resource contents hold.
func contentsEncodingFaults(contents mcp.Value) []fault {
	var all []fault
	if uri := contents.Get("uri"); uri.Is(mcp.String) {
		if why := uriFault(uri.Text()); why != "" {
			all = append(all, fault{"/uri", fmt.Sprintf("%.80q is no absolute URI: %s", uri.Text(), why)})
		}
	}
	if mime := contents.Get("mimeType"); mime.Is(mcp.String) && !validMIME(mime.Text()) {
		all = append(all, fault{"/mimeType", fmt.Sprintf("%.60q is no MIME type", mime.Text())})
	}
	if why := base64Fault(contents.Get("blob").Text()); why != "" {
		all = append(all, fault{"/blob", "blob is not base64: " + why})
	}
	return all
}

// resourceFaults judges the shape of a resource descriptor: an entry of
// resources/list, or a resource_link.
func resourceFaults(resource mcp.Value, rev mcp.Revision) []fault {
	if !resource.Is(mcp.Object) {
		return []fault{{"", fmt.Sprintf("a resource must be an object, not %s", aKind(resource))}}
	}
	all := wantStrings(resource, []string{"uri", "name"}, append(titled(rev), "description", "mimeType"))
	if size := resource.Get("size"); size.Exists() && !size.Whole() {
		all = append(all, fault{"/size", fmt.Sprintf("size must be a whole number of bytes, not %.40s", size)})
	}
	return append(all, metaFaults(resource, rev)...)
}

// titled is the member title in the revisions that define it.
func titled(rev mcp.Revision) []string {
	if rev < mcp.Rev20250618 {
		return nil
	}
	return []string{"title"}
}

// metaFaults judges _meta in the revisions that define it everywhere.
func metaFaults(v mcp.Value, rev mcp.Revision) []fault {
	if meta := v.Get("_meta"); rev >= mcp.Rev20250618 && meta.Exists() && !meta.Is(mcp.Object) {
		return []fault{{"/_meta", fmt.Sprintf("_meta must be an object, not %s", aKind(meta))}}
	}
	return nil
}

// annotationFaults judges the member annotations of resources, templates and
// content blocks (not of tools, whose annotations are of another kind).
func annotationFaults(v mcp.Value, rev mcp.Revision) []fault {
	a := v.Get("annotations")
	if !a.Exists() {
		return nil
	}
	if !a.Is(mcp.Object) {
		return []fault{{"/annotations", fmt.Sprintf("annotations must be an object, not %s", aKind(a))}}
	}
	all := audienceFaults(a.Get("audience"))
	if priority := a.Get("priority"); priority.Exists() {
		if n, ok := priority.Float(); !ok || n < 0 || n > 1 {
			all = append(all, fault{"/annotations/priority", fmt.Sprintf("priority must be a number from 0 to 1, not %.40s", priority)})
		}
	}
	if when := a.Get("lastModified"); rev >= mcp.Rev20250618 && when.Exists() && !isISO8601(when.Text()) {
		all = append(all, fault{"/annotations/lastModified", fmt.Sprintf("lastModified must be an ISO 8601 timestamp, not %.60s", when)})
	}
	return all
}

func audienceFaults(audience mcp.Value) []fault {
	if !audience.Exists() {
		return nil
	}
	if !audience.Is(mcp.Array) {
		return []fault{{"/annotations/audience", fmt.Sprintf("audience must be an array, not %s", aKind(audience))}}
	}
	var all []fault
	for i, who := range audience.Items() {
		if !isRole(who) {
			all = append(all, fault{fmt.Sprintf("/annotations/audience/%d", i), fmt.Sprintf(`the audience is "user" or "assistant", not %.40s`, who)})
		}
	}
	return all
}

func isRole(v mcp.Value) bool { return v.Text() == "user" || v.Text() == "assistant" }

// wantStrings says which needed members are no strings, and which of the
// optional ones are there and something else.
func wantStrings(v mcp.Value, needed, optional []string) []fault {
	var all []fault
	for _, name := range needed {
		if !v.Get(name).Is(mcp.String) {
			all = append(all, fault{"/" + name, fmt.Sprintf("%s must be a string, not %s", name, aKind(v.Get(name)))})
		}
	}
	for _, name := range optional {
		if m := v.Get(name); m.Exists() && !m.Is(mcp.String) {
			all = append(all, fault{"/" + name, fmt.Sprintf("%s must be a string, not %s", name, aKind(m))})
		}
	}
	return all
}

// aKind names the kind of a value with its article, for messages.
func aKind(v mcp.Value) string {
	switch v.Kind() {
	case mcp.Absent, mcp.Null:
		return v.Kind().String()
	case mcp.Array, mcp.Object:
		return "an " + v.Kind().String()
	}
	return "a " + v.Kind().String()
}

// base64Fault is why a text is not standard base64 with padding, "" when it
// is. Line ends are let pass: encoders for mail insert them, and the
// specification does not forbid them.
func base64Fault(text string) string {
	_, err := base64.StdEncoding.DecodeString(text)
	switch {
	case err == nil:
		return ""
	case strings.HasPrefix(text, "data:"):
		return "it is a data: URL"
	case strings.ContainsAny(text, "-_"):
		return "it uses the alphabet for URLs"
	case unpadded(text):
		return "its padding is missing"
	}
	return err.Error()
}

func unpadded(text string) bool {
	_, err := base64.RawStdEncoding.DecodeString(text)
	return err == nil
}

// validMIME reports whether text is type/subtype of RFC 6838, perhaps with
// parameters.
func validMIME(text string) bool {
	essence, _, _ := strings.Cut(text, ";")
	kind, sub, ok := strings.Cut(strings.TrimSpace(essence), "/")
	return ok && isRestrictedName(kind) && isRestrictedName(sub)
}

// isRestrictedName is restricted-name of RFC 6838, section 4.2.
func isRestrictedName(name string) bool {
	outside := func(r rune) bool { return !isAlphaNum(r) && !strings.ContainsRune("!#$&-^_.+", r) }
	return name != "" && isAlphaNum(rune(name[0])) && strings.IndexFunc(name, outside) < 0
}

func isAlphaNum(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
}

// isISO8601 reports whether text is a date or a time stamp in a usual form of
// ISO 8601, extended or basic.
func isISO8601(text string) bool {
	dates := []string{"2006-01-02", "20060102", "2006-002", "2006-01", "2006"}
	times := []string{"15:04:05", "15:04", "150405", "1504", "15"}
	zones := []string{"", "Z07:00", "Z0700", "Z07"}
	text = strings.Replace(text, ",", ".", 1) // both are decimal signs there
	for _, date := range dates {
		if _, err := time.Parse(date, text); err == nil {
			return true
		}
		for _, clock := range times {
			for _, zone := range zones {
				if _, err := time.Parse(date+"T"+clock+zone, text); err == nil {
					return true
				}
			}
		}
	}
	return false
}
