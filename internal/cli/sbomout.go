package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"github.com/mcpctl/mcpctl/internal/atomic"
	"github.com/mcpctl/mcpctl/publish/sbom"
)

// deliverSBOM writes the bill, or what is to be told of it, and holds the score
// to the least that is asked for.
func (a *app) deliverSBOM(f sbomFlags, data []byte, s sbom.Summary) error {
	var err error
	result := bytes.NewBuffer(data)
	switch f.format {
	case "text":
		result = new(bytes.Buffer)
		err = s.Print(result)
	case "json":
		result = new(bytes.Buffer)
		encoder := json.NewEncoder(result)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", "  ")
		err = encoder.Encode(s)
	}
	if err != nil {
		return err
	}
	// Standard output belongs to the result, so the score goes there only if the
	// result goes to a file.
	talk := a.Err
	if f.out != "" {
		talk, err = a.Out, atomic.WriteFile(f.out, result.Bytes(), 0o644)
	} else {
		_, err = a.Out.Write(result.Bytes())
	}
	if err != nil {
		return &Error{Code: ExitEnvironment, Err: fmt.Errorf("writing the bill of materials: %w", err)}
	}
	return a.sbomScore(f, s.Score, talk)
}

func (a *app) sbomScore(f sbomFlags, s sbom.Score, talk io.Writer) error {
	if f.score && f.format != "text" && f.format != "json" { // which have it
		if err := s.Print(talk); err != nil {
			return &Error{Code: ExitEnvironment, Err: fmt.Errorf("writing the score: %w", err)}
		}
	}
	if s.Total >= f.minScore {
		return nil
	}
	return (&Error{Code: ExitFindings, Err: fmt.Errorf("the bill of materials is %d %% complete, less than the %d that --min-score asks for", s.Total, f.minScore)}).
		hinted("--score tells what is missing and how to mend it.")
}
