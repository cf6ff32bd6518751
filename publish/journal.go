package publish

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/mcpctl/mcpctl/internal/atomic"
	"github.com/mcpctl/mcpctl/internal/pattern"
	"github.com/mcpctl/mcpctl/publish/attach"
	"github.com/mcpctl/mcpctl/publish/refusal"
)

// journalSchema names the shape of a journal.
const journalSchema = "mcpctl.publish-journal/v1"

const (
	journalFile = "journal.json"
	maxJournal  = 4 << 20 // bytes
)

// journal is what is kept of a release on its way, so that nothing is signed
// twice and undo knows what there is. It has no secrets. The outside world, not
// the journal, says what is done.
type journal struct {
	Schema  string    `json:"schema"`
	Name    string    `json:"name"`
	Version string    `json:"version"`
	Digest  string    `json:"digest"` // of all that the release is bound to
	Created time.Time `json:"created"`
	// Signed are the bundles, by the statement's name: files beside the journal.
	Signed map[string]signedBundle `json:"signed"`
	// Attached are the digests of the referrers, by image.
	Attached map[string][]string `json:"attached,omitempty"`
	// Targets are the registries that it goes to, Registries those that have it,
	// each since when.
	Targets    []string             `json:"targets,omitempty"`
	Registries map[string]time.Time `json:"registries,omitempty"`

	dir string
}

type signedBundle struct {
	Statement string `json:"statement"` // digest of its bytes
	Bundle    string `json:"bundle"`    // digest of its bytes
}

// journalDir is where the journal of a release lies.
func journalDir(state, name, version string) string {
	return filepath.Join(state, "publish", plainName(name+"@"+version))
}

var notPlain = pattern.New(`[^A-Za-z0-9._@+-]`)

// plainName is a file name for anything: what is long or has other characters
// gets a piece of its digest, so that two never share one.
func plainName(s string) string {
	clean := notPlain.ReplaceAllString(strings.Replace(s, "/", "--", 1), "_")
	if len(clean) > 120 || strings.Replace(s, "/", "--", 1) != clean || strings.Contains(s, "--") {
		return clean[:min(len(clean), 100)] + "-" + strings.TrimPrefix(sum([]byte(s)), "sha256:")[:12]
	}
	return clean
}

// readJournal reads the journal of a release, nil if there is none.
func readJournal(r *Release) (*journal, error) {
	return openJournal(journalDir(r.Settings.State, r.Name, r.Version))
}

func openJournal(dir string) (*journal, error) {
	b, err := readBounded(filepath.Join(dir, journalFile), maxJournal)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	j := &journal{dir: dir}
	if err == nil {
		err = json.Unmarshal(b, j)
	}
	if err == nil && j.Schema != journalSchema {
		err = fmt.Errorf("it is of the kind %q, which this mcpctl does not know", j.Schema)
	}
	if err != nil {
		return nil, &refusal.Refusal{Kind: refusal.Usage, Code: "journal-unreadable", Doing: "reading the journal of an earlier run", Err: err,
			Mend: "Remove " + dir + ": what is published stays so, and is found again."}
	}
	return j, nil
}

// begin is a journal of the release as it is: the one that is there, or, if that
// is of other content, a new one. Nothing is written yet.
func begin(r *Release) (*journal, error) {
	j, err := readJournal(r)
	if err != nil {
		return nil, err
	}
	if j == nil || j.Digest != r.content() {
		old := j
		j = &journal{Schema: journalSchema, Name: r.Name, Version: r.Version, Digest: r.content(), Created: r.Created,
			dir: journalDir(r.Settings.State, r.Name, r.Version)}
		if old != nil { // for undo
			j.Attached, j.Targets, j.Registries = old.Attached, old.Targets, old.Registries
		}
	}
	return j.filled(), nil
}

// filled has a map where there was none.
func (j *journal) filled() *journal {
	if j.Signed == nil {
		j.Signed = map[string]signedBundle{}
	}
	if j.Attached == nil {
		j.Attached = map[string][]string{}
	}
	if j.Registries == nil {
		j.Registries = map[string]time.Time{}
	}
	return j
}

// bundle is the bundle of a statement, nil if it was not signed yet. A file that
// is not what was signed counts for nothing.
func (j *journal) bundle(s Statement) []byte {
	kept, ok := j.Signed[s.Name]
	if !ok || kept.Statement != sum(s.Bytes) {
		return nil
	}
	b, err := readBounded(filepath.Join(j.dir, bundleFile(s.Name)), attach.MaxBundle)
	if err != nil || sum(b) != kept.Bundle || !bytes.Equal(payload(b), s.Bytes) {
		return nil
	}
	return b
}

func bundleFile(name string) string { return plainName(name) + ".sigstore.json" }

// sign keeps the bundle of a statement: first the file, then the journal, so that
// the journal never names what is not there.
func (j *journal) sign(s Statement, bundle []byte) error {
	if err := j.write(bundleFile(s.Name), bundle); err != nil {
		return err
	}
	j.Signed[s.Name] = signedBundle{Statement: sum(s.Bytes), Bundle: sum(bundle)}
	return j.save()
}

// save writes the journal.
func (j *journal) save() error {
	b, err := json.MarshalIndent(j, "", "  ")
	if err != nil {
		return err
	}
	return j.write(journalFile, append(b, '\n'))
}

// write writes a file of the journal's folder. It keeps git out of it, and does
// not follow a link that somebody laid there.
func (j *journal) write(name string, b []byte) error {
	parent := filepath.Dir(j.dir)
	err := os.MkdirAll(j.dir, 0o700)
	for _, dir := range []string{filepath.Dir(parent), parent, j.dir} {
		if err == nil {
			err = realFolder(dir)
		}
	}
	ignore := filepath.Join(parent, ".gitignore")
	if _, missing := os.Lstat(ignore); err == nil && errors.Is(missing, fs.ErrNotExist) {
		err = atomic.WriteFile(ignore, []byte("*\n"), 0o600)
	}
	if err == nil {
		err = atomic.WriteFile(filepath.Join(j.dir, name), b, 0o600)
	}
	if err != nil {
		return &refusal.Refusal{Kind: refusal.Environment, Code: "journal-unwritable", Doing: "writing the journal of the release", Err: err,
			Mend: "Give a folder that can be written with --state, and run the same command again."}
	}
	return nil
}

func realFolder(dir string) error {
	info, err := os.Lstat(dir)
	if err == nil && !info.IsDir() {
		err = fmt.Errorf("%s is no folder, or a link to one", dir)
	}
	return err
}

func readBounded(path string, most int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was only read
	b, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(b)) > most {
		err = fmt.Errorf("%s has more than %d bytes", path, most)
	}
	return b, err
}
