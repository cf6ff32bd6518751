//go:build unix

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/mcpctl/mcpctl/conformance"
)

// tally is how much a run judged. What a program skipped, could not observe or
// only noted counts for nobody.
type tally struct {
	Checks   int // different checks
	Verdicts int // verdicts on them, over all revisions
}

// counter gathers a tally.
type counter struct {
	ids      map[string]bool
	verdicts int
}

func (c *counter) add(id string) {
	if c.ids == nil {
		c.ids = map[string]bool{}
	}
	c.ids[id] = true
	c.verdicts++
}

func (c *counter) tally() tally { return tally{len(c.ids), c.verdicts} }

// countMcpctl counts the passes, fails and warnings of a JSON report.
func countMcpctl(file string) (tally, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return tally{}, err
	}
	var report struct {
		Findings []struct {
			Check   string              `json:"check"`
			Verdict conformance.Verdict `json:"verdict"`
		} `json:"findings"`
	}
	if err := json.Unmarshal(data, &report); err != nil {
		return tally{}, fmt.Errorf("reading %s: %w", file, err)
	}
	var c counter
	for _, f := range report.Findings {
		switch f.Verdict {
		case conformance.Pass, conformance.Fail, conformance.Warn:
			c.add(f.Check)
		}
	}
	return c.tally(), nil
}

// countOfficial counts the successes, failures and warnings in the folder that
// the official suite writes: one checks.json a scenario.
func countOfficial(dir string) (tally, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*", "checks.json"))
	if err == nil && len(files) == 0 {
		err = errors.New("it wrote no results into " + dir)
	}
	if err != nil {
		return tally{}, err
	}
	var c counter
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return tally{}, err
		}
		var checks []struct{ ID, Status string }
		if err := json.Unmarshal(data, &checks); err != nil {
			return tally{}, fmt.Errorf("reading %s: %w", file, err)
		}
		for _, check := range checks {
			switch check.Status {
			case "SUCCESS", "FAILURE", "WARNING":
				c.add(check.ID)
			}
		}
	}
	return c.tally(), nil
}
