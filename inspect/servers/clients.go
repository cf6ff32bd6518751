package servers

import "slices"

// client is how one program keeps its servers.
type client struct {
	name string
	// keys lead to the servers in the file; the first that is there counts.
	keys [][]string
	// dialect is which references the client replaces.
	dialect dialect
	// url is the member that holds the address of a server that speaks
	// Streamable HTTP, when it is not "url"; then "url" is that of HTTP+SSE.
	url string
	// more finds servers, and what is off, in places of the client's own.
	more func(r *reading, root node)
}

// The clients whose files are known.
var (
	claudeDesktop  = &client{name: "Claude Desktop", keys: keys("mcpServers")}
	claudeCode     = &client{name: "Claude Code", keys: keys("mcpServers"), dialect: dialect{braces: true, defaults: true}, more: claudeProjects}
	vsCode         = &client{name: "VS Code", keys: keys("servers"), dialect: codeVariables}
	vsCodeSettings = &client{name: "VS Code", keys: [][]string{{"mcp", "servers"}, {"mcp.servers"}}, dialect: codeVariables}
	cursor         = &client{name: "Cursor", keys: keys("mcpServers"), dialect: dialect{prefixed: true, folders: true}}
	windsurf       = &client{name: "Windsurf", keys: keys("mcpServers"), dialect: dialect{prefixed: true}, url: "serverUrl"}
	zed            = &client{name: "Zed", keys: keys("context_servers")}
	cline          = &client{name: "Cline", keys: keys("mcpServers"), dialect: dialect{prefixed: true}}
	codex          = &client{name: "Codex", keys: keys("mcp_servers")}
	gemini         = &client{name: "Gemini CLI", keys: keys("mcpServers"), dialect: dialect{braces: true, defaults: true, bare: true}, url: "httpUrl", more: geminiLists}
	mcpctl         = &client{name: "mcpctl", keys: [][]string{{"servers"}, {"mcpServers"}}, dialect: dialect{braces: true, prefixed: true}}
	// anybody is whoever wrote a file that the user names.
	anybody = &client{name: "file", keys: [][]string{{"mcpServers"}, {"servers"}, {"context_servers"}, {"mcp_servers"}, {"mcp", "servers"}},
		dialect: dialect{braces: true, defaults: true, prefixed: true, inputs: true, folders: true}}
)

var codeVariables = dialect{prefixed: true, inputs: true, folders: true}

func keys(name string) [][]string { return [][]string{{name}} }

// claudeProjects reads what Claude Code keeps of each project in the user's own
// file: servers of that folder alone, and those that were switched off.
func claudeProjects(r *reading, root node) {
	if r.place.scope != User {
		return
	}
	own := root.get("projects", r.places.Folder)
	if r.places.Folder == "" {
		return
	}
	before := len(r.found)
	r.servers(own.get("mcpServers"))
	for i := range r.found[before:] {
		r.found[before+i].within = true
	}
	r.switchOff(own.get("disabledMcpServers"), User, "switched off for this folder")
	r.switchOff(own.get("disabledMcpjsonServers"), Project, "refused for this folder")
}

// geminiLists reads the lists that let servers in and keep them out.
func geminiLists(r *reading, root node) {
	if allowed := root.get("mcp", "allowed"); allowed.kind == listNode {
		names := allowed.texts()
		for i, s := range r.found {
			if !slices.Contains(names, s.Name) {
				r.found[i].Disabled = "not in the list mcp.allowed"
			}
		}
	}
	r.switchOff(root.get("mcp", "excluded"), r.place.scope, "in the list mcp.excluded")
}

// Clients are the names of the clients that are known.
func Clients() []string {
	var all []string
	for _, c := range []*client{claudeDesktop, claudeCode, vsCode, cursor, windsurf, zed, cline, codex, gemini, mcpctl} {
		all = append(all, c.name)
	}
	return all
}
