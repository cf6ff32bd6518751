// Package servers finds the MCP servers that clients are configured with, by
// reading the clients' own files in place: Claude Desktop, Claude Code, VS Code,
// Cursor, Windsurf, Zed, Cline, Codex, Gemini CLI, and mcpctl.yaml.
//
//	found := servers.Find(servers.Places{OS: runtime.GOOS, Home: home, Folder: folder, Getenv: os.LookupEnv})
//	for _, s := range found.Servers {
//		fmt.Println(s.Name, s.Client, s.Position(), s.Shown())
//	}
//	target, secrets, err := found.Servers[0].Target(look)
//
// It never writes and never starts or asks anything. A file that cannot be
// understood is a Problem with its position, and the others are read all the
// same. What is read is bounded in size and depth. The values of variables and
// headers stay in the Settings; Shown and Address leave secrets out.
package servers
