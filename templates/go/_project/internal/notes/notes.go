// Package notes is what this example server is about: a notebook that all
// callers share. Replace it with your own subject.
package notes

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// DefaultLimit is how many notes a notebook holds.
const DefaultLimit = 1000

// Errors of a Notebook.
var (
	ErrNotFound = errors.New("there is no such note")
	ErrFull     = errors.New("the notebook is full")
)

// Note is one note. It is a value; Tags must not be changed.
type Note struct {
	ID    string   `json:"id" jsonschema:"what names the note, such as n1"`
	Title string   `json:"title" jsonschema:"one line"`
	Text  string   `json:"text" jsonschema:"the note itself, in Markdown"`
	Tags  []string `json:"tags" jsonschema:"what the note is about"`
}

// Change tells that a note was added or deleted.
type Change struct {
	Note    Note
	Deleted bool
}

// Notebook holds notes in memory. It is safe for concurrent use.
type Notebook struct {
	limit int

	mu    sync.RWMutex
	last  int
	notes map[string]Note
	watch []func(Change)
}

// New returns a notebook for at most limit notes that holds a first one.
func New(limit int) *Notebook {
	b := &Notebook{limit: limit, notes: map[string]Note{}}
	b.last = 1
	b.notes["n1"] = Note{ID: "n1", Title: "Welcome", Text: "This notebook is kept in memory.", Tags: []string{"help"}}
	return b
}

// Watch has f called after each change, in the order of the changes. It must not
// be called once the notebook is in use, and f must not change the notebook.
func (b *Notebook) Watch(f func(Change)) { b.watch = append(b.watch, f) }

// Add stores a note under a new id.
func (b *Notebook) Add(title, text string, tags []string) (Note, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.notes) >= b.limit {
		return Note{}, ErrFull
	}
	b.last++
	if tags == nil {
		tags = []string{} // a list in JSON, not null
	}
	n := Note{ID: fmt.Sprintf("n%d", b.last), Title: title, Text: text, Tags: tags}
	b.notes[n.ID] = n
	b.tell(Change{Note: n})
	return n, nil
}

// Get returns the note of an id, or ErrNotFound.
func (b *Notebook) Get(id string) (Note, error) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	n, ok := b.notes[id]
	if !ok {
		return Note{}, ErrNotFound
	}
	return n, nil
}

// Delete removes the note of an id, or returns ErrNotFound.
func (b *Notebook) Delete(id string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	n, ok := b.notes[id]
	if !ok {
		return ErrNotFound
	}
	delete(b.notes, id)
	b.tell(Change{Note: n, Deleted: true})
	return nil
}

// All returns all notes, oldest first.
func (b *Notebook) All() []Note {
	b.mu.RLock()
	defer b.mu.RUnlock()
	all := make([]Note, 0, len(b.notes))
	for _, n := range b.notes {
		all = append(all, n)
	}
	// Ids count up, so the shorter is the older.
	slices.SortFunc(all, func(x, y Note) int {
		return cmp.Or(cmp.Compare(len(x.ID), len(y.ID)), cmp.Compare(x.ID, y.ID))
	})
	return all
}

// Search returns the notes whose title, text or tags contain query, whatever its
// case, oldest first.
func (b *Notebook) Search(query string) []Note {
	query = strings.ToLower(query)
	return slices.DeleteFunc(b.All(), func(n Note) bool {
		return !strings.Contains(strings.ToLower(n.Title+"\n"+n.Text+"\n"+strings.Join(n.Tags, "\n")), query)
	})
}

func (b *Notebook) tell(c Change) {
	for _, f := range b.watch {
		f(c)
	}
}
