package desk

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"path"

	"github.com/mcpctl/mcpctl/internal/pattern"
)

// MaxAttestations is the largest file of bundles that is kept, in bytes.
const MaxAttestations = 16 << 20

var hexSum = pattern.New(`^[0-9a-f]{64}$`)

// Attestations reads the file of bundles with that SHA-256. The refusals are
// not-found, rejected for what is no digest, and store-unusable for bytes that
// are not those that were stored.
func (s *Store) Attestations(_ context.Context, sum string) ([]byte, error) {
	doing := "looking for the attestations " + sum[:min(12, len(sum))] + " in " + s.Dir
	b, err := s.attestations(sum)
	if err != nil && unproblem(err) != nil {
		return nil, broken(doing, err)
	}
	return b, refused(doing, err)
}

// PutAttestations keeps a file of bundles, one a line. Doing so twice is as
// once. The token is not looked at.
func (s *Store) PutAttestations(ctx context.Context, jsonl []byte, _ string) error {
	doing := "storing attestations in " + s.Dir
	_, err := s.putAttestations(ctx, doing, sumOf(jsonl), jsonl)
	return refused(doing, err)
}

func (s *Store) attestations(sum string) ([]byte, error) {
	if !hexSum.MatchString(sum) {
		return nil, badSum()
	}
	b, err := s.read(attestationsFile(sum), MaxAttestations)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, problemf(http.StatusNotFound, "Attestations not found")
	case err != nil:
		return nil, err
	case sumOf(b) != sum:
		return nil, fmt.Errorf("%s does not hold what its name says: it has been changed", attestationsFile(sum))
	}
	return b, nil
}

// putAttestations tells whether the file is new.
func (s *Store) putAttestations(ctx context.Context, doing, sum string, jsonl []byte) (fresh bool, err error) {
	switch {
	case !hexSum.MatchString(sum):
		return false, badSum()
	case len(jsonl) > MaxAttestations:
		return false, tooLarge(MaxAttestations)
	case sumOf(jsonl) != sum:
		return false, problemf(http.StatusBadRequest, "The content has another SHA-256 than the path says")
	}
	if err := lines(jsonl); err != nil {
		return false, problemf(http.StatusUnprocessableEntity, "validation failed").with(err.Error())
	}
	err = s.locked(ctx, doing, func() error {
		if _, err := s.attestations(sum); err == nil {
			return nil
		}
		fresh = true
		if err := s.write(attestationsFile(sum), jsonl); err != nil {
			return broken(doing, err)
		}
		return nil
	})
	return fresh, err
}

func badSum() *problem {
	return problemf(http.StatusBadRequest, "The path ends with no SHA-256 in 64 hexadecimal digits")
}

func attestationsFile(sum string) string { return path.Join(attestationsDir, sum+".jsonl") }

func sumOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// lines refuses what is not one JSON object a line.
func lines(jsonl []byte) error {
	text := bytes.TrimSuffix(jsonl, []byte("\n"))
	n := 0
	for line := range bytes.SplitSeq(text, []byte("\n")) {
		n++
		if !bytes.HasPrefix(line, []byte("{")) || !json.Valid(line) {
			return fmt.Errorf("line %d is no JSON object", n)
		}
	}
	return nil
}
