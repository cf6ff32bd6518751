package mcp

import "slices"

// Revision is a dated revision of the protocol, such as "2025-11-25". The
// dates are ISO 8601, so comparing the strings gives their order.
type Revision string

// The revisions of the protocol that mcpctl speaks.
const (
	Rev20241105 Revision = "2024-11-05"
	Rev20250326 Revision = "2025-03-26"
	Rev20250618 Revision = "2025-06-18"
	Rev20251125 Revision = "2025-11-25"
	Rev20260728 Revision = "2026-07-28"
)

// Timeline returns the revisions that mcpctl speaks, oldest first.
func Timeline() []Revision {
	return []Revision{Rev20241105, Rev20250326, Rev20250618, Rev20251125, Rev20260728}
}

// Known reports whether mcpctl speaks r.
func (r Revision) Known() bool { return slices.Contains(Timeline(), r) }

// Era is the way in which a revision opens a conversation.
type Era int

const (
	// Handshake revisions open a session with initialize.
	Handshake Era = iota
	// Stateless revisions carry version and capabilities in every request.
	Stateless
)

// String names the era as reports show it.
func (e Era) String() string {
	if e == Stateless {
		return "stateless"
	}
	return "handshake"
}

// Era tells how conversations of r begin.
func (r Revision) Era() Era {
	if r >= Rev20260728 {
		return Stateless
	}
	return Handshake
}

// Span is an unbroken range of revisions, both ends included. An empty First
// or Last leaves that end open.
type Span struct{ First, Last Revision }

// Since is the span from r on.
func Since(r Revision) Span { return Span{First: r} }

// Only is the span of r alone.
func Only(r Revision) Span { return Span{First: r, Last: r} }

// Between is the span from first to last.
func Between(first, last Revision) Span { return Span{First: first, Last: last} }

// Has reports whether r lies in the span.
func (s Span) Has(r Revision) bool {
	return r >= s.First && (s.Last == "" || r <= s.Last)
}
