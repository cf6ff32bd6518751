package compat

import "slices"

// formats are examples of the formats that are known, by addresses and names
// that are reserved for examples.
func examples(format string) []string {
	switch format {
	case "date-time":
		return []string{"2025-01-01T00:00:00Z", "1999-12-31T23:59:59.5+01:00"}
	case "date":
		return []string{"2025-01-01", "1999-12-31"}
	case "time":
		return []string{"00:00:00Z", "23:59:59.5+01:00"}
	case "duration":
		return []string{"PT1S", "P1Y2M3DT4H5M6S"}
	case "email", "idn-email":
		return []string{"user@example.com", "a@example.org"}
	case "hostname", "idn-hostname":
		return []string{"example.com", "a.example", "localhost"}
	case "ipv4":
		return []string{"192.0.2.1", "203.0.113.255"}
	case "ipv6":
		return []string{"2001:db8::1", "::1"}
	case "uri", "iri":
		return []string{"https://example.com/", "urn:x:1", "https://example.com/a/longer/path?and=query#fragment"}
	case "uri-reference", "iri-reference":
		return []string{"/", "a", "https://example.com/", ""}
	case "uri-template":
		return []string{"/{x}", "https://example.com/{a}/{b}"}
	case "uuid":
		return []string{"00000000-0000-4000-8000-000000000000", "123e4567-e89b-12d3-a456-426614174000"}
	case "json-pointer":
		return []string{"", "/x", "/a/0"}
	case "relative-json-pointer":
		return []string{"0", "1/a"}
	case "regex":
		return []string{"x", "^[a-z]+$", ""}
	}
	return nil
}

// knownFormat reports whether a format is one of JSON Schema's, which are all
// about strings.
func knownFormat(format string) bool { return examples(format) != nil }

// within reports whether all that is of one format is of another, too.
func within(format, other string) bool {
	wider := map[string][]string{
		"uri":           {"uri-reference", "iri", "iri-reference"},
		"uri-reference": {"iri-reference"},
		"iri":           {"iri-reference"},
		"email":         {"idn-email"},
		"hostname":      {"idn-hostname"},
	}
	return format == other || slices.Contains(wider[format], other)
}
