package audit

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
)

// Summary is what a verified piece of a log says of itself.
type Summary struct {
	Records int64
	First   string // the hash that the first record points at; empty at the beginning of a chain
	Last    string // hash of the last record
}

// Verify checks the chain of a log. The error names the first line that does
// not fit.
func Verify(r io.Reader) (Summary, error) {
	var s Summary
	var before Record
	lines := scan(r)
	for lines.Scan() {
		s.Records++
		var record Record
		if err := json.Unmarshal(lines.Bytes(), &record); err != nil {
			return s, fmt.Errorf("line %d is no record: %w", s.Records, err)
		}
		switch {
		case record.Hash != record.sum():
			return s, fmt.Errorf("line %d was changed: its hash does not fit", s.Records)
		case s.Records > 1 && record.Previous != before.Hash:
			return s, fmt.Errorf("before line %d something is missing or was put in: it points at another record", s.Records)
		case s.Records > 1 && record.Number != before.Number+1:
			return s, fmt.Errorf("line %d has the number %d after %d", s.Records, record.Number, before.Number)
		}
		if s.Records == 1 {
			s.First = record.Previous
		}
		before, s.Last = record, record.Hash
	}
	if err := lines.Err(); err != nil {
		return s, fmt.Errorf("reading the log: %w", err)
	}
	return s, nil
}

// VerifyFile checks the log in a file and tells w how that went.
func VerifyFile(path string, w io.Writer) error {
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("opening the audit log: %w", err)
	}
	defer file.Close()
	s, err := Verify(file)
	if err != nil {
		return fmt.Errorf("the audit log %s is broken: %w", path, err)
	}
	origin := "the chain begins here"
	if s.First != "" {
		origin = "the first follows " + s.First + " (the last of the file before)"
	}
	_, err = fmt.Fprintf(w, "%d records, unbroken; %s; the last is %s\n", s.Records, origin, s.Last)
	return err
}
