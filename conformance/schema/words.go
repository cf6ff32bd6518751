package schema

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// typeOf is the JSON type of a decoded value.
func typeOf(value any) string {
	switch value.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case json.Number:
		return "number"
	case string:
		return "string"
	case []any:
		return "array"
	}
	return "object"
}

// kinds words a list of types: "a string or an integer".
func kinds(types []string) string {
	var words []string
	for _, t := range types {
		words = append(words, kindWord(t))
	}
	return join(words)
}

func kindWord(t string) string {
	switch t {
	case "array":
		return "a list"
	case "object", "integer":
		return "an " + t
	case "null":
		return t
	}
	return "a " + t
}

// display says what a value is, and its value where the type alone would
// mislead: 1.5 is a number, but so is an integer.
func display(value any, wanted []string) string {
	if _, ok := value.(json.Number); ok && slices.Contains(wanted, "integer") {
		return show(value)
	}
	return kindWord(typeOf(value))
}

// oneOf words an enumeration.
func oneOf(values []any) string {
	var words []string
	for _, v := range values {
		words = append(words, show(v))
	}
	if len(words) > 12 {
		words = append(words[:12], "…")
	}
	return join(words)
}

// join lists words: "a, b or c".
func join(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// show writes a value for a reader: short, and without control characters.
func show(value any) string {
	switch v := value.(type) {
	case nil:
		return "null"
	case string:
		return fmt.Sprintf("%q", short(v))
	case json.Number:
		return short(string(v))
	case bool:
		return fmt.Sprint(v)
	}
	return kindWord(typeOf(value))
}

func short(s string) string {
	if utf8.RuneCountInString(s) <= 40 {
		return s
	}
	return string([]rune(s)[:39]) + "…"
}
