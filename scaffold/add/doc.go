// Package add puts a tool, a resource or a prompt into an existing project.
//
// It knows no language. An Item says what is to be added, wherever that came
// from: a bare name, a JSON Schema, an OpenAPI operation, the tool of a live
// server. A Generator writes items in one language. A Plan holds every file
// before any is written; printing it is the dry run, applying it is the only
// writer.
//
// Three kinds of file keep what is the user's apart from what is ours:
//
//   - handlers and tests are written once and never again;
//   - generated files (schema, types, helpers) are rewritten as a whole;
//   - one generated index registers all that was added, from the list that
//     mcpctl.yaml keeps. Nothing is ever inserted into the user's own text.
package add
