package checks

import (
	"iter"
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/internal/pattern"
	"github.com/mcpctl/mcpctl/mcp"
)

func baseMetaKeyChecks() []conformance.Check {
	return []conformance.Check{{
		ID:     "base/meta/key-prefix",
		Title:  "the prefixes of _meta keys are labels joined by dots",
		Claims: claims{Handshake: ids{"base.meta.key-prefix-grammar"}, Stateless: ids{"base.meta.key-prefix-format"}},
		Watch:  baseMetaPrefix,
	}, {
		ID:     "base/meta/key-name",
		Title:  "the names of _meta keys are made of the allowed characters",
		Claims: claims{Handshake: ids{"base.meta.key-name-grammar"}, Stateless: ids{"base.meta.key-name-format"}},
		Watch:  baseMetaName,
		Fix:    "Begin the name with a letter or digit, and separate a prefix by a single slash, as in com.example/name.",
	}, {
		ID:     "base/meta/key-reserved",
		Title:  "no _meta key of the server's own has a prefix that is reserved for MCP",
		Claims: claims{Handshake: ids{"base.meta.reserved-prefix"}, Stateless: ids{"base.meta.reserved-prefix-unused"}},
		Watch:  baseMetaReserved,
		Fix:    "Use a prefix made from a domain of your own, as in com.example/name.",
	}, {
		ID:     "base/meta/key-reverse-dns",
		Title:  "the prefixes of _meta keys are domain names in reverse order",
		Claims: claims{Handshake: ids{"base.meta.reverse-dns"}, Stateless: ids{"base.meta.reverse-dns"}},
		Watch:  baseMetaReverseDNS,
	}, {
		ID:     "base/meta/trace-context",
		Title:  "trace context in _meta has the formats of the W3C",
		Claims: claims{Stateless: ids{"base.meta.trace-context-format"}},
		Watch:  baseTraceContext,
	}}
}

// metaKey is a key of a _meta object that the server sent.
type metaKey struct {
	conformance.Seen
	pointer      string
	key          string
	value        mcp.Value
	prefix, name string // of the key; prefixed tells an empty prefix from none
	prefixed     bool
}

// labels are those of the prefix.
func (k metaKey) labels() []string { return strings.Split(k.prefix, ".") }

// foreign are members beneath which the data is not the protocol's, so that a
// _meta there is none.
func foreign(name string) bool {
	return slices.Contains([]string{
		"structuredContent", "inputSchema", "outputSchema", "requestedSchema", "arguments", "data",
		"experimental", "extensions", "metadata", "input", "inputResponses",
	}, name)
}

// metaKeys are the keys of all _meta objects that the server sent.
func metaKeys(t *conformance.Traffic) iter.Seq[metaKey] {
	return func(yield func(metaKey) bool) {
		for m := range envelopes(t) {
			more := true
			m.Walk(func(pointer string, v mcp.Value) bool {
				last := pointer[strings.LastIndexByte(pointer, '/')+1:]
				if !more || foreign(last) {
					return false
				}
				if last != "_meta" {
					return true
				}
				for _, member := range v.Members() {
					k := metaKey{Seen: m, pointer: pointer + "/" + mcp.EscapePointer(member.Name), key: member.Name, value: member.Value}
					k.name = member.Name
					if prefix, name, ok := strings.Cut(member.Name, "/"); ok {
						k.prefix, k.name, k.prefixed = prefix, name, true
					}
					if more = more && yield(k); !more {
						return false
					}
				}
				return false
			})
			if !more {
				return
			}
		}
	}
}

var (
	isMetaLabel = pattern.New(`^[A-Za-z]([A-Za-z0-9-]*[A-Za-z0-9])?$`)
	isMetaName  = pattern.New(`^([A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?)?$`)
)

// noMeta is why the checks of keys saw nothing.
const noMeta = "the server sent no key in any _meta"

func baseMetaPrefix(t *conformance.Traffic) error {
	j := t.Judge()
	for k := range metaKeys(t) {
		j.Met(k.Seen)
		if !k.prefixed {
			continue
		}
		if bad := slices.IndexFunc(k.labels(), func(l string) bool { return !isMetaLabel.MatchString(l) }); bad >= 0 {
			j.Faultf(k.Seen, k.pointer, "the prefix of the _meta key %.80q has the label %.40q, which must begin with a letter and end with a letter or digit", k.key, k.labels()[bad])
		}
	}
	return j.Err(noMeta)
}

func baseMetaName(t *conformance.Traffic) error {
	j := t.Judge()
	for k := range metaKeys(t) {
		j.Met(k.Seen)
		if !isMetaName.MatchString(k.name) {
			j.Faultf(k.Seen, k.pointer, "the name %.60q in the _meta key %.80q must begin and end with a letter or digit and have only those, -, _ and . between", k.name, k.key)
		}
	}
	return j.Err(noMeta)
}

// reservedFor reports whether a prefix is reserved for MCP in a revision. In
// 2025-06-18 domain names stood in their usual order.
func (k metaKey) reservedFor(r mcp.Revision) bool {
	labels := k.labels()
	if !k.prefixed || len(labels) < 2 {
		return false
	}
	owner := labels[1]
	if r < mcp.Rev20251125 {
		owner = labels[len(labels)-2]
	}
	return owner == "mcp" || owner == "modelcontextprotocol"
}

// minted reports whether nobody but the server can have made a reserved key
// up. What any revision, official extension or the registry defines is not;
// nor is, with an extension of MCP's own declared, what that may define.
func (k metaKey) minted(t *conformance.Traffic) bool {
	defined := []string{
		mcp.MetaVersion, mcp.MetaClientInfo, mcp.MetaCapabilities, mcp.MetaLogLevel, mcp.MetaSubscriptionID, mcp.MetaServerInfo,
		"io.modelcontextprotocol/related-task", "io.modelcontextprotocol/model-immediate-response",
		"io.modelcontextprotocol/tasks", "io.modelcontextprotocol/ui",
	}
	if slices.Contains(defined, k.key) || k.prefix == "io.modelcontextprotocol.registry" {
		return false
	}
	if k.prefix != "io.modelcontextprotocol" {
		return true
	}
	return !slices.ContainsFunc(t.Facts.Capability("extensions").Members(), func(m mcp.Member) bool {
		return strings.HasPrefix(m.Name, "io.modelcontextprotocol/")
	})
}

func baseMetaReserved(t *conformance.Traffic) error {
	j := t.Judge()
	for k := range metaKeys(t) {
		j.Met(k.Seen)
		if k.reservedFor(t.Revision) && k.minted(t) {
			j.Faultf(k.Seen, k.pointer, "the _meta key %.80q has a prefix that is reserved for MCP, which does not define it", k.key)
		}
	}
	return j.Err(noMeta)
}

// usualTops are top-level domains that domain names of vendors end in.
func usualTops() []string {
	return []string{"com", "org", "net", "io", "dev", "ai", "app", "co", "info", "cloud", "edu", "gov", "tech"}
}

func baseMetaReverseDNS(t *conformance.Traffic) error {
	j := t.Judge()
	top := func(label string) bool { return slices.Contains(usualTops(), strings.ToLower(label)) }
	for k := range metaKeys(t) {
		labels := k.labels()
		if !k.prefixed {
			continue
		}
		j.Met(k.Seen)
		first, last := labels[0], labels[len(labels)-1]
		if len(labels) > 1 && top(last) && !top(first) && len(first) != 2 {
			j.Faultf(k.Seen, k.pointer, "the prefix of the _meta key %.80q looks like a domain name in its usual order; write %s/%s", k.key, reversed(labels), k.name)
		}
	}
	return j.Err("the server sent no _meta key with a prefix")
}

func reversed(labels []string) string {
	back := slices.Clone(labels)
	slices.Reverse(back)
	return strings.Join(back, ".")
}
