// Package auth signs a person in at MCP servers that ask for it: OAuth 2.1 as
// the revisions of the protocol lay it down (basic/authorization), from the
// server's refusal over its metadata to a token that is kept and renewed.
//
// Nothing is asked besides the server until Options.Agree has agreed to the
// host, every request is a Step of the trace, and everything that a stranger
// sends is bounded. Addresses must be https; http is for a server on this
// machine and what it names on this machine.
//
//	grant, err := auth.Login(ctx, "https://mcp.example.com/mcp", auth.Options{Agree: …, Visit: …})
//	place, err := store.Set(grant)
//	target.Authorizer = auth.NewSource(grant, store, auth.SourceOptions{})
//
// Failures are refusals with permanent codes; docs/login.md has the table.
package auth
