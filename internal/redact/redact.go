// Package redact keeps secrets out of what mcpctl shows, writes and records. A
// Redactor knows the secrets of a run and removes them from any text, however
// they are spelled there; names.go removes what a header's or parameter's name
// gives away as secret, known or not.
package redact

import "encoding/base64"

// Mark stands where a secret stood.
const Mark = "[redacted]"

// A Redactor removes known secrets from text. It is immutable and safe for
// concurrent use. A nil Redactor knows no secret.
type Redactor struct {
	patterns []pattern
	starts   [256]bool // bytes with which some pattern can begin
}

// New answers a Redactor of those secrets; empty ones are ignored. A secret is
// also found with some or all of it percent-encoded or escaped as in JSON, and
// inside base64 of either alphabet at any alignment, as in Basic credentials.
// Very short secrets (below five bytes) are not looked for in base64, where they
// would match by chance.
func New(secrets ...string) *Redactor {
	r := &Redactor{}
	seen := map[string]bool{}
	add := func(text string, spell spelling) {
		if text == "" || seen[text] {
			return
		}
		seen[text] = true
		p := pattern{text: text, spell: spell}
		r.patterns = append(r.patterns, p)
		for b := range r.starts {
			r.starts[b] = r.starts[b] || p.canStart(byte(b))
		}
	}
	for _, secret := range secrets {
		add(secret, plain)
		for _, form := range base64Forms(secret) {
			add(form, base64Text)
		}
	}
	return r
}

// String answers s without the secrets.
func (r *Redactor) String(s string) string {
	if r == nil || len(r.patterns) == 0 {
		return s
	}
	return string(r.Bytes([]byte(s)))
}

// Bytes answers a copy of b without the secrets; without any it may answer b.
func (r *Redactor) Bytes(b []byte) []byte {
	if r == nil || len(r.patterns) == 0 {
		return b
	}
	out, _, _ := r.scan(make([]byte, 0, len(b)), b, 0, true)
	return out
}

// scan appends buf without the secrets to out. The first covered bytes of buf
// belong to a secret for which a mark was already written. Unless this is the
// end of the text, scan stops where a secret may have begun whose rest is still
// to come; it answers how much of buf it used and how many of the bytes after
// that are covered.
func (r *Redactor) scan(out, buf []byte, covered int, end bool) (_ []byte, used, stillCovered int) {
	for i, b := range buf {
		if r.starts[b] {
			length, more := r.match(buf[i:])
			if more && !end {
				return out, i, covered
			}
			if length > 0 && covered == 0 {
				out = append(out, Mark...)
			}
			// Secrets may overlap: the mark covers as far as the last of them.
			covered = max(covered, length)
		}
		if covered > 0 {
			covered--
		} else {
			out = append(out, b)
		}
	}
	return out, len(buf), covered
}

// match answers the length of the longest secret at the beginning of text, and
// whether some secret may be there of which text holds only the beginning.
func (r *Redactor) match(text []byte) (length int, more bool) {
	for _, p := range r.patterns {
		n, unfinished := p.match(text)
		length = max(length, n)
		more = more || unfinished
	}
	return length, more
}

// base64Forms answers how secret reads inside base64. Which characters those are
// depends on how many bytes stand before it, modulo three; only characters that
// it determines wholly are taken, and besides them the forms that it has where
// the text ends with it, padded and not.
func base64Forms(secret string) []string {
	if len(secret) < 5 {
		return nil // five characters or fewer would be found by chance
	}
	var forms []string
	for before := range 3 {
		data := append(make([]byte, before), secret...)
		encoded := base64.StdEncoding.EncodeToString(data)
		raw := base64.RawStdEncoding.EncodeToString(data)
		first := (8*before + 5) / 6
		last := 8 * len(data) / 6
		forms = append(forms, encoded[first:], raw[first:], raw[first:last])
	}
	return forms
}
