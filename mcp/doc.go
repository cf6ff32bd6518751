// Package mcp is the Model Context Protocol as it is spoken on the wire: five
// revisions of two eras, three transports.
//
// A Transport (stdio, Streamable HTTP, HTTP+SSE) moves bytes and knows no era.
// A Session knows the era's manners: the handshake of 2024-11-05 to 2025-11-25,
// or the _meta and headers that 2026-07-28 wants with every request. Neither
// knows anything of tests, but both are made for them: a Log keeps every byte
// and every time, and a Request can be as wrong as one likes.
//
//	s, err := mcp.Connect(ctx, mcp.Target{Command: []string{"./server"}},
//		mcp.Options{Revision: mcp.Rev20251125, Limits: mcp.DefaultLimits()})
//	x := s.Call(ctx, "tools/list", nil)
//	fmt.Println(x.Result().Get("tools"))
//
// What a server sends is never trusted: every read, wait and store is bounded
// by Limits, and JSON is read into Values that keep case, order and duplicates
// of member names.
package mcp
