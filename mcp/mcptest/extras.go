package mcptest

import "fmt"

// Entries that the tool change has put into a list by name.

func extraTools(names []string) []Tool {
	var all []Tool
	for _, name := range names {
		all = append(all, Tool{
			Name:       name,
			Descriptor: map[string]any{"description": "Was added.", "inputSchema": closed()},
			Call:       func(*Call) (map[string]any, error) { return Content(Text("added")), nil },
		})
	}
	return all
}

func extraPrompts(names []string) []Prompt {
	var all []Prompt
	for _, name := range names {
		all = append(all, Prompt{
			Name:       name,
			Descriptor: map[string]any{"description": "Was added."},
			Get:        func(*Call) (map[string]any, error) { return Messages(Text("added")), nil },
		})
	}
	return all
}

func extraResources(names []string) []Resource {
	var all []Resource
	for _, name := range names {
		uri := "mcptest://added/" + fmt.Sprintf("%x", name)
		all = append(all, Resource{
			URI:        uri,
			Descriptor: map[string]any{"name": name, "mimeType": "text/plain"},
			Read: func(*Call) ([]map[string]any, error) {
				return []map[string]any{TextContents(uri, "text/plain", "added")}, nil
			},
		})
	}
	return all
}

// Messages are the result of a prompt: blocks said by the user.
func Messages(blocks ...map[string]any) map[string]any {
	all := make([]any, len(blocks))
	for i, b := range blocks {
		all[i] = map[string]any{"role": "user", "content": b}
	}
	return map[string]any{"messages": all}
}
