// Package doctor examines configured MCP servers: is each one written down
// sensibly, is what it needs there, does it start or answer, speak the protocol
// and nothing else, and how fast. Every step says what was found and what to do.
//
//	all := doctor.ExamineAll(ctx, found.Servers, doctor.Options{Allow: asked}, nil)
//
// What a server needs is started or asked only when Options.Allow says so, and no
// other program is ever run. Every wait, read and store is bounded. A Watcher
// keeps sessions with a fleet and opens them again when they are lost.
//
// What a server says comes out with secrets removed, but not safe for a terminal:
// that is for whoever prints it.
package doctor
