package sbom

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// MaxDocument is the size of the largest bill that Read takes, in bytes.
const MaxDocument = 64 << 20

// Document is what a bill of any tool and format says of the elements that a
// bill should have.
type Document struct {
	Format    string // "CycloneDX" or "SPDX"
	Version   string // of the format
	Subject   string // the product, as "name version"
	Authors   []string
	Tools     []string
	Timestamp string
	Phases    []string // of the product's making
	// Coverage tells that the bill says how complete it is.
	Coverage   bool
	Components []Part // the product among them
}

// Part is what a document says of a component.
type Part struct {
	Name, Version, Supplier string
	Identifier              string // purl, CPE or the like
	Hashed, Licensed        bool
	Related                 bool // stands in a relationship to another
}

// label is how a part is called in messages.
func (p Part) label() string {
	if p.Name == "" {
		return "(no name) " + p.Identifier
	}
	if p.Version == "" {
		return p.Name
	}
	return p.Name + " " + p.Version
}

// Read reads a bill of any tool: CycloneDX in JSON or XML of any version that
// its library knows, or SPDX 2.1 to 2.3 in JSON.
func Read(data []byte) (*Document, error) {
	if len(data) > MaxDocument {
		return nil, fmt.Errorf("cannot read the bill of materials: it has more than %d bytes", MaxDocument)
	}
	data = bytes.TrimSpace(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")))
	if bytes.HasPrefix(data, []byte("<")) {
		return readCycloneDX(data, true)
	}
	var kind struct {
		BOMFormat   string `json:"bomFormat"`
		SPDXVersion string `json:"spdxVersion"`
		Context     any    `json:"@context"`
	}
	if err := json.Unmarshal(data, &kind); err != nil {
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			before := data[:min(max(syntax.Offset-1, 0), int64(len(data)))]
			return nil, fmt.Errorf("cannot read the bill of materials: line %d, column %d: it is neither JSON nor XML: %w", bytes.Count(before, []byte("\n"))+1, len(before)-bytes.LastIndexByte(before, '\n'), err)
		}
		return nil, fmt.Errorf("cannot read the bill of materials: it is neither CycloneDX nor SPDX: %w", err)
	}
	switch {
	case kind.BOMFormat == "CycloneDX":
		return readCycloneDX(data, false)
	case strings.HasPrefix(kind.SPDXVersion, "SPDX-2."):
		return readSPDX(data)
	case kind.SPDXVersion != "" || kind.Context != nil:
		return nil, fmt.Errorf("cannot read the bill of materials: it is of another version of SPDX (%.40q) than 2.1 to 2.3", kind.SPDXVersion)
	}
	return nil, errors.New("cannot read the bill of materials: it has neither bomFormat, as CycloneDX has, nor spdxVersion, as SPDX has")
}
