package inspect

import (
	"fmt"
	"strings"
)

// Arguments are what a person typed to give a tool its arguments, not yet typed
// in the other sense: For does that.
type Arguments struct {
	// Whole is a JSON object that the words are laid over; "" for none.
	Whole []byte
	Words []Word
}

// Word is one argument: name=text, or name:=JSON.
type Word struct {
	Name  string
	Value []byte
	JSON  bool
}

// Sources are where arguments may come from besides the words themselves. Read
// gives the content of a file, or of standard input for "-".
type Sources struct {
	Read func(path string) ([]byte, error)
}

// ParseArguments reads words as they are typed:
//
//	name=text     text, read as the type that the tool's schema gives the member
//	name:=json    JSON as it is
//	name=@file    the content of a file as text, name:=@file as JSON
//	-             a whole object, as JSON, from standard input
//
// A dot in a name leads into an object unless the schema has a member of that
// very name; a name given again adds to an array. whole is the value of --args: a
// JSON object, the file that has one, or "-".
func ParseArguments(words []string, whole string, from Sources) (Arguments, error) {
	var a Arguments
	stdin := false
	read := func(path string) ([]byte, error) {
		if path == "-" && stdin {
			return nil, fmt.Errorf("standard input is asked for twice")
		}
		stdin = stdin || path == "-"
		return from.Read(path)
	}
	setWhole := func(path string) (err error) {
		if a.Whole != nil {
			return fmt.Errorf("the whole arguments are given twice")
		}
		a.Whole, err = read(path)
		return err
	}
	switch object := strings.TrimSpace(whole); {
	case strings.HasPrefix(object, "{"):
		a.Whole = []byte(object)
	case whole != "":
		if err := setWhole(whole); err != nil {
			return a, err
		}
	}
	for _, text := range words {
		if text == "-" {
			if err := setWhole("-"); err != nil {
				return a, err
			}
			continue
		}
		w, err := parseWord(text, read)
		if err != nil {
			return a, err
		}
		a.Words = append(a.Words, w)
	}
	return a, nil
}

func parseWord(text string, read func(string) ([]byte, error)) (Word, error) {
	name, value, ok := strings.Cut(text, "=")
	w := Word{Name: name}
	w.Name, w.JSON = strings.CutSuffix(name, ":")
	if !ok || w.Name == "" {
		return w, fmt.Errorf("%.60q is no argument: write name=text or name:=JSON", text)
	}
	w.Value = []byte(value)
	if path, file := strings.CutPrefix(value, "@"); file && path != "" {
		content, err := read(path)
		if err != nil {
			return w, fmt.Errorf("argument %s: %w", w.Name, err)
		}
		w.Value = content
	}
	return w, nil
}
