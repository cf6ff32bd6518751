package mcp

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Kind is the JSON type of a Value.
type Kind uint8

// The kinds of Value. Absent is the zero Kind: the value of a member that is
// not there.
const (
	Absent Kind = iota
	Null
	Bool
	Number
	String
	Array
	Object
)

// String names the kind as a message to a person does.
func (k Kind) String() string {
	return [...]string{"absent", "null", "boolean", "number", "string", "array", "object"}[k]
}

// Value is a JSON value just as it came over the wire: member names keep
// their case, duplicate members and their order stay visible, numbers stay
// text. encoding/json's own mapping to structs offers none of this and even
// folds case, which has let crafted messages mean two things at once.
//
// The zero Value is Absent, and every accessor works on it, so lookups chain
// without checks. A Value is immutable and safe for concurrent use.
type Value struct {
	kind Kind
	raw  []byte
	in   *inside
}

// inside is what an array or object holds. It stands apart to keep the many
// small values small.
type inside struct {
	items   []Value
	members []Member
}

// Member is one name and value of an object.
type Member struct {
	Name  string
	Value Value
}

// errNotJSON says that bytes are not one JSON value.
var errNotJSON = errors.New("not one valid JSON value")

// maxValues bounds the values in one JSON text: a few megabytes of `[0,0,…`
// would otherwise take hundreds of megabytes to hold.
const maxValues = 500_000

// Parse reads one JSON value. The Value keeps raw, which nobody may change after
// that.
// Nesting deeper than encoding/json allows (10,000) is an error.
func Parse(raw []byte) (Value, error) {
	if !json.Valid(raw) {
		return Value{}, syntaxError(raw)
	}
	if crowded(raw) {
		return Value{}, fmt.Errorf("%w: more than %d values in one", errNotJSON, maxValues)
	}
	p := parser{raw: raw, within: make([]container, 0, 4), members: make([]Member, 0, firstMembers(raw))}
	return p.value(), nil
}

// syntaxError finds encoding/json's own words for what is wrong with raw.
func syntaxError(raw []byte) error {
	var sink json.RawMessage
	if err := json.Unmarshal(raw, &sink); err != nil {
		return fmt.Errorf("%w: %v", errNotJSON, err)
	}
	return errNotJSON
}

// MustParse is Parse for JSON that is written in the program's own source.
func MustParse(raw string) Value {
	v, err := Parse([]byte(raw))
	if err != nil {
		panic(fmt.Sprintf("mcp.MustParse(%s): %v", raw, err))
	}
	return v
}

// ValueOf turns what encoding/json can marshal into a Value; what it cannot
// marshal becomes Absent.
func ValueOf(x any) Value {
	if v, ok := x.(Value); ok {
		return v
	}
	raw, err := json.Marshal(x)
	if err != nil {
		return Value{}
	}
	v, err := Parse(raw)
	if err != nil {
		return Value{}
	}
	return v
}

// Kind is the value's JSON type.
func (v Value) Kind() Kind { return v.kind }

// Exists reports whether the value is there at all; null exists.
func (v Value) Exists() bool { return v.kind != Absent }

// Is reports whether the value has kind k.
func (v Value) Is(k Kind) bool { return v.kind == k }

// Raw is the value's exact JSON text, nil when absent.
func (v Value) Raw() []byte { return v.raw }

// String is the JSON text, for messages; "(absent)" when absent.
func (v Value) String() string {
	if v.kind == Absent {
		return "(absent)"
	}
	return string(v.raw)
}

// MarshalJSON gives the exact JSON text back; absent becomes null.
func (v Value) MarshalJSON() ([]byte, error) {
	if v.kind == Absent {
		return []byte("null"), nil
	}
	return v.raw, nil
}

// Text is the content of a string, "" for every other kind.
func (v Value) Text() string {
	if v.kind != String {
		return ""
	}
	return unquote(v.raw)
}

// True reports whether the value is the boolean true.
func (v Value) True() bool { return v.kind == Bool && v.raw[0] == 't' }

// Int is the value of a number without fraction or exponent that fits 64 bits.
func (v Value) Int() (int64, bool) {
	if v.kind != Number {
		return 0, false
	}
	n, err := strconv.ParseInt(string(v.raw), 10, 64)
	return n, err == nil
}

// Float is the value of a number; false when it is none or overflows.
func (v Value) Float() (float64, bool) {
	if v.kind != Number {
		return 0, false
	}
	f, err := strconv.ParseFloat(string(v.raw), 64)
	return f, err == nil
}

// Whole reports whether the value is a number without fractional part, the
// way JSON Schema understands integer: 1.0 and 1e3 are whole.
func (v Value) Whole() bool {
	f, ok := v.Float()
	return ok && f == math.Trunc(f)
}

// Items are the elements of an array, nil for every other kind.
func (v Value) Items() []Value {
	if v.in == nil {
		return nil
	}
	return v.in.items
}

// Members are the members of an object in wire order, duplicates included.
func (v Value) Members() []Member {
	if v.in == nil {
		return nil
	}
	return v.in.members
}

// Len counts elements or members.
func (v Value) Len() int { return len(v.Items()) + len(v.Members()) }

// Get walks down the members named by path, case-sensitively. Of duplicates
// the last one counts, as with most parsers.
func (v Value) Get(path ...string) Value {
	for _, name := range path {
		v = v.member(name)
	}
	return v
}

func (v Value) member(name string) Value {
	members := v.Members()
	for i := len(members) - 1; i >= 0; i-- {
		if members[i].Name == name {
			return members[i].Value
		}
	}
	return Value{}
}

// Has reports whether an object has a member of that exact name.
func (v Value) Has(name string) bool { return v.member(name).Exists() }

// Duplicates are the member names that occur more than once in this object
// (not beneath it), in order of their second appearance.
func (v Value) Duplicates() []string {
	var twice []string
	count := make(map[string]int, len(v.Members()))
	for _, m := range v.Members() {
		if count[m.Name]++; count[m.Name] == 2 {
			twice = append(twice, m.Name)
		}
	}
	return twice
}

// Walk calls visit for the value and everything beneath it, parents first,
// with the JSON Pointer (RFC 6901) of each. A false answer skips what lies
// beneath.
func (v Value) Walk(visit func(pointer string, v Value) bool) { v.walk("", visit) }

func (v Value) walk(at string, visit func(string, Value) bool) {
	if !visit(at, v) {
		return
	}
	for i, item := range v.Items() {
		item.walk(at+"/"+strconv.Itoa(i), visit)
	}
	for _, m := range v.Members() {
		m.Value.walk(at+"/"+EscapePointer(m.Name), visit)
	}
}

// EscapePointer makes a member name a reference token of a JSON Pointer. It
// allocates only for the rare names that need it: every Walk asks for each.
func EscapePointer(name string) string {
	return strings.ReplaceAll(strings.ReplaceAll(name, "~", "~0"), "/", "~1")
}

// Decode unmarshals the value into a Go value. It is for plain data that was
// judged already: encoding/json matches member names without regard to case.
func (v Value) Decode(into any) error { return json.Unmarshal(v.raw, into) }
