package cli

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/mcpctl/mcpctl/publish/serverjson"
)

// The objects of SARIF 2.1.0 that a check of files writes, by their names in the
// schema.
type (
	fileSARIF struct {
		Schema  string         `json:"$schema"`
		Version string         `json:"version"`
		Runs    []fileSARIFRun `json:"runs"`
	}
	fileSARIFRun struct {
		Tool       fileSARIFTool     `json:"tool"`
		ColumnKind string            `json:"columnKind"`
		Results    []fileSARIFResult `json:"results"`
	}
	fileSARIFTool struct {
		Driver fileSARIFDriver `json:"driver"`
	}
	fileSARIFDriver struct {
		Name  string          `json:"name"`
		URI   string          `json:"informationUri"`
		Rules []fileSARIFRule `json:"rules"`
	}
	fileSARIFRule struct {
		ID      string           `json:"id"`
		Short   fileSARIFText    `json:"shortDescription"`
		Help    fileSARIFText    `json:"help"`
		Default fileSARIFDefault `json:"defaultConfiguration"`
	}
	fileSARIFDefault struct {
		Level string `json:"level"`
	}
	fileSARIFText struct {
		Text string `json:"text"`
	}
	fileSARIFResult struct {
		Rule         string              `json:"ruleId"`
		Index        int                 `json:"ruleIndex"`
		Level        string              `json:"level"`
		Message      fileSARIFText       `json:"message"`
		Locations    []fileSARIFLocation `json:"locations"`
		Fingerprints map[string]string   `json:"partialFingerprints"`
	}
	fileSARIFLocation struct {
		Physical fileSARIFPhysical  `json:"physicalLocation"`
		Logical  []fileSARIFLogical `json:"logicalLocations,omitempty"`
	}
	fileSARIFPhysical struct {
		Artifact fileSARIFArtifact `json:"artifactLocation"`
		Region   fileSARIFRegion   `json:"region"`
	}
	fileSARIFArtifact struct {
		URI string `json:"uri"`
	}
	fileSARIFRegion struct {
		Line   int `json:"startLine"`
		Column int `json:"startColumn"`
	}
	fileSARIFLogical struct {
		Name string `json:"fullyQualifiedName"`
		Kind string `json:"kind"`
	}
)

// manifestSARIF is what code scanning shows beside the lines of server.json. The
// rules listed are those that were broken.
func manifestSARIF(findings []serverjson.Finding) fileSARIF {
	run := fileSARIFRun{
		Tool:       fileSARIFTool{fileSARIFDriver{"mcpctl publish check", "https://github.com/mcpctl/mcpctl", []fileSARIFRule{}}},
		ColumnKind: "unicodeCodePoints",
		Results:    []fileSARIFResult{},
	}
	index := map[string]int{}
	for _, f := range findings {
		i, ok := index[f.Rule]
		if !ok {
			i = len(run.Tool.Driver.Rules)
			index[f.Rule] = i
			rule, _ := serverjson.Lookup(f.Rule) // findings have known rules
			run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, fileSARIFRule{
				rule.ID, fileSARIFText{rule.Title}, fileSARIFText{rule.Mend}, fileSARIFDefault{string(rule.Level)},
			})
		}
		uri := (&url.URL{Path: filepath.ToSlash(f.File)}).String()
		location := fileSARIFLocation{Physical: fileSARIFPhysical{fileSARIFArtifact{uri}, fileSARIFRegion{f.Line, f.Column}}}
		if f.Pointer != "" {
			location.Logical = []fileSARIFLogical{{f.Pointer, "member"}}
		}
		sum := sha256.Sum256([]byte(f.File + "\x00" + f.Rule + "\x00" + f.Pointer))
		run.Results = append(run.Results, fileSARIFResult{
			Rule: f.Rule, Index: i, Level: string(f.Level), Message: noLinks(f.Reason + ". " + f.Mend),
			Locations: []fileSARIFLocation{location}, Fingerprints: map[string]string{"mcpctl/v1": hex.EncodeToString(sum[:16])},
		})
	}
	return fileSARIF{"https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json", "2.1.0", []fileSARIFRun{run}}
}

// noLinks is text in which a viewer finds no link of the document's making:
// SARIF reads [words](address) even in plain text.
func noLinks(text string) fileSARIFText {
	return fileSARIFText{strings.ReplaceAll(text, "](", "] (")}
}
