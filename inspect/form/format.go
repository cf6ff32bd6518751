package form

import (
	"net/mail"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"
)

// misformat says in what way text misses a format, "" when it does not, or when
// the format is not known here.
func misformat(format, text string) string {
	right, is := "", true
	switch format {
	case "date":
		_, err := time.Parse(time.DateOnly, text)
		right, is = "a date like 2026-12-31", err == nil
	case "date-time":
		_, err := time.Parse(time.RFC3339, strings.ToUpper(text))
		right, is = "a time like 2026-12-31T23:59:59Z", err == nil
	case "time":
		_, err := time.Parse("15:04:05Z07:00", strings.ToUpper(text))
		right, is = "a time like 23:59:59Z", err == nil
	case "duration":
		right, is = "a duration like P1DT2H", matches(`^P(\d+W|(\d+Y)?(\d+M)?(\d+D)?(T(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?)$`, text) && !strings.HasSuffix(text, "T") && text != "P"
	case "email", "idn-email":
		a, err := mail.ParseAddress(text)
		right, is = "an e-mail address", err == nil && a.Address == text && strings.Contains(text[strings.LastIndex(text, "@"):], ".")
	case "uri", "iri", "url":
		u, err := url.Parse(text)
		right, is = "an absolute URI", err == nil && u.IsAbs() && !strings.ContainsAny(text, " \t\n")
	case "uri-reference", "iri-reference":
		_, err := url.Parse(text)
		right, is = "a URI", err == nil && !strings.ContainsAny(text, " \t\n")
	case "hostname", "idn-hostname":
		right, is = "a host name", len(text) <= 253 && matches(`^([\pL\pN]([\pL\pN-]{0,61}[\pL\pN])?\.)*[\pL\pN]([\pL\pN-]{0,61}[\pL\pN])?\.?$`, text)
	case "ipv4":
		a, err := netip.ParseAddr(text)
		right, is = "an IPv4 address", err == nil && a.Is4()
	case "ipv6":
		a, err := netip.ParseAddr(text)
		right, is = "an IPv6 address", err == nil && a.Is6() && a.Zone() == ""
	case "uuid":
		right, is = "a UUID", matches(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`, text)
	case "json-pointer":
		right, is = "a JSON Pointer", text == "" || strings.HasPrefix(text, "/") && !matches(`~([^01]|$)`, text)
	case "regex":
		_, err := regexp.Compile(text)
		right, is = "a regular expression", err == nil
	}
	if is || !utf8.ValidString(text) {
		return ""
	}
	return "is not " + right
}

func matches(pattern, text string) bool { return regexp.MustCompile(pattern).MatchString(text) }
