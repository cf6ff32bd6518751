package inspect

import (
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/mcpctl/mcpctl/mcp"
)

// Part is one piece of a result, as a person looks at it. Its strings are the
// server's own, unsafe words.
type Part struct {
	// Kind is text, image, audio, resource, link, or what the server calls it.
	Kind string
	// Text is what a text or a textual resource says.
	Text string
	// Data is what an image, a sound or a binary resource holds; Broken says
	// why it cannot be read.
	Data   []byte
	Binary bool
	Broken error
	// URI, Name and MIME are those of a resource, link or blob.
	URI, Name, MIME string
}

// ContentParts are the content blocks of a tool's result.
func ContentParts(result mcp.Value) []Part {
	var all []Part
	for _, block := range result.Get("content").Items() {
		all = append(all, part(block))
	}
	return all
}

// ResourceParts are the contents that resources/read gave.
func ResourceParts(result mcp.Value) []Part {
	var all []Part
	for _, contents := range result.Get("contents").Items() {
		all = append(all, contentsPart(contents))
	}
	return all
}

// Said is a message of a prompt.
type Said struct {
	Role  string
	Parts []Part
}

// PromptMessages are the messages of a prompt's result.
func PromptMessages(result mcp.Value) []Said {
	var all []Said
	for _, m := range result.Get("messages").Items() {
		said := Said{Role: m.Get("role").Text()}
		for _, block := range append(m.Get("content").Items(), m.Get("content")) {
			if block.Is(mcp.Object) {
				said.Parts = append(said.Parts, part(block))
			}
		}
		all = append(all, said)
	}
	return all
}

func part(block mcp.Value) Part {
	p := Part{Kind: block.Get("type").Text(), MIME: block.Get("mimeType").Text()}
	switch p.Kind {
	case "text":
		p.Text = block.Get("text").Text()
	case "image", "audio":
		p.decode(block.Get("data").Text())
	case "resource":
		return contentsPart(block.Get("resource"))
	case "resource_link":
		p.Kind, p.URI, p.Name = "link", block.Get("uri").Text(), block.Get("name").Text()
	}
	return p
}

func contentsPart(contents mcp.Value) Part {
	p := Part{Kind: "resource", URI: contents.Get("uri").Text(), MIME: contents.Get("mimeType").Text()}
	if blob := contents.Get("blob"); blob.Exists() {
		p.decode(blob.Text())
		return p
	}
	p.Text = contents.Get("text").Text()
	return p
}

func (p *Part) decode(text string) {
	p.Binary = true
	if p.Data, p.Broken = base64.StdEncoding.DecodeString(text); p.Broken != nil {
		p.Data = nil
	}
}

// Summary is a line for what cannot be shown as text.
func (p Part) Summary() string {
	words := []string{p.Kind}
	for _, word := range []string{p.Name, p.URI, p.MIME} {
		if word != "" {
			words = append(words, word)
		}
	}
	switch {
	case p.Broken != nil:
		words = append(words, "unreadable: "+p.Broken.Error())
	case p.Binary:
		words = append(words, size(len(p.Data)))
	}
	return "[" + strings.Join(words, " ") + "]"
}

func size(n int) string {
	switch {
	case n < 1000:
		return fmt.Sprintf("%d B", n)
	case n < 1_000_000:
		return fmt.Sprintf("%.1f kB", float64(n)/1000)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/1e6)
}
