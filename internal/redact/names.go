package redact

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Header answers a copy of h in which the values of headers that carry
// credentials by their name are marked out, and known secrets are removed from
// all others. The scheme of an Authorization (Bearer, Basic …) is kept: it is
// evidence and no secret.
func (r *Redactor) Header(h http.Header) http.Header {
	safe := h.Clone()
	for name, values := range safe {
		for i, value := range values {
			if SecretName(name) {
				values[i] = scheme(value) + Mark
			} else {
				values[i] = r.String(value)
			}
		}
	}
	return safe
}

// URL answers raw with its user information, and the values of parameters whose
// names say that they are secret, marked out in query and fragment, and known
// secrets removed. Everything else is kept byte for byte, valid URL or not.
func (r *Redactor) URL(raw string) string {
	rest, fragment, hasFragment := strings.Cut(raw, "#")
	rest, query, hasQuery := strings.Cut(rest, "?")
	safe := withoutUser(rest)
	if hasQuery {
		safe += "?" + withoutSecrets(query)
	}
	if hasFragment {
		safe += "#" + withoutSecrets(fragment)
	}
	return r.String(safe)
}

// SecretName reports whether a header, parameter or variable of that name is
// taken for a secret.
func SecretName(name string) bool {
	name = strings.ToLower(name)
	if slices.Contains([]string{"cookie", "set-cookie", "code", "assertion", "sig"}, name) {
		return true
	}
	for _, word := range []string{"authorization", "token", "secret", "key", "password", "passwd", "credential", "signature"} {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}

func scheme(value string) string {
	word, credentials, found := strings.Cut(value, " ")
	if !found || credentials == "" {
		return ""
	}
	switch strings.ToLower(word) {
	case "bearer", "basic", "digest", "dpop", "negotiate":
		return word + " "
	}
	return ""
}

func withoutUser(s string) string {
	start := strings.Index(s, "//")
	if start < 0 {
		return s
	}
	authority, path, hasPath := strings.Cut(s[start+2:], "/")
	at := strings.LastIndex(authority, "@")
	if at < 0 {
		return s
	}
	safe := s[:start+2] + Mark + authority[at:]
	if hasPath {
		safe += "/" + path
	}
	return safe
}

func withoutSecrets(query string) string {
	parts := strings.Split(query, "&")
	for i, part := range parts {
		name, _, hasValue := strings.Cut(part, "=")
		plain, err := url.QueryUnescape(name)
		if err != nil {
			plain = name
		}
		if hasValue && SecretName(plain) {
			parts[i] = name + "=" + Mark
		}
	}
	return strings.Join(parts, "&")
}
