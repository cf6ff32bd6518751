package spec

// Transports is a set of transports.
type Transports uint8

// The transports.
const (
	Stdio Transports = 1 << iota
	HTTP             // Streamable HTTP
	SSE              // HTTP+SSE of 2024-11-05, also when hosted for older clients
)

// Has reports whether the set holds the transport "stdio", "http" or "sse".
// Any other name is in no set.
func (t Transports) Has(name string) bool {
	switch name {
	case "stdio":
		return t&Stdio != 0
	case "http":
		return t&HTTP != 0
	case "sse":
		return t&SSE != 0
	}
	return false
}

// Names lists the set as the catalogue spells it.
func (t Transports) Names() []string {
	var names []string
	for _, name := range []string{"stdio", "http", "sse"} {
		if t.Has(name) {
			names = append(names, name)
		}
	}
	return names
}
