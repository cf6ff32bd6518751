package config

// Own is what this server itself needs to be told, apart from its features.
type Own struct {
	FetchHosts []string `env:"MCP_FETCH_HOSTS"` // hosts that the tool fetch_page may ask; none: no such tool
}

// ownDefaults are defaults of features' settings that name this server's tools,
// which the features know nothing of.
func ownDefaults() map[string]string {
	return map[string]string{
		//mcpctl:if cache
		"MCP_CACHE_TOOLS": "search_notes,find_notes",
		//mcpctl:end
		//mcpctl:if timeouts
		"MCP_TIMEOUT_TOOLS": "delete_note=5m,share_note=5m,summarise_note=2m",
		//mcpctl:end
	}
}
