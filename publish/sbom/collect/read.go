package collect

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"go.yaml.in/yaml/v3"

	"github.com/mcpctl/mcpctl/internal/pattern"
)

// Bounds of what is read. Lock files of the largest known projects have some
// ten megabytes.
const (
	maxLock  = 64 << 20
	maxDepth = 200 // levels of nesting; real lock files have five
)

// Error is a file that cannot be understood, with the position if it is known.
type Error struct {
	File         string
	Line, Column int // from 1; 0 if not known
	Err          error
	Fix          string // what to do
}

func (e *Error) Error() string {
	place := e.File
	if e.Line > 0 {
		place += ":" + strconv.Itoa(e.Line)
		if e.Column > 0 {
			place += ":" + strconv.Itoa(e.Column)
		}
	}
	return fmt.Sprintf("cannot read %s: %v", place, e.Err)
}

func (e *Error) Unwrap() error { return e.Err }

// broken is an Error at a line of a file.
func broken(file string, line int, format string, args ...any) *Error {
	return &Error{File: file, Line: line, Err: fmt.Errorf(format, args...)}
}

// folder is a folder whose files are read whole and within bounds.
type folder struct {
	fs   fs.FS
	most int64 // bytes of a file
}

func newFolder(f fs.FS) folder { return folder{f, maxLock} }

// has reports whether there is a regular file of that name.
func (d folder) has(name string) bool {
	info, err := fs.Stat(d.fs, name)
	return err == nil && info.Mode().IsRegular()
}

func (d folder) read(name string) ([]byte, error) {
	// Asked before opening, for a pipe would not let itself be opened.
	info, err := fs.Stat(d.fs, name)
	if err != nil {
		return nil, &Error{File: name, Err: reason(err)}
	}
	if !info.Mode().IsRegular() {
		return nil, &Error{File: name, Err: errors.New("it is no regular file")}
	}
	f, err := d.fs.Open(name)
	if err != nil {
		return nil, &Error{File: name, Err: reason(err)}
	}
	defer func() { _ = f.Close() }() // it was only read
	data, err := io.ReadAll(io.LimitReader(f, d.most+1))
	if err != nil {
		return nil, &Error{File: name, Err: reason(err)}
	}
	if int64(len(data)) > d.most {
		return nil, &Error{File: name, Err: fmt.Errorf("it has more than %d bytes", d.most)}
	}
	return bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), nil
}

// reason leaves out the path, which Error says already.
func reason(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

// position turns an offset into line and column, in bytes from 1.
func position(data []byte, offset int64) (line, column int) {
	before := data[:min(max(offset, 0), int64(len(data)))]
	return bytes.Count(before, []byte("\n")) + 1, len(before) - bytes.LastIndexByte(before, '\n')
}

func (d folder) json(name string, into any) error {
	data, err := d.read(name)
	if err != nil {
		return err
	}
	return decodeJSON(name, data, into)
}

func decodeJSON(name string, data []byte, into any) error {
	err := json.Unmarshal(data, into)
	if err == nil {
		return nil
	}
	e := &Error{File: name, Err: err}
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		e.Line, e.Column = position(data, syntax.Offset-1)
		e.Err = fmt.Errorf("it is not JSON: %w", err)
	case errors.As(err, &kind):
		e.Line, e.Column = position(data, kind.Offset-1)
		e.Err = fmt.Errorf("%s is a %s, which is not what belongs there", kind.Field, kind.Value)
	}
	return e
}

func (d folder) toml(name string, into any) error {
	data, err := d.read(name)
	if err != nil {
		return err
	}
	// The decoder recurses without a limit of its own.
	if line := tooDeep(data, maxDepth); line > 0 {
		return broken(name, line, "values are nested more than %d deep", maxDepth)
	}
	err = toml.Unmarshal(data, into)
	if err == nil {
		return nil
	}
	e := &Error{File: name, Err: err}
	var at *toml.DecodeError
	if errors.As(err, &at) {
		e.Line, e.Column = at.Position()
	}
	return e
}

var yamlLine = pattern.New(`line (\d+): `)

// yamlDocuments decodes each document of a YAML file with the function.
func (d folder) yamlDocuments(name string, document func(*yaml.Decoder) error) error {
	data, err := d.read(name)
	if err != nil {
		return err
	}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	const most = 10 // pnpm has two
	for range most {
		err := document(decoder)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return yamlError(name, err)
		}
	}
	return &Error{File: name, Err: fmt.Errorf("it has more than %d documents", most)}
}

func yamlError(name string, err error) error {
	var own *Error
	if errors.As(err, &own) {
		return err
	}
	// A list of problems starts with the first, and one is enough to begin with.
	text := err.Error()
	var list *yaml.TypeError
	if errors.As(err, &list) && len(list.Errors) > 0 {
		text = list.Errors[0]
	}
	e := &Error{File: name}
	if m := yamlLine.FindStringSubmatch(text); m != nil {
		e.Line, _ = strconv.Atoi(m[1]) // the pattern has only digits; a huge number leaves it unknown
		text = strings.Replace(text, m[0], "", 1)
	}
	e.Err = errors.New(strings.TrimPrefix(text, "yaml: "))
	return e
}
