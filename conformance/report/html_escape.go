package report

import (
	"net/url"
	"strings"
)

// escaper writes what HTML could read as its own, in text as in a quoted
// attribute. The plus sign is among it for readers that take a page for UTF-7.
var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;", "'", "&#39;", "+", "&#43;", "\x00", "\uFFFD")

// escaped is text for the page, as it stands between tags or within quotes.
func escaped[T ~string](text T) string { return escaper.Replace(string(text)) }

// webAddress is an address of the web as a link may have it, "" for any other: a
// scheme could run a script, and a user's name can look like a host.
func webAddress(text string) string {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil {
		return ""
	}
	return u.String()
}
