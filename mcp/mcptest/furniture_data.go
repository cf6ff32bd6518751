package mcptest

import (
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/mcpctl/mcpctl/mcp"
)

// fileRoot is the folder whose files are served. It exists nowhere.
const fileRoot = "file:///mcptest/"

const greeting = "Grüße!\nThis text has two lines."

var files = map[string]string{"readme.md": "# Read me\n\nThis file exists nowhere.\n", "docs/guide.md": "# Guide\n"}

func resources() []Resource {
	one := func(uri, mime string, text func(*Call) string) func(*Call) ([]map[string]any, error) {
		return func(c *Call) ([]map[string]any, error) {
			return []map[string]any{TextContents(uri, mime, text(c))}, nil
		}
	}
	always := func(text string) func(*Call) string { return func(*Call) string { return text } }
	return []Resource{{
		URI: "mcptest://text/greeting",
		Descriptor: object{
			"name": "greeting", "title": "Greeting", "description": "A text of two lines.", "mimeType": "text/plain", "icons": icons(),
			"annotations": object{"audience": []any{"user", "assistant"}, "priority": 1, "lastModified": "2026-01-02T03:04:05Z"},
		},
		Read: func(c *Call) ([]map[string]any, error) {
			text := greeting
			if n := c.Changes("mcptest://text/greeting"); n > 0 {
				text += fmt.Sprintf("\nIt has changed %d times.", n)
			}
			return []map[string]any{TextContents("mcptest://text/greeting", "text/plain", text)}, nil
		},
	}, {
		URI:        "mcptest://data/table",
		Descriptor: object{"name": "table", "description": "A table.", "mimeType": "application/json", "size": 9},
		Read:       one("mcptest://data/table", "application/json", always(`{"a":[1]}`)),
	}, {
		URI:        "mcptest://data/picture",
		Descriptor: object{"name": "picture", "description": "A picture.", "mimeType": "image/png", "size": len(picture())},
		Read: func(*Call) ([]map[string]any, error) {
			return []map[string]any{BlobContents("mcptest://data/picture", "image/png", picture())}, nil
		},
	}, {
		URI:        fileRoot + "readme.md",
		Descriptor: object{"name": "readme.md", "description": "A file.", "mimeType": "text/markdown"},
		Read:       one(fileRoot+"readme.md", "text/markdown", always(files["readme.md"])),
	}, {
		URI:        "mcptest://ticks",
		Descriptor: object{"name": "ticks", "description": "How often the tool slow has counted.", "mimeType": "text/plain"},
		Read:       one("mcptest://ticks", "text/plain", func(c *Call) string { return fmt.Sprint(c.w.ticks.Load()) }),
	}, {
		URI: "mcptest://broken", Hidden: true, Descriptor: object{"name": "broken"},
		Read: func(*Call) ([]map[string]any, error) { return nil, errors.New("the disk is on fire") },
	}, {
		URI: "mcptest://asks", Hidden: true, In: mcp.Since(mcp.Rev20250618), Descriptor: object{"name": "asks"},
		Read: func(c *Call) ([]map[string]any, error) {
			answer, err := c.Ask("name", "elicitation/create", form("Who wants to read this?"))
			if err != nil {
				return nil, err
			}
			return []map[string]any{TextContents("mcptest://asks", "text/plain", "for "+answer.Get("content", "name").Text())}, nil
		},
	}}
}

func templates() []Template {
	return []Template{{
		Pattern: "mcptest://people/{name}",
		Descriptor: object{
			"name": "people", "title": "People", "description": "What is known of a person.", "mimeType": "text/plain", "icons": icons(),
			"annotations": object{"audience": []any{"assistant"}},
		},
		Read: func(c *Call) ([]map[string]any, error) {
			for _, name := range people() {
				if name == c.Variables["name"] {
					return []map[string]any{TextContents(c.URI, "text/plain", name+" is a person.")}, nil
				}
			}
			return nil, nil
		},
		Complete: func(_ *Call, _, value string) ([]string, error) { return starting(value, people()), nil },
	}, {
		Pattern:    "mcptest://weather/{country}/{city}",
		Descriptor: object{"name": "weather", "description": "The weather.", "mimeType": "text/plain"},
		Read: func(c *Call) ([]map[string]any, error) {
			for _, city := range cities[c.Variables["country"]] {
				if city == c.Variables["city"] {
					return []map[string]any{TextContents(c.URI, "text/plain", "It rains in "+city+".")}, nil
				}
			}
			return nil, nil
		},
		Complete: completePlace,
	}, {
		Pattern:    fileRoot + "{+path}",
		Descriptor: object{"name": "files", "description": "The files.", "mimeType": "text/markdown"},
		Read: func(c *Call) ([]map[string]any, error) {
			// The variable is decoded already, so nothing can hide in it.
			name := c.Variables["path"]
			text, ok := files[name]
			if !ok || path.Clean("/"+name) != "/"+name {
				return nil, nil
			}
			return []map[string]any{TextContents(c.URI, "text/markdown", text)}, nil
		},
		Complete: func(_ *Call, _, value string) ([]string, error) {
			return starting(value, []string{"docs/guide.md", "readme.md"}), nil
		},
	}}
}

var cities = map[string][]string{"france": {"lyon", "paris"}, "japan": {"kyoto", "osaka"}}

// completePlace narrows cities down to a country that is chosen already.
func completePlace(c *Call, variable, value string) ([]string, error) {
	if variable == "country" {
		return starting(value, []string{"france", "japan"}), nil
	}
	if chosen := c.Arguments.Get("country").Text(); chosen != "" {
		return starting(value, cities[chosen]), nil
	}
	return starting(value, append(append([]string(nil), cities["france"]...), cities["japan"]...)), nil
}

// people are more than fit into one completion.
func people() []string {
	var all []string
	for i := range 150 {
		all = append(all, fmt.Sprintf("person-%03d", i))
	}
	return all
}

// starting are those that begin with a prefix; if there are none, those that
// hold it somewhere.
func starting(prefix string, all []string) []string {
	var with, within []string
	for _, each := range all {
		switch {
		case strings.HasPrefix(each, prefix):
			with = append(with, each)
		case strings.Contains(each, prefix):
			within = append(within, each)
		}
	}
	return append(with, within...)
}

func prompts() []Prompt {
	return []Prompt{{
		Name:       "plain",
		Descriptor: object{"title": "Plain", "description": "Asks for a word.", "icons": icons()},
		Get: func(*Call) (map[string]any, error) {
			result := Messages(Text("Say a word."))
			result["description"] = "Asks for a word."
			return result, nil
		},
	}, {
		Name: "greet",
		Descriptor: object{"description": "Greets somebody.", "arguments": []any{
			object{"name": "name", "title": "Name", "description": "Whom to greet.", "required": true},
			object{"name": "language", "description": "In which language."},
		}},
		Get: func(c *Call) (map[string]any, error) {
			return Messages(Text(fmt.Sprintf("Greet %s in %s.", c.Text("name"), c.Text("language")))), nil
		},
		Complete: func(_ *Call, argument, value string) ([]string, error) {
			if argument == "name" {
				return starting(value, people()), nil
			}
			return starting(value, []string{"english", "french", "german"}), nil
		},
	}, {
		Name:       "media",
		Descriptor: object{"description": "Shows a picture, a sound and a text."},
		Get: func(c *Call) (map[string]any, error) {
			blocks := []map[string]any{Image("image/png", picture()), Embedded(TextContents("mcptest://text/greeting", "text/plain", greeting))}
			if c.Revision >= mcp.Rev20250326 {
				blocks = append(blocks, Audio("audio/wav", sound()))
			}
			return Messages(blocks...), nil
		},
	}, {
		Name: "throws", Hidden: true,
		Descriptor: object{"arguments": []any{object{"name": "broken"}}},
		Get:        func(*Call) (map[string]any, error) { return nil, errors.New("the prompt is broken inside") },
		Complete:   func(*Call, string, string) ([]string, error) { return nil, errors.New("there is no dictionary") },
	}}
}
