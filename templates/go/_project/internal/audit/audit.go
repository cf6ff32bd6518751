// Package audit writes down who did what. Each record carries the hash of the
// one before it, so that none can be changed, taken out or put in without
// breaking the chain. Arguments and results are not written, only a digest of
// the arguments.
//
// What a chain cannot show is that its end was cut off: send the lines to
// another machine, or note the hash of the last record elsewhere, for that.
package audit

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync"
	"time"
)

// Config says where the records go.
type Config struct {
	Path string `env:"MCP_AUDIT_PATH"` // file that records are added to; empty: standard error
}

// Record is one line of the log, in JSON.
type Record struct {
	Number    int64     `json:"n"`
	Time      time.Time `json:"time"`
	Caller    string    `json:"caller"`
	Session   string    `json:"session,omitempty"`
	Method    string    `json:"method"`
	Target    string    `json:"target,omitempty"` // tool, resource or prompt
	Outcome   string    `json:"outcome"`          // ok, tool_error, denied, or error and its code
	Millis    int64     `json:"ms"`
	Arguments string    `json:"arguments,omitempty"` // sha256:…
	Previous  string    `json:"previous"`            // hash of the record before; empty in the very first
	Hash      string    `json:"hash"`                // of this record with Hash empty
}

func (r Record) sum() string {
	r.Hash = ""
	raw, _ := json.Marshal(r) // texts, numbers and a time of this era always marshal
	hash := sha256.Sum256(raw)
	return hex.EncodeToString(hash[:])
}

// Log is a log under way. It is safe for concurrent use.
type Log struct {
	path   string
	now    func() time.Time
	mu     sync.Mutex
	out    io.Writer
	file   *os.File // out, if it is a file
	number int64
	last   string // hash of the last record
}

// Open goes on with the log that cfg names, from its last record; without a
// file, records go to fallback and a new chain begins.
func Open(cfg Config, fallback io.Writer) (*Log, error) {
	l := &Log{path: cfg.Path, now: time.Now, out: fallback}
	if cfg.Path == "" {
		return l, nil
	}
	last, err := lastRecord(cfg.Path)
	if err != nil {
		return nil, fmt.Errorf("reading the last record of the audit log: %w", err)
	}
	l.number, l.last = last.Number, last.Hash
	return l, l.reopen()
}

// Write adds a record; Number, Time (if not set) and the hashes are filled in.
func (l *Log) Write(r Record) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.followRotation(); err != nil {
		return err
	}
	if r.Time.IsZero() {
		r.Time = l.now()
	}
	r.Time = r.Time.UTC().Truncate(time.Microsecond)
	r.Number, r.Previous = l.number+1, l.last
	r.Hash = r.sum()
	line, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("writing to the audit log: %w", err)
	}
	if _, err := l.out.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("writing to the audit log: %w", err)
	}
	l.number, l.last = r.Number, r.Hash
	return nil
}

// Close writes what is buffered to the disk and closes the file.
func (l *Log) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil {
		return nil
	}
	return errors.Join(l.file.Sync(), l.file.Close())
}

// followRotation goes on in a new file when the old one was moved away. The
// chain runs on: the first record there points at the last one here.
func (l *Log) followRotation() error {
	if l.file == nil {
		return nil
	}
	open, err := l.file.Stat()
	if err != nil {
		return fmt.Errorf("looking at the audit log: %w", err)
	}
	named, err := os.Stat(l.path)
	if err == nil && os.SameFile(open, named) {
		return nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("looking at the audit log: %w", err)
	}
	return errors.Join(l.file.Close(), l.reopen())
}

func (l *Log) reopen() error {
	file, err := os.OpenFile(l.path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("opening the audit log: %w; check MCP_AUDIT_PATH", err)
	}
	l.file, l.out = file, file
	return nil
}

// lastRecord reads the last whole line; the zero Record if there is none.
func lastRecord(path string) (last Record, err error) {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return last, nil
	}
	if err != nil {
		return last, err
	}
	defer file.Close()
	lines := scan(file)
	for lines.Scan() {
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		last = Record{}
		if err := json.Unmarshal(lines.Bytes(), &last); err != nil {
			return last, fmt.Errorf("%s: %w: move the damaged file away to begin a new one", path, err)
		}
	}
	return last, lines.Err()
}

// scan reads lines of up to a megabyte, far beyond what a record takes.
func scan(r io.Reader) *bufio.Scanner {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	return lines
}
