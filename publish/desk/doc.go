// Package desk is a registry on your desk: a folder of readable files that
// behaves as the official MCP registry does, and the registry's API over HTTP on
// this machine. The tests hold it to the official one by the same requests to
// both.
//
// It judges an entry as the official registry does before that asks the package
// hosts: who owns a package is not checked. These differences are on purpose:
//
//   - It keeps attestations, at [registry.Extension].
//   - A refusal for the rules of server.json names each place, where the official
//     one says only that its validation knows.
//   - Only this machine reaches it: other values of Host are refused, pages of
//     other origins cannot write, and there are no CORS headers.
//   - There is one way to log in, none, and no web page, metrics or OpenAPI
//     document.
package desk
