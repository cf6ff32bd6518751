// Package released carries the templates of earlier versions, as archives that
// package scaffold/update reads: what a project was made from must be known to
// bring it to a newer version. `go run ./templates/gen` adds one.
package released

import "embed"

// FS holds ID-VERSION.tar.gz of each released version. An archive is never
// changed once a release of mcpctl had it: projects record its digest.
//
//go:embed *.tar.gz
var FS embed.FS
