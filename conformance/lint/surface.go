package lint

import "github.com/mcpctl/mcpctl/mcp"

// Surface is what a server shows. Lists that it does not offer are nil.
type Surface struct {
	Revision  mcp.Revision // "" when none is known
	Transport string       // "stdio", "http", "sse", "" when it came from a file

	// Name and Version are what the server calls itself; Instructions are its
	// words to the model.
	Name, Version, Instructions string

	Tools, Prompts, Resources, Templates []mcp.Value
}

// OfOpening fills in what the result of the opening exchange (initialize or
// server/discover) says of the server.
func (s Surface) OfOpening(result mcp.Value) Surface {
	info := result.Get("serverInfo")
	if !info.Exists() {
		info = result.Get("_meta", mcp.MetaServerInfo)
	}
	s.Name, s.Version = info.Get("name").Text(), info.Get("version").Text()
	s.Instructions = result.Get("instructions").Text()
	return s
}
