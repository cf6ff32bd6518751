package mcp

import (
	"strconv"
	"strings"
)

// ParamHeaders are the Mcp-Param headers that mirror the arguments of a tool
// call, as the annotations x-mcp-header of the tool's inputSchema ask for;
// nil when they ask for none. Only properties that are reached through
// properties alone count, and only names that can stand in a header. See
// basic/transports/streamable-http of 2026-07-28; elsewhere the headers mean
// nothing and do no harm.
func ParamHeaders(inputSchema, arguments Value) map[string]string {
	header := map[string]string{}
	mirror(header, inputSchema, arguments)
	if len(header) == 0 {
		return nil
	}
	return header
}

func mirror(header map[string]string, schema, value Value) {
	for _, property := range schema.Get("properties").Members() {
		v := value.Get(property.Name)
		name := property.Value.Get("x-mcp-header").Text()
		if text, ok := headerText(v); ok && isToken(name) {
			header["Mcp-Param-"+name] = HeaderValue(text)
			if text == "" { // an empty Request.Header would take the header away
				header["Mcp-Param-"+name] = "=?base64??="
			}
		}
		mirror(header, property.Value, v)
	}
}

// headerText is a primitive as a header carries it.
func headerText(v Value) (string, bool) {
	switch v.Kind() {
	case String:
		return v.Text(), true
	case Bool:
		return strconv.FormatBool(v.True()), true
	case Number:
		return string(v.Raw()), true
	}
	return "", false
}

// isToken reports whether s can stand in the name of a header (RFC 9110).
func isToken(s string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool {
		letter := r|0x20 >= 'a' && r|0x20 <= 'z'
		digit := r >= '0' && r <= '9'
		return !letter && !digit && !strings.ContainsRune("!#$%&'*+-.^_`|~", r)
	}) < 0
}
