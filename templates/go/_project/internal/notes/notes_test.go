package notes

import (
	"errors"
	"testing"
)

func TestNotebook(t *testing.T) {
	b := New(3)
	var changes []Change
	b.Watch(func(c Change) { changes = append(changes, c) })

	milk, err := b.Add("Milk", "two bottles", []string{"Shopping"})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := b.Get(milk.ID); err != nil || got.Title != "Milk" {
		t.Errorf("Get(%s) = %v, %v", milk.ID, got, err)
	}
	for query, want := range map[string]int{"": 2, "MILK": 1, "bottles": 1, "shopping": 1, "cheese": 0} {
		if got := len(b.Search(query)); got != want {
			t.Errorf("Search(%q) finds %d notes, want %d", query, got, want)
		}
	}

	if _, err := b.Add("Cheese", "", nil); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Add("Bread", "", nil); !errors.Is(err, ErrFull) {
		t.Errorf("Add to a full notebook = %v, want ErrFull", err)
	}

	if err := b.Delete(milk.ID); err != nil {
		t.Fatal(err)
	}
	if err := b.Delete(milk.ID); !errors.Is(err, ErrNotFound) {
		t.Errorf("second Delete = %v, want ErrNotFound", err)
	}
	if len(changes) != 3 || !changes[2].Deleted || changes[2].Note.ID != milk.ID {
		t.Errorf("changes = %+v", changes)
	}
}

func TestAllIsOldestFirst(t *testing.T) {
	b := New(20)
	for range 10 {
		if _, err := b.Add("x", "", nil); err != nil {
			t.Fatal(err)
		}
	}
	all := b.All()
	if first, last := all[0].ID, all[len(all)-1].ID; first != "n1" || last != "n11" {
		t.Errorf("All() runs from %s to %s, want n1 to n11", first, last)
	}
}
