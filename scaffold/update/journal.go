package update

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"

	"github.com/mcpctl/mcpctl/scaffold"
)

// journalName is the file whose presence says that an update has begun and not
// ended: as long as it stands, the old state is the right one.
const journalName = staging + "/journal.json"

// maxJournal bounds the journal, in bytes.
const maxJournal = 4 << 20

// journal says what each path held before the update and what it was to hold.
type journal struct {
	Schema  string   `json:"schema"` // "mcpctl.update-journal/v1"
	Files   []entry  `json:"files"`
	Folders []string `json:"folders,omitempty"` // those that are made, outermost first
}

// entry has digests; an empty one means that there is no file.
type entry struct {
	Path string `json:"path"`
	Old  string `json:"old"`
	New  string `json:"new"`
}

const journalSchema = "mcpctl.update-journal/v1"

// Recover restores the state before an update that was broken off: killed, or
// by a failure of the machine. It reports whether there was one. What was only
// staged is thrown away.
func Recover(dir string) (found bool, err error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return false, fmt.Errorf("opening the project: %w", err)
	}
	defer func() { _ = root.Close() }() // only the handle of a folder
	f := folder{root: root}
	if _, err := root.Lstat(staging); errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if _, err := root.Lstat(journalName); errors.Is(err, fs.ErrNotExist) {
		return false, f.discard() // nothing had begun, or all was done
	}
	return true, f.undo()
}

// Interrupted reports whether an update of the project was broken off, so that
// Recover has something to restore.
func Interrupted(dir string) bool {
	_, err := os.Lstat(filepath.Join(dir, filepath.FromSlash(journalName)))
	return err == nil
}

// begin writes the journal, in one moment.
func (f folder) begin(steps []step) error {
	j := journal{Schema: journalSchema}
	for _, s := range steps {
		j.Files = append(j.Files, entry{Path: s.path, Old: s.oldHash(), New: s.newHash()})
		for dir := path.Dir(s.path); !s.leaves && dir != "."; dir = path.Dir(dir) {
			if _, err := f.root.Lstat(dir); errors.Is(err, fs.ErrNotExist) && !slices.Contains(j.Folders, dir) {
				j.Folders = append(j.Folders, dir)
			}
		}
	}
	slices.Sort(j.Folders)
	data, err := json.MarshalIndent(j, "", "  ")
	if err != nil {
		return err
	}
	if err := f.write(journalName+".tmp", data, 0o644); err != nil {
		return err
	}
	if err := f.rename(journalName+".tmp", journalName); err != nil {
		return err
	}
	// The journal must be on the disk before the first file moves. Where a folder
	// cannot be flushed (Windows) the order of renames has to do.
	if dir, err := f.root.Open(staging); err == nil {
		_ = dir.Sync()
		_ = dir.Close()
	}
	return nil
}

// commit removes the journal, and with it the way back.
func (f folder) commit() error { return f.remove(journalName) }

func (f folder) journal() (journal, error) {
	var j journal
	file, err := f.root.Open(journalName)
	if err != nil {
		return j, err
	}
	defer func() { _ = file.Close() }() // it was only read
	data, err := io.ReadAll(io.LimitReader(file, maxJournal))
	if err != nil {
		return j, err
	}
	if err := json.Unmarshal(data, &j); err != nil {
		return j, err
	}
	if j.Schema != journalSchema {
		return j, fmt.Errorf("it is of the kind %q, which this mcpctl does not know", j.Schema)
	}
	for _, e := range j.Files {
		if err := scaffold.CheckPath(e.Path); err != nil {
			return j, err
		}
	}
	for _, dir := range j.Folders {
		if err := scaffold.CheckPath(dir); err != nil {
			return j, err
		}
	}
	return j, nil
}

// undo puts back what the journal says was there. It can itself be broken off
// and done again. A file that is neither the old nor the new one was changed by
// the user meanwhile: then nothing is undone, and the user decides.
func (f folder) undo() error {
	j, err := f.journal()
	if err != nil {
		return fmt.Errorf("reading the journal of an interrupted update: %w", err)
	}
	var back []entry
	for _, e := range j.Files {
		now, err := read(f.root, e.Path)
		if err != nil {
			return err
		}
		switch {
		case now.odd == "" && now.hash() == e.Old:
		case now.odd == "" && now.hash() == e.New:
			back = append(back, e)
		default:
			return fmt.Errorf("an update was interrupted and %s was changed since then; the versions before it are in %s/old: put back what you need, then remove %s", e.Path, staging, staging)
		}
	}
	for _, e := range slices.Backward(back) {
		if err := f.restore(e); err != nil {
			return fmt.Errorf("restoring %s: %w", e.Path, err)
		}
	}
	for _, dir := range slices.Backward(j.Folders) {
		_ = f.root.Remove(dir) // unless it is not there, or something of the user's is in it by now
	}
	if err := f.commit(); err != nil {
		return err
	}
	return f.discard()
}

func (f folder) restore(e entry) error {
	if e.Old == "" {
		return f.remove(e.Path)
	}
	if err := f.mkdir(path.Dir(e.Path)); err != nil {
		return err
	}
	return f.rename(path.Join(staging, "old", e.Path), e.Path)
}
