package tui

import (
	tea "charm.land/bubbletea/v2"

	"github.com/mcpctl/mcpctl/inspect/form"
	"github.com/mcpctl/mcpctl/mcp"
)

// Keys are what can be done with the field under the cursor.
func (f *formView) Keys() []Key {
	f.refresh()
	if len(f.rows) == 0 {
		return nil
	}
	if f.typing {
		return f.typingKeys()
	}
	fd := f.field()
	keys := append([]Key{f.mainKey(fd)}, f.changeKeys(fd)...)
	keys = append(keys, f.growKeys(fd)...)
	return append(keys,
		Key{Key: "E", Does: "edit field", Do: func() tea.Cmd { return f.edit(f.cursor.path) }, Rare: fd.Kind != form.Raw},
		Key{Key: "n", Does: "next problem", Why: when(len(f.wrong) == 0, "there is no problem"), Do: f.nextProblem, Rare: len(f.wrong) == 0})
}

// when is why under a condition.
func when(is bool, why string) string {
	if is {
		return why
	}
	return ""
}

// mainKey is what space does with a field.
func (f *formView) mainKey(fd *form.Field) Key {
	key := Key{Key: "space", Does: "change"}
	switch {
	case f.cursor.add:
		key.Does, key.Do = "add", f.add
	case typable(fd):
		key.Does, key.Do = "type", f.start
	case container(fd):
		key.Does, key.Do = "fold", f.fold
	case fd.Kind == form.Multi && f.flows(fd):
		key.Does, key.Do = "pick", func() tea.Cmd { return f.did(f.form.Pick(f.cursor.path, f.mine(fd))) }
	case fd.Kind == form.Enum && f.flows(fd):
		key.Do = f.along(1)
	case fd.Kind == form.Enum, fd.Kind == form.Multi:
		key.Does, key.Do = "choose", f.choose
	case fd.Fixed():
		key.Why = "the schema leaves no choice"
	default:
		key.Do = func() tea.Cmd { f.touch(); return f.did(f.form.Toggle(f.cursor.path)) }
	}
	return key
}

func typable(fd *form.Field) bool {
	return fd.Kind == form.Text || fd.Kind == form.Number || fd.Kind == form.Raw
}

// changeKeys are the keys that change what a field has.
func (f *formView) changeKeys(fd *form.Field) []Key {
	path := f.cursor.path
	keys := []Key{
		{Key: "i", Does: "type", Why: when(!typable(fd) || f.cursor.add, "it is nothing to type in"), Do: f.start, Rare: true},
		{Key: "b", Does: "branch", Why: when(len(fd.Branches) == 0, "it takes one form only"), Do: f.branch, Rare: len(fd.Branches) == 0},
	}
	if fd.Sent() {
		why := when(fd.Fixed(), "the schema wants it")
		keys = append(keys, Key{Key: "o", Does: "leave out", Why: why, Do: func() tea.Cmd { f.touch(); return f.did(f.form.Unset(path)) }, Rare: fd.Required})
	} else {
		why := when(fd.Kind != form.Text && fd.Kind != form.Bool && fd.Kind != form.Const && fd.Kind != form.Null && !container(fd) && fd.Kind != form.Multi, "give it a value instead")
		keys = append(keys, Key{Key: "o", Does: include(fd), Why: why, Do: func() tea.Cmd { return f.did(f.form.Toggle(path)) }, Rare: !container(fd)})
	}
	if (fd.Kind == form.Enum || fd.Kind == form.Multi) && f.flows(fd) {
		keys = append(keys,
			Key{Key: "right", Does: "next option", Do: f.along(1), Rare: true},
			Key{Key: "left", Does: "option before", Do: f.along(-1), Rare: true})
	}
	return keys
}

func include(fd *form.Field) string {
	if fd.Kind == form.Text {
		return "send empty text"
	}
	return "include"
}

// growKeys are the keys of what has items or members that come and go.
func (f *formView) growKeys(fd *form.Field) []Key {
	item := fd.Parent() != nil && fd.Parent().Kind == form.Array
	grows := fd.Open || item || fd.Extra && fd.Parent().Open
	keys := []Key{{Key: "+", Does: "add", Why: when(!grows, "nothing can be added here"), Do: f.add, Rare: !grows}}
	removable := fd.Extra && !f.cursor.add
	keys = append(keys, Key{Key: "-", Does: "remove", Why: when(!removable, "it belongs to the form; o leaves it out"), Do: f.remove, Rare: !removable})
	if item {
		keys = append(keys,
			Key{Key: "J", Does: "move down", Do: f.shift(1), Rare: true},
			Key{Key: "K", Does: "move up", Do: f.shift(-1), Rare: true})
	} else if fd.Extra {
		keys = append(keys, Key{Key: "m", Does: "rename", Do: f.rename, Rare: true})
	}
	return keys
}

// fold hides what is in an object or array, or shows it.
func (f *formView) fold() tea.Cmd {
	fd, path := f.field(), f.cursor.path
	if fd.Kind == form.Object && !fd.Expanded {
		delete(f.folded, path)
		return f.did(f.form.Expand(path))
	}
	f.folded[path] = !f.folded[path]
	return f.did(nil)
}

// add adds an item, or asks for the name of a member.
func (f *formView) add() tea.Cmd {
	to := f.field()
	if !to.Open && to.Parent() != nil {
		to = to.Parent()
	}
	path := to.Path()
	delete(f.folded, path)
	if to.Kind == form.Object {
		q := newAsk("name of the member", "")
		q.done = func(name string) tea.Cmd { return f.went(f.form.AddMember(path, name)) }
		return f.room.put(q)
	}
	return f.went(f.form.Add(path))
}

// went puts the cursor on a field that has come, and types into it.
func (f *formView) went(path string, err error) tea.Cmd {
	if err != nil {
		return f.did(err)
	}
	f.changed()
	f.cursor, f.option = rowKey{path: path}, 0
	if typable(f.field()) {
		return f.start()
	}
	return nil
}

func (f *formView) remove() tea.Cmd {
	i := f.at()
	err := f.form.Remove(f.cursor.path)
	f.changed()
	if err == nil {
		f.cursor = f.rows[max(0, min(i, len(f.rows)-1))].rowKey
	}
	return f.did(err)
}

func (f *formView) shift(by int) func() tea.Cmd {
	return func() tea.Cmd {
		path, err := f.form.Move(f.cursor.path, by)
		if err == nil {
			f.cursor.path = path
		}
		return f.did(err)
	}
}

func (f *formView) rename() tea.Cmd {
	path, outer := f.cursor.path, f.field().Parent().Path()
	q := newAsk("new name", f.field().Name)
	q.done = func(name string) tea.Cmd {
		err := f.form.Rename(path, name)
		if err == nil {
			f.cursor.path = outer + "/" + mcp.EscapePointer(name)
		}
		return f.did(err)
	}
	return f.room.put(q)
}

// nextProblem goes to the next field that has a problem.
func (f *formView) nextProblem() tea.Cmd {
	at := f.at()
	for n := 1; n <= len(f.rows); n++ {
		row := f.rows[(at+n)%len(f.rows)]
		if row.field.Problem != "" && !row.add {
			f.cursor, f.option = row.rowKey, 0
			f.touch()
			return nil
		}
	}
	// It is in something that is folded.
	for _, p := range f.wrong {
		f.reveal(p.Path)
	}
	return nil
}

// reveal unfolds what is around a path and puts the cursor on it.
func (f *formView) reveal(path string) {
	for fd := f.form.Find(path); fd != nil; fd = fd.Parent() {
		delete(f.folded, fd.Path())
	}
	f.changed()
	f.cursor = rowKey{path: path}
	f.touch()
	if f.at() < 0 && len(f.rows) > 0 {
		f.cursor = f.rows[0].rowKey
	}
}
