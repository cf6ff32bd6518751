package attach

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/mcpctl/mcpctl/publish/refusal"
)

// BundleType is the media type of the bundles that are kept here.
const BundleType = "application/vnd.dev.sigstore.bundle.v0.3+json"

const anyBundle = "application/vnd.dev.sigstore.bundle"

// Lines is the file of a release's attestations: one bundle a line, and the
// SHA-256 of the file in 64 hex digits. Bundles keep their order and lose the
// white space between their tokens. One that is no JSON makes a line that
// ParseLines refuses.
func Lines(bundles [][]byte) (jsonl []byte, sha256 string) {
	var out bytes.Buffer
	for _, bundle := range bundles {
		if err := json.Compact(&out, bundle); err != nil {
			out.Write(bytes.ReplaceAll(bundle, []byte("\n"), []byte(" ")))
		}
		out.WriteByte('\n')
	}
	return out.Bytes(), strings.TrimPrefix(digestOf(out.Bytes()), "sha256:")
}

// ParseLines reads what Lines has written. Blank lines are left out; whether a
// bundle proves anything is for its verifier to say. Refusals: bundle-unreadable
// (with the line), bundle-too-big, referrers-too-many.
func ParseLines(b []byte) ([][]byte, error) {
	const doing = "reading the attestations' file"
	if len(b) > maxTotal {
		return nil, tooBig(doing, fmt.Sprintf("it is bigger than %d MiB", maxTotal>>20))
	}
	var bundles [][]byte
	number := 0
	for line := range bytes.Lines(b) {
		number++
		line = bytes.TrimSpace(line)
		switch {
		case len(line) == 0:
			continue
		case len(line) > MaxBundle:
			return nil, tooBig(doing, fmt.Sprintf("line %d is bigger than %d MiB", number, MaxBundle>>20))
		case len(bundles) == MaxBundles:
			return nil, tooMany(doing, fmt.Sprintf("it has more than %d bundles", MaxBundles))
		}
		if _, err := readBundle(line); err != nil {
			return nil, unreadable(fmt.Sprintf("%s, line %d", doing, number), err)
		}
		bundles = append(bundles, bytes.Clone(line))
	}
	return bundles, nil
}

// bundle is the little of a Sigstore bundle that its label in a registry tells.
type bundle struct {
	compact       []byte // without white space: the same bundle, the same digest
	predicateType string
}

// readBundle reads a bundle that holds an in-toto statement in a DSSE envelope.
// It verifies nothing.
func readBundle(raw []byte) (*bundle, error) {
	var outer struct {
		MediaType string `json:"mediaType"`
		Envelope  *struct {
			Payload     []byte `json:"payload"`
			PayloadType string `json:"payloadType"`
		} `json:"dsseEnvelope"`
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, raw); err != nil {
		return nil, fmt.Errorf("it is no JSON: %w", err)
	}
	if err := json.Unmarshal(raw, &outer); err != nil {
		return nil, fmt.Errorf("it is no Sigstore bundle: %w", err)
	}
	if outer.MediaType != BundleType {
		return nil, fmt.Errorf("its media type is %q where %s is read", cut(outer.MediaType), BundleType)
	}
	if outer.Envelope == nil || outer.Envelope.PayloadType != "application/vnd.in-toto+json" {
		return nil, errors.New("it signs no in-toto statement")
	}
	var statement struct {
		PredicateType string `json:"predicateType"`
	}
	if err := json.Unmarshal(outer.Envelope.Payload, &statement); err != nil {
		return nil, fmt.Errorf("its statement is not readable: %w", err)
	}
	if statement.PredicateType == "" {
		return nil, errors.New("its statement has no predicateType")
	}
	return &bundle{compact: compact.Bytes(), predicateType: statement.PredicateType}, nil
}

func cut(s string) string {
	if len(s) > 100 {
		return s[:100] + "…"
	}
	return s
}

func unreadable(doing string, err error) error {
	return &refusal.Refusal{
		Kind: refusal.Finding, Code: "bundle-unreadable", Doing: doing, Err: err,
		Mend: "Take a Sigstore bundle v0.3 with an in-toto statement, as mcpctl sign and cosign attest --new-bundle-format write it.",
	}
}

func tooBig(doing, why string) error {
	return &refusal.Refusal{Kind: refusal.Finding, Code: "bundle-too-big", Doing: doing, Why: why, Mend: "Make the statement smaller; a bill of materials can leave out what is only needed to build."}
}

func tooMany(doing, why string) error {
	return &refusal.Refusal{Kind: refusal.Finding, Code: "referrers-too-many", Doing: doing, Why: why, Mend: "Remove what is not needed there any more."}
}
