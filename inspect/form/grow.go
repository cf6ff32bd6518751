package form

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/mcpctl/mcpctl/mcp"
)

// Choose makes a field take another of its branches. What was given and fits
// there as well is kept.
func (f *Form) Choose(path string, branch int) error {
	f.act()
	fd, err := f.at(path)
	if err != nil {
		return err
	}
	if branch < 0 || branch >= len(fd.ways) {
		return fmt.Errorf("%q has no branch %d", path, branch)
	}
	old := f.ValueAt(path)
	f.take(fd, branch, fresh)
	switch fd.Kind {
	case Object:
		f.include(fd)
		f.carry(fd, old)
	case Array, Multi, Null, Const:
		f.include(fd)
	case Raw:
	default:
		if old.Exists() && f.document.fit(fd.shape, fd.Kind, old) >= 0 {
			f.put(fd, old)
		}
	}
	return nil
}

// carry takes over the members that another branch has too, except those that
// tell the branches apart.
func (f *Form) carry(fd *Field, old mcp.Value) {
	for _, m := range old.Members() {
		child := fd.known[m.Name]
		if child == nil || child.Kind == Const {
			continue
		}
		for _, way := range child.ways {
			if f.document.fit(way.shape, way.kind, m.Value) >= 0 {
				f.load(child, m.Value)
				break
			}
		}
	}
}

// Add appends an item to an array and answers its path.
func (f *Form) Add(path string) (string, error) {
	f.act()
	fd, err := f.at(path)
	if err != nil {
		return "", err
	}
	if fd.Kind != Array {
		return "", fmt.Errorf("%q is no array of which items can be added", path)
	}
	places, ok := fd.shape.item(len(fd.Children))
	most, bounded := fd.shape.bounds["maxItems"].Int()
	switch {
	case !ok, bounded && int64(len(fd.Children)) >= most:
		return "", fmt.Errorf("%q takes no more than %d items", path, len(fd.Children))
	case f.fields >= maxFields:
		return "", errTooMany
	}
	item := f.build(fd, strconv.Itoa(len(fd.Children)), places, fresh, true)
	item.Extra = true
	fd.Children = append(fd.Children, item)
	fd.given, fd.Expanded = true, true
	return item.Path(), nil
}

var errTooMany = errors.New("the form has too many fields; write the value as JSON")

// AddMember adds a member to an object that takes other ones than its schema
// names, and answers its path.
func (f *Form) AddMember(path, name string) (string, error) {
	f.act()
	fd, err := f.at(path)
	if err != nil {
		return "", err
	}
	switch {
	case fd.Kind != Object:
		return "", fmt.Errorf("%q is no object to which members can be added", path)
	case fd.child(name) != nil:
		return "", fmt.Errorf("there is a member %.60q already", name)
	case f.fields >= maxFields:
		return "", errTooMany
	}
	f.expand(fd)
	if child := fd.child(name); child != nil {
		return child.Path(), nil
	}
	places := fd.shape.of(name)
	if places == nil && fd.shape.closed {
		return "", fmt.Errorf("the schema allows no member %.60q", name)
	}
	child := f.build(fd, name, places, fresh, true)
	child.Extra = true
	fd.Children = append(fd.Children, child)
	fd.known[name] = child
	fd.given = true
	return child.Path(), nil
}

// Rename gives a member that Add made another name.
func (f *Form) Rename(path, name string) error {
	f.act()
	fd, err := f.at(path)
	if err != nil {
		return err
	}
	switch {
	case !fd.Extra || fd.isItem():
		return fmt.Errorf("the schema names %q", path)
	case fd.parent.child(name) != nil:
		return fmt.Errorf("there is a member %.60q already", name)
	}
	delete(fd.parent.known, fd.Name)
	fd.Name = name
	fd.parent.known[name] = fd
	return nil
}

// Remove takes away an item of an array, or a member that the schema does not
// name.
func (f *Form) Remove(path string) error {
	f.act()
	fd, err := f.at(path)
	if err != nil {
		return err
	}
	if !fd.Extra {
		return fmt.Errorf("%q belongs to the form; it can only be left out", path)
	}
	outer := fd.parent
	i := outer.position(fd)
	outer.Children = append(outer.Children[:i:i], outer.Children[i+1:]...)
	delete(outer.known, fd.Name)
	f.drop(fd)
	outer.number()
	return nil
}

// Move moves an item of an array by some places, as far as there are any.
func (f *Form) Move(path string, by int) (string, error) {
	f.act()
	fd, err := f.at(path)
	if err != nil {
		return "", err
	}
	if !fd.isItem() {
		return "", fmt.Errorf("%q is no item of an array", path)
	}
	outer := fd.parent
	if len(outer.shape.prefix) > 0 {
		return "", errors.New("the items have their places by the schema")
	}
	i := outer.position(fd)
	to := max(0, min(len(outer.Children)-1, i+by))
	for ; i < to; i++ {
		outer.Children[i], outer.Children[i+1] = outer.Children[i+1], outer.Children[i]
	}
	for ; i > to; i-- {
		outer.Children[i], outer.Children[i-1] = outer.Children[i-1], outer.Children[i]
	}
	outer.number()
	return fd.Path(), nil
}

func (fd *Field) position(of *Field) int {
	for i, child := range fd.Children {
		if child == of {
			return i
		}
	}
	return -1
}

// number names the items of an array by their positions.
func (fd *Field) number() {
	if fd.Kind != Array {
		return
	}
	for i, child := range fd.Children {
		child.Name = strconv.Itoa(i)
	}
}
