package attest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"unicode/utf8"
)

// strict tells why bytes are not one JSON value that all readers read alike:
// encoding/json alone would take duplicate names, replace bytes that are not
// UTF-8 and surrogates that stand alone.
func strict(b []byte, limit int) error {
	switch {
	case len(b) > limit:
		return fmt.Errorf("it is longer than %d bytes", limit)
	case !utf8.Valid(b):
		return errors.New("it is not UTF-8")
	case bytes.HasPrefix(b, []byte("\uFEFF")):
		return errors.New("it begins with a byte order mark, which JSON does not allow")
	case !json.Valid(b):
		var sink json.RawMessage
		return fmt.Errorf("it is no JSON: %w", json.Unmarshal(b, &sink))
	case loneSurrogate(b):
		return errors.New("it holds half of a surrogate pair, which is no character")
	}
	return duplicates(b)
}

// loneSurrogate looks at the escapes of valid JSON, where a backslash stands only
// in strings.
func loneSurrogate(b []byte) bool {
	for i := 0; i < len(b); i++ {
		if b[i] != '\\' {
			continue
		}
		i++
		switch first := escaped(b, i); {
		case first >= 0xDC00 && first < 0xE000:
			return true
		case first >= 0xD800 && first < 0xDC00:
			if second := escaped(b, i+6); b[i+5] != '\\' || second < 0xDC00 || second >= 0xE000 {
				return true
			}
			i += 10
		}
	}
	return false
}

// escaped is the code unit of an escape uXXXX at a place, 0 for another escape.
func escaped(b []byte, at int) uint64 {
	if at+5 > len(b) || b[at] != 'u' {
		return 0
	}
	unit, err := strconv.ParseUint(string(b[at+1:at+5]), 16, 16)
	if err != nil {
		return 0
	}
	return unit
}

// duplicates finds a name that stands twice in one object of valid JSON.
func duplicates(b []byte) error {
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.UseNumber()
	var open []map[string]bool // the names of each open object, nil for an array
	name := false              // whether the next string is a name
	for {
		token, err := dec.Token()
		if err != nil {
			return nil // the end, as the JSON is valid
		}
		switch t := token.(type) {
		case json.Delim:
			switch t {
			case '{':
				open = append(open, map[string]bool{})
			case '[':
				open = append(open, nil)
			default:
				open = open[:len(open)-1]
			}
		case string:
			if name {
				names := open[len(open)-1]
				if names[t] {
					return fmt.Errorf("the name %q stands twice in one object", clip(t))
				}
				names[t], name = true, false
				continue
			}
		}
		name = len(open) > 0 && open[len(open)-1] != nil
	}
}
