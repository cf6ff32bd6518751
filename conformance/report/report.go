// Package report writes what a run found, for people and for machines: one
// file per format, all from one conformance.Report.
//
// Everything in a report that a server said is hostile here. Formats that end
// in a terminal, a CI log or a page make it visible and harmless; the JSON
// family keeps its value and escapes what must not reach a terminal raw.
//
// # Adding a format
//
// Write a file with a function like those of Format.Write, add one line to
// Formats, and run go test -update ./conformance/report to write its golden
// files. Flags, completion and documentation follow from the list.
package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/mcpctl/mcpctl/conformance"
)

// Options are what the reader of a report chooses. Formats ignore what does
// not concern them.
type Options struct {
	// Color allows colours in text.
	Color bool
	// Width is the width of text in columns; 0 means 80.
	Width int
	// Verbose shows exchanges in full, and why checks were skipped or
	// unproven.
	Verbose bool
	// Strict lets warnings fail.
	Strict bool
	// Artifact is the file of the repository that SARIF results are pinned
	// to, since a finding about a live server has no line of its own and
	// viewers show none without. "" means README.md.
	Artifact string
}

// Format is one way to write a report.
type Format struct {
	// Name is what --format takes, Extension that of a file, without a dot.
	Name, Extension string
	// Doc says in a few words what the format is for.
	Doc string
	// Write writes the whole report. It keeps nothing, changes nothing in the
	// report, and may run at the same time as others. Its error is that of
	// the writer.
	Write func(io.Writer, *conformance.Report, Options) error
}

// Formats lists all formats in the order of documentation.
func Formats() []Format {
	return []Format{
		{"text", "txt", "for people, in a terminal", Text},
		{"json", "json", "the whole report, " + conformance.Schema, JSON},
		{"ndjson", "ndjson", "one JSON object per line: run, findings, summary", NDJSON},
		{"junit", "xml", "test results for CI systems", JUnit},
		{"sarif", "sarif", "SARIF 2.1.0 for code scanning", SARIF},
		{"markdown", "md", "a job summary or a comment", Markdown},
		{"github", "log", "annotations of GitHub Actions", GitHub},
		{"html", "html", "one self-contained page with matrix and wire logs", HTML},
		{"tap", "tap", "Test Anything Protocol 14", TAP},
	}
}

// Lookup finds a format by name. The error is an UnknownFormatError.
func Lookup(name string) (Format, error) {
	unknown := UnknownFormatError{Name: name}
	for _, f := range Formats() {
		if f.Name == name {
			return f, nil
		}
		unknown.Known = append(unknown.Known, f.Name)
	}
	return Format{}, unknown
}

// UnknownFormatError says that there is no format of that name.
type UnknownFormatError struct {
	Name  string
	Known []string
}

func (e UnknownFormatError) Error() string {
	return fmt.Sprintf("there is no report format %q; the formats are %s", e.Name, strings.Join(e.Known, ", "))
}
