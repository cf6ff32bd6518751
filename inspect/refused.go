package inspect

import (
	"fmt"
	"strings"

	"github.com/mcpctl/mcpctl/conformance/schema"
	"github.com/mcpctl/mcpctl/internal/term"
	"github.com/mcpctl/mcpctl/mcp"
)

// Refused says that the server asked something that Options.Answers do not
// answer, or answer in a way that does not fit.
type Refused struct {
	Method string
	Params mcp.Value
	// Why is what is wrong with the answer that there was; "" when there was
	// none.
	Why string
}

// Error says what was asked. It holds the server's words.
func (r *Refused) Error() string {
	asked := fmt.Sprintf("the server asked for input (%s): %s", r.Method, question(r.Method, r.Params))
	if r.Why != "" {
		return asked + ", and the answer given does not fit: " + r.Why
	}
	return asked + ", and no answer was given"
}

// question is what a request of the server's asks, in its own words.
func question(method string, params mcp.Value) string {
	switch method {
	case "elicitation/create":
		text := fmt.Sprintf("%.300q", params.Get("message").Text())
		if isURL(params) {
			text += fmt.Sprintf(" at %.300q", params.Get("url").Text())
		}
		return text
	case "sampling/createMessage":
		return fmt.Sprintf("%.300q", prompted(params))
	}
	return "something that mcpctl does not know"
}

func isURL(params mcp.Value) bool { return params.Get("mode").Text() == "url" }

// prompted is the text of the last message of a sampling request.
func prompted(params mcp.Value) string {
	messages := params.Get("messages").Items()
	if len(messages) == 0 {
		return ""
	}
	content := messages[len(messages)-1].Get("content")
	var all []string
	for _, block := range append(content.Items(), content) {
		if text := block.Get("text").Text(); text != "" {
			all = append(all, text)
		}
	}
	return strings.Join(all, "\n")
}

// mustVisit is the refusal in an error of 2025-11-25 that asks for pages to be
// visited first, nil for every other error.
func mustVisit(failure *mcp.RPCError) *Refused {
	all := failure.Data.Get("elicitations").Items()
	if failure.Code != mcp.CodeURLElicitation || len(all) == 0 {
		return nil
	}
	return &Refused{Method: "elicitation/create", Params: all[0], Why: "the page has to be visited before the call; then repeat it"}
}

// Skeleton is the beginning of an answer file that answers the question, "" when
// no file could.
func (r *Refused) Skeleton() string {
	quoted := func(v any) string { return string(SafeJSON(mcp.ValueOf(v).Raw())) }
	switch {
	case r.Method == "sampling/createMessage":
		return fmt.Sprintf("sampling:\n  - prompt: %s\n    text: …\n", quoted(prompted(r.Params)))
	case r.Method != "elicitation/create":
		return ""
	}
	text := fmt.Sprintf("elicitation:\n  - message: %s\n    action: accept\n", quoted(r.Params.Get("message").Text()))
	if isURL(r.Params) {
		return text
	}
	example, err := schema.Example(r.Params.Get("requestedSchema").Raw())
	if err != nil {
		return text
	}
	return text + "    content: " + quoted(example) + "\n    # fields: " + term.SafeLine(Parameters(r.Params.Get("requestedSchema"))) + "\n"
}
