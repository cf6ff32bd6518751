// Package openapi reads one operation of an OpenAPI 3.0 or 3.1 description as
// what a tool needs: a JSON Schema of its arguments, one of its result, and how
// arguments become an HTTP request.
//
// The description is a stranger's. Nothing is fetched, references are followed
// within the file alone, and size, nesting and aliases are bounded.
package openapi
