package checks

import (
	"fmt"
	"iter"
	"net/url"
	"strings"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// wireIconChecks judge icons wherever they stand: basic/index#icons.
func wireIconChecks() []conformance.Check {
	return []conformance.Check{{
		ID:     "wire/icons/shape",
		Title:  "every icon has a URI as src, and its other members are what they should be",
		Claims: claims{Handshake: ids{"base.icons.shape"}, Stateless: ids{"schema.icons.valid"}},
		Watch:  wireIconShape,
	}, {
		ID:     "wire/icons/safe-src",
		Title:  "every icon is embedded as base64 or comes by https from the server's own site",
		Claims: claims{Handshake: ids{"base.icons.src-scheme", "base.icons.same-origin"}, Stateless: ids{"schema.icons.safe-src"}},
		Watch:  wireIconSource,
		Fix:    "Embed icons as data: URIs in base64, or serve them from the server's own site by https: clients are told to reject the rest.",
	}}
}

// icon is one icon and where in a message it stands.
type icon struct {
	mcp.Value
	at      conformance.Seen
	pointer string
}

// wireIcons are all icons in the descriptions of the server and of what it
// lists, those of one text once.
func wireIcons(t *conformance.Traffic) iter.Seq[icon] {
	return func(yield func(icon) bool) {
		looked := map[string]bool{}
		for m := range t.Results("initialize", "server/discover", "tools/list", "resources/list", "resources/templates/list", "prompts/list") {
			if text := string(m.Result().Raw()); looked[text] {
				continue
			} else {
				looked[text] = true
			}
			for pointer, bearer := range wireIconBearers(m.Result()) {
				for i, v := range bearer.Get("icons").Items() {
					if !yield(icon{v, m, fmt.Sprintf("/result%s/icons/%d", pointer, i)}) {
						return
					}
				}
			}
		}
	}
}

// wireIconBearers are the parts of a result that may have icons.
func wireIconBearers(result mcp.Value) iter.Seq2[string, mcp.Value] {
	return func(yield func(string, mcp.Value) bool) {
		if !yield("/serverInfo", result.Get("serverInfo")) ||
			!yield("/_meta/"+mcp.EscapePointer(mcp.MetaServerInfo), result.Get("_meta", mcp.MetaServerInfo)) {
			return
		}
		for _, list := range []string{"tools", "resources", "resourceTemplates", "prompts"} {
			for i, entry := range result.Get(list).Items() {
				if !yield(fmt.Sprintf("/%s/%d", list, i), entry) {
					return
				}
			}
		}
	}
}

// noIcons is what the checks of icons say when there are none.
const noIcons = "the server gives no icons"

func wireIconShape(t *conformance.Traffic) error {
	j := t.Judge()
	for i := range wireIcons(t) {
		j.Met(i.at)
		for _, f := range iconFaults(i.Value) {
			j.Faultf(i.at, i.pointer+f.pointer, "%s", f.message)
		}
	}
	return j.Err(noIcons)
}

// iconFaults judges the shape of one icon. What a size should look like is
// told by examples only, so any string will do.
func iconFaults(v mcp.Value) []fault {
	if !v.Is(mcp.Object) {
		return []fault{{"", "an icon must be an object, not " + aKind(v)}}
	}
	all := wantStrings(v, []string{"src"}, []string{"mimeType"})
	if src := v.Get("src"); src.Is(mcp.String) && iconScheme(src.Text()) == "" {
		all = append(all, fault{"/src", fmt.Sprintf("the src %.80q of an icon is no URI: it has no scheme", src.Text())})
	}
	sizes := v.Get("sizes")
	if sizes.Exists() && !sizes.Is(mcp.Array) {
		all = append(all, fault{"/sizes", "the sizes of an icon must be an array, not " + aKind(sizes)})
	}
	for i, size := range sizes.Items() {
		if !size.Is(mcp.String) {
			all = append(all, fault{fmt.Sprintf("/sizes/%d", i), "a size of an icon must be a string, not " + aKind(size)})
		}
	}
	if theme := v.Get("theme"); theme.Exists() && theme.Text() != "light" && theme.Text() != "dark" {
		all = append(all, fault{"/theme", fmt.Sprintf(`the theme of an icon is "light" or "dark", not %.40s`, theme)})
	}
	return all
}

func wireIconSource(t *conformance.Traffic) error {
	j := t.Judge()
	for i := range wireIcons(t) {
		src := i.Get("src").Text()
		if iconScheme(src) == "" {
			continue // see wire/icons/shape
		}
		j.Met(i.at)
		if why := iconSourceFault(src, iconHome(t, i.at)); why != "" {
			j.Faultf(i.at, i.pointer+"/src", "the icon %.80q %s", src, why)
		}
	}
	return j.Err(noIcons)
}

// iconHome is the host that icons should come from, "" when there is none: a
// server over stdio has no site, and one on this machine not yet its own.
func iconHome(t *conformance.Traffic, m conformance.Seen) string {
	if t.Transport != mcp.HTTP || t.Facts.Local || m.Exchange == nil {
		return ""
	}
	u, err := url.Parse(m.Exchange.URL)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

// iconSourceFault is why clients are told to reject an icon's source, "" when
// they are not.
func iconSourceFault(src, home string) string {
	_, rest, _ := strings.Cut(src, ":")
	switch scheme := iconScheme(src); scheme {
	case "data":
		if head, _, _ := strings.Cut(rest, ","); !strings.HasSuffix(strings.ToLower(head), ";base64") {
			return "is embedded, but not in base64"
		}
	case "https":
		if u, err := url.Parse(src); err == nil && home != "" && !sameSite(u.Hostname(), home) {
			return "comes from another site than the server, " + home
		}
	case "http":
		return "comes by http, and clients are told to accept https only"
	default:
		return fmt.Sprintf("has the scheme %q, which clients are told to reject", scheme)
	}
	return ""
}

// iconScheme is the scheme of a URI in lower case, "" when there is none. The
// characters after it are let pass: many an embedded picture is not encoded.
func iconScheme(src string) string {
	scheme, _, ok := strings.Cut(src, ":")
	if !ok || !isScheme(scheme) {
		return ""
	}
	return strings.ToLower(scheme)
}

// sameSite reports whether two hosts belong together: they are the same, or
// share their last two labels, as hosts of one owner mostly do.
func sameSite(a, b string) bool {
	owner := func(host string) string {
		labels := strings.Split(strings.ToLower(host), ".")
		return strings.Join(labels[max(0, len(labels)-2):], ".")
	}
	return strings.EqualFold(a, b) || strings.ContainsAny(a, "abcdefghijklmnopqrstuvwxyz") && owner(a) == owner(b)
}
