package bill

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
)

// algorithm answers the canonical name of a digest that the formats know and its
// length in bytes, whatever punctuation the name has.
func algorithm(name string) (string, int) {
	switch strings.ToLower(strings.NewReplacer("-", "", "_", "").Replace(name)) {
	case "md5":
		return "MD5", 16
	case "sha1":
		return "SHA-1", 20
	case "sha256":
		return "SHA-256", 32
	case "sha384":
		return "SHA-384", 48
	case "sha512":
		return "SHA-512", 64
	case "blake2b", "blake2b512":
		return "BLAKE2b-512", 64
	}
	return "", 0
}

// HexHash is a digest given in hexadecimal, as "sha256" and "ab01…".
func HexHash(name, value string) (Hash, error) {
	return hash(name, value, hex.DecodeString)
}

// PrefixedHash is a digest given as "sha256:ab01…".
func PrefixedHash(s string) (Hash, error) {
	name, value, ok := strings.Cut(s, ":")
	if !ok {
		return Hash{}, fmt.Errorf("the hash %.80q is not like sha256:<hexadecimal>", s)
	}
	return HexHash(name, value)
}

// Integrity are the digests of a subresource integrity string, as npm's lock
// files have it: "sha512-<base64>", several of them separated by blanks.
func Integrity(s string) ([]Hash, error) {
	var all []Hash
	for _, word := range strings.Fields(s) {
		word, _, _ = strings.Cut(word, "?") // options, which say nothing of content
		name, value, ok := strings.Cut(word, "-")
		if !ok {
			return nil, fmt.Errorf("the integrity %.120q is not like sha512-<base64>", s)
		}
		h, err := hash(name, value, base64.StdEncoding.DecodeString)
		if err != nil {
			return nil, err
		}
		all = append(all, h)
	}
	return all, nil
}

// GoSum is the digest of a module as go.sum has it: "h1:<base64>".
func GoSum(s string) (Hash, error) {
	value, ok := strings.CutPrefix(s, "h1:")
	if !ok {
		return Hash{}, fmt.Errorf("the sum %.80q is not like h1:<base64>", s)
	}
	h, err := hash("sha256", value, base64.StdEncoding.DecodeString)
	h.Over = "the sorted list of the module's files and their SHA-256 (Go's h1)"
	return h, err
}

func hash(name, value string, decode func(string) ([]byte, error)) (Hash, error) {
	canonical, size := algorithm(name)
	if canonical == "" {
		return Hash{}, fmt.Errorf("%.40q is no digest algorithm that CycloneDX and SPDX know", name)
	}
	raw, err := decode(value)
	if err != nil {
		return Hash{}, fmt.Errorf("the %s digest %.160q cannot be decoded: %w", canonical, value, err)
	}
	if len(raw) != size {
		return Hash{}, fmt.Errorf("the %s digest %.160q has %d bytes instead of %d", canonical, value, len(raw), size)
	}
	return Hash{Algorithm: canonical, Value: hex.EncodeToString(raw)}, nil
}
