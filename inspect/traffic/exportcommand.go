package traffic

import (
	"errors"
	"fmt"
	"strings"

	"github.com/mcpctl/mcpctl/mcp"
)

// command is the request as a command line of mcpctl.
func (x export) command() (string, error) {
	m, err := x.message()
	if err != nil {
		return "", err
	}
	if x.Target == "" && len(x.Command) == 0 {
		return "", errors.New("nothing says how the server is called on a command line")
	}
	verb, operands, err := commandWords(m)
	if err != nil {
		return "", err
	}
	words := strings.Fields("mcpctl " + verb)
	if x.Target != "" {
		words = append(words, quote(x.Redact.URL(x.Target)))
	}
	for i, word := range operands {
		word = x.Redact.String(word)
		if strings.HasPrefix(word, "-") && (i == 0 || !strings.HasPrefix(word, "--args=")) {
			return "", fmt.Errorf("%q would be read as a flag", label(word))
		}
		words = append(words, quote(word))
	}
	if x.Target != "" && x.Config != "" {
		words = append(words, "--config", quote(x.Config))
	}
	for name := range x.Header { // those of a name are in its configuration
		if strings.EqualFold(name, "Authorization") && strings.Contains(x.Target, "://") {
			words = append(words, "--bearer-env", x.reference(name))
		}
	}
	if x.Target == "" {
		words = append(words, "--")
		for _, word := range x.Command {
			words = append(words, quote(x.Redact.String(word)))
		}
	}
	return strings.Join(words, " "), nil
}

// commandWords are the words of the command that sends a request like m.
func commandWords(m mcp.Message) (verb string, operands []string, err error) {
	params := m.Params()
	switch m.Method() {
	case "tools/call":
		return "tools call", append([]string{params.Get("name").Text()}, argumentWords(params.Get("arguments"))...), nil
	case "prompts/get":
		return "prompts get", append([]string{params.Get("name").Text()}, argumentWords(params.Get("arguments"))...), nil
	case "resources/read":
		return "resources read", []string{params.Get("uri").Text()}, nil
	case "resources/subscribe":
		return "resources subscribe", []string{params.Get("uri").Text()}, nil
	case "completion/complete":
		ref, argument := params.Get("ref"), params.Get("argument")
		words := []string{ref.Get("name").Text() + ref.Get("uri").Text(), argument.Get("name").Text(), argument.Get("value").Text()}
		return "complete", words, nil
	case "tools/list", "prompts/list", "resources/list":
		return strings.ReplaceAll(m.Method(), "/", " "), nil, nil
	case "resources/templates/list":
		return "resources templates", nil, nil
	case "initialize", "server/discover":
		return "discover", nil, nil
	case "ping":
		return "ping", nil, nil
	}
	return "", nil, fmt.Errorf("mcpctl has no command that sends %s", label(m.Method()))
}

// argumentWords are arguments as `tools call` reads them: text as it is where
// nothing in it has a meaning there, JSON otherwise, and all of them as one JSON
// object when a name cannot be written.
func argumentWords(arguments mcp.Value) []string {
	if arguments.Len() == 0 {
		return nil
	}
	var words []string
	for _, m := range arguments.Members() {
		if m.Name == "" || strings.ContainsAny(m.Name, ".=:[]") || strings.HasPrefix(m.Name, "-") {
			return []string{"--args=" + string(arguments.Raw())}
		}
		text := m.Value.Text()
		if m.Value.Is(mcp.String) && !strings.HasPrefix(text, "@") && !looksTyped(text) {
			words = append(words, m.Name+"="+text)
			continue
		}
		words = append(words, m.Name+":="+string(m.Value.Raw()))
	}
	return words
}

// looksTyped reports whether a text might be read as a type other than text by
// a schema that leaves the choice.
func looksTyped(text string) bool {
	v, err := mcp.Parse([]byte(text))
	return err == nil && v.Exists()
}
