// Command acme-server answers just enough to list its one tool.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
)

func main() {
	//mcpctl:if broken
	nothing()
	//mcpctl:end
	//mcpctl:if silent
	os.Exit(7)
	//mcpctl:end
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		var m struct {
			ID     json.RawMessage
			Method string
		}
		if json.Unmarshal(lines.Bytes(), &m) != nil || m.ID == nil {
			continue
		}
		answer := `{}`
		switch m.Method {
		case "initialize":
			answer = `{"protocolVersion": "2025-11-25", "capabilities": {"tools": {}}, "serverInfo": {"name": "acme-server", "version": "1"}}`
		case "tools/list":
			answer = `{"tools": [{"name": "acme-server-greet", "description": "Greets \u001b[2J\nand more",
				"inputSchema": {"type": "object", "properties": {"name": {"type": "string"}, "times": {"type": "integer"}}, "required": ["name"]},
				"outputSchema": {"type": "object"}}]}`
		}
		line, _ := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": m.ID, "result": json.RawMessage(answer)})
		fmt.Println(string(line))
	}
}
