package desk

import (
	"fmt"
	"maps"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/mcpctl/mcpctl/internal/pattern"
)

// shapeOf holds a value, as read from JSON, to the members of a document and
// their bounds.
func shapeOf(v any) []finding {
	var c shapeCheck
	c.value(v, reflect.TypeFor[document](), "", "")
	return c.wrong
}

type shapeCheck struct{ wrong []finding }

func (c *shapeCheck) fault(path, format string, args ...any) {
	c.wrong = append(c.wrong, finding{shape, "shape", path, fmt.Sprintf(format, args...)})
}

// value checks one value against a type, and a text against the bounds in tags.
func (c *shapeCheck) value(v any, t reflect.Type, tags reflect.StructTag, path string) {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.Struct:
		if object, ok := v.(map[string]any); ok {
			c.object(object, t, path)
		} else {
			c.fault(path, "has to be an object")
		}
	case reflect.Map:
		object, ok := v.(map[string]any)
		if !ok {
			c.fault(path, "has to be an object")
		} else if t.Elem().Kind() != reflect.Interface {
			for _, name := range slices.Sorted(maps.Keys(object)) {
				c.value(object[name], t.Elem(), "", join(path, name))
			}
		}
	case reflect.Slice:
		list, ok := v.([]any)
		if !ok {
			c.fault(path, "has to be a list")
		}
		for i, item := range list {
			c.value(item, t.Elem(), "", path+"["+strconv.Itoa(i)+"]")
		}
	case reflect.Bool:
		if _, ok := v.(bool); !ok {
			c.fault(path, "has to be true or false")
		}
	default:
		if text, ok := v.(string); ok {
			c.text(text, tags, path)
		} else {
			c.fault(path, "has to be a text")
		}
	}
}

// object checks members: those that are needed are there, those that are there
// are known. As the official registry, it takes null for absent where it may be.
func (c *shapeCheck) object(object map[string]any, t reflect.Type, path string) {
	known := map[string]bool{}
	for _, m := range membersOf(t) {
		known[m.name] = true
		respell(object, m.name)
		v, there := object[m.name]
		switch {
		case !there && !m.optional:
			c.fault(path, "has no %s, which is needed", m.name)
		case there && (v != nil || !m.optional):
			c.value(v, m.field.Type, m.field.Tag, join(path, m.name))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(object)) {
		if !known[name] {
			c.fault(join(path, name), "is no member that the registry knows")
		}
	}
}

// respell gives a member its own name that stands there in another case, as the
// official registry takes it.
func respell(object map[string]any, name string) {
	if _, there := object[name]; there {
		return
	}
	for other, value := range object {
		if strings.EqualFold(other, name) {
			object[name] = value
			delete(object, other)
			return
		}
	}
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

type member struct {
	name     string
	optional bool
	field    reflect.StructField
}

// membersOf are the JSON members of a struct with those of what it embeds.
func membersOf(t reflect.Type) []member {
	var all []member
	taken := map[string]bool{}
	var embedded []member
	for f := range t.Fields() {
		if f.Anonymous {
			embedded = append(embedded, membersOf(f.Type)...)
			continue
		}
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		taken[name] = true
		all = append(all, member{name, options == "omitempty", f})
	}
	for _, m := range embedded {
		if !taken[m.name] {
			all = append(all, m)
		}
	}
	return all
}

// The forms of texts, as the published schema has them.
var (
	nameForm   = pattern.New(`^[a-zA-Z0-9.-]+/[a-zA-Z0-9._-]+$`)
	sha256Form = pattern.New(`^[a-f0-9]{64}$`)
)

func (c *shapeCheck) text(text string, tags reflect.StructTag, path string) {
	length := utf8.RuneCountInString(text)
	if least, err := strconv.Atoi(tags.Get("min")); err == nil && length < least {
		c.fault(path, "has %d characters, and needs %d", length, least)
	}
	if most, err := strconv.Atoi(tags.Get("max")); err == nil && length > most {
		c.fault(path, "has %d characters, and only %d are allowed", length, most)
	}
	if list := tags.Get("enum"); list != "" && !slices.Contains(strings.Split(list, ","), text) {
		c.fault(path, "is none of %s", strings.ReplaceAll(list, ",", ", "))
	}
	switch tags.Get("format") {
	case "uri":
		if u, err := url.Parse(text); err != nil || u.Scheme == "" {
			c.fault(path, "is no absolute address")
		}
	case "name":
		if !nameForm.MatchString(text) {
			c.fault(path, "is not of the form NAMESPACE/NAME")
		}
	case "sha256":
		if !sha256Form.MatchString(text) {
			c.fault(path, "is no SHA-256 in 64 hexadecimal digits")
		}
	}
}
