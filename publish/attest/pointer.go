package attest

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/mcpctl/mcpctl/internal/pattern"
	"github.com/mcpctl/mcpctl/publish/refusal"
)

// PointerKey is the name of mcpctl's pointer in the publisher's block of _meta.
const PointerKey = "io.github.mcpctl/attestations"

// MaxPublisherBytes is how long the publisher's block may be as compact JSON: a
// registry refuses a longer one.
const MaxPublisherBytes = 4096

// maxOCI bounds the images that a pointer makes its reader ask for; no more fit
// into the publisher's block.
const maxOCI = 64

// Pointer says in a server.json where the attestations of its release are. It is
// no part of what they attest.
type Pointer struct {
	// Subject is the digest of the canonical server.json, as of [Digest].
	Subject string `json:"subject"`
	// OCI are images or artifacts, host/repository@sha256:…, whose referrers are
	// the bundles.
	OCI []string `json:"oci,omitempty"`
	// URL is where the bundles lie as one file, a bundle a line.
	URL string `json:"url,omitempty"`
	// SHA256 is the hexadecimal hash of that file. Without a URL, the registry
	// itself has the file.
	SHA256 string `json:"sha256,omitempty"`
}

var (
	digestForm    = pattern.New(`^sha256:[0-9a-f]{64}$`)
	hashForm      = pattern.New(`^[0-9a-f]{64}$`)
	referenceForm = pattern.New(`^[a-zA-Z0-9][a-zA-Z0-9.-]*(:[0-9]{1,5})?(/[a-z0-9][a-z0-9._-]*)+@sha256:[0-9a-f]{64}$`)
)

// check says what is wrong with a pointer.
func (p Pointer) check() error {
	if !digestForm.MatchString(p.Subject) {
		return fmt.Errorf("its subject %q is no sha256: digest", clip(p.Subject))
	}
	if len(p.OCI) > maxOCI {
		return fmt.Errorf("it names more than %d images", maxOCI)
	}
	for _, ref := range p.OCI {
		if !referenceForm.MatchString(ref) {
			return fmt.Errorf("%q is no host/repository@sha256:… reference", clip(ref))
		}
	}
	if p.SHA256 != "" && !hashForm.MatchString(p.SHA256) {
		return fmt.Errorf("its sha256 %q is no hash of 64 hexadecimal digits", clip(p.SHA256))
	}
	if p.URL == "" {
		return nil
	}
	u, err := url.Parse(p.URL)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.User != nil:
		return fmt.Errorf("its url %q is no http or https address", clip(p.URL))
	case p.SHA256 == "":
		return errors.New("it has a url, but not the sha256 of what is there")
	}
	return nil
}

// PointerOf reads the pointer of a server.json; ok is false if it has none. It
// does not ask whether the pointer's subject is this document. Errors have the
// codes server-json-unreadable and pointer-unreadable.
func PointerOf(server []byte) (p Pointer, ok bool, err error) {
	blocks, err := locate(server)
	if err != nil {
		return Pointer{}, false, unreadable(err)
	}
	m, ok := blocks.publisher.find(PointerKey)
	if !ok {
		return Pointer{}, false, nil
	}
	err = exactly(server[m.value:m.end], &p, "subject", "oci", "url", "sha256")
	if err == nil {
		err = p.check()
	}
	if err != nil {
		return Pointer{}, false, &refusal.Refusal{Kind: refusal.Finding, Code: "pointer-unreadable",
			Doing: "reading the pointer to the attestations in server.json", Err: err,
			Mend: "Let the publisher write it anew with mcpctl publish, or name the bundles yourself."}
	}
	return p, true, nil
}

// WithPointer writes the pointer into a server.json, over an old one if there is
// one. The rest of the text stays byte for byte. Errors have the codes
// server-json-unreadable, pointer-unreadable, and pointer-too-big where the
// publisher's block would be longer than [MaxPublisherBytes].
func WithPointer(server []byte, p Pointer) ([]byte, error) {
	if err := p.check(); err != nil {
		return nil, &refusal.Refusal{Kind: refusal.Usage, Code: "pointer-unreadable",
			Doing: "writing the pointer to the attestations into server.json", Err: err,
			Mend: "Name references with their digest, and an http or https address with the hash of the file there."}
	}
	blocks, err := locate(server)
	if err != nil {
		return nil, unreadable(err)
	}
	out := blocks.write(p)
	if size := publisherSize(out); size > MaxPublisherBytes {
		return nil, &refusal.Refusal{Kind: refusal.Usage, Code: "pointer-too-big",
			Doing: "writing the pointer to the attestations into server.json",
			Why:   fmt.Sprintf("the publisher's block of _meta would have %d bytes, and registries take %d", size, MaxPublisherBytes),
			Mend:  "Take something out of _meta, or attach to fewer images."}
	}
	return out, nil
}

// publisherSize is the length of the publisher's block as the registry measures
// it: as encoding/json writes it.
func publisherSize(server []byte) int {
	var doc struct {
		Meta map[string]any `json:"_meta"`
	}
	if json.Unmarshal(server, &doc) != nil {
		return 0 // Canonical refuses such numbers
	}
	b, _ := json.Marshal(doc.Meta[publisherKey])
	return len(b)
}

// blocks are the objects of a document on the way to the pointer. Those that are
// missing have no end.
type blocks struct{ root, meta, publisher object }

// locate finds the objects on the way to the pointer in a strict document.
func locate(server []byte) (b blocks, err error) {
	if err := strict(server, MaxServer); err != nil {
		return b, err
	}
	var ok bool
	if b.root, ok = objectAt(server, len(server)-len(strings.TrimLeft(string(server), " \t\r\n"))); !ok {
		return b, errors.New("it is no JSON object")
	}
	if b.meta, err = below(b.root, metaKey); err == nil && b.meta.end > 0 {
		b.publisher, err = below(b.meta, publisherKey)
	}
	return b, err
}

// below is the object under a name; missing and null are the same to a registry.
func below(o object, name string) (object, error) {
	m, ok := o.find(name)
	if !ok || string(o.text[m.value:m.end]) == "null" {
		return object{}, nil
	}
	found, ok := objectAt(o.text, m.value)
	if !ok {
		return object{}, fmt.Errorf("%s is no object", name)
	}
	return found, nil
}

// write puts the pointer where it belongs, with the objects that are missing.
func (b blocks) write(p Pointer) []byte {
	doc := b.root.layout(layout{unit: "  ", colon: ":"})
	if doc.lead != "" {
		doc.unit = strings.TrimPrefix(doc.lead, doc.newline())
	}
	switch {
	case b.publisher.end > 0:
		return b.publisher.with(PointerKey, p, doc, 3)
	case b.meta.end > 0:
		return b.meta.with(publisherKey, map[string]any{PointerKey: p}, doc, 2)
	default:
		return b.root.with(metaKey, map[string]any{publisherKey: map[string]any{PointerKey: p}}, doc, 1)
	}
}

// clip shortens what a stranger wrote, for a message.
func clip(s string) string {
	if runes := []rune(s); len(runes) > 80 {
		return string(runes[:80]) + "…"
	}
	return s
}
