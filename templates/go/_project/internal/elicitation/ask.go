package elicitation

import (
	"fmt"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"example.com/acme-server/internal/caller"
)

// The id of the question; a tool puts one at a time.
const question = "question"

// Answer is what the user made of a question.
type Answer struct {
	Asked   bool           // false: the user has not been asked yet
	Accept  bool           // the user agreed; not: declined or closed the question
	Content map[string]any // the form as filled in
}

// Supported tells whether the client can show a question of a mode, "form" or
// "url".
func Supported(req *mcp.CallToolRequest, mode string) bool {
	caps := req.ClientCapabilities()
	if caps == nil || caps.Elicitation == nil {
		return false
	}
	if mode == "url" {
		return caps.Elicitation.URL != nil
	}
	// A client that names no mode has forms.
	return caps.Elicitation.Form != nil || caps.Elicitation.URL == nil
}

// Ask returns the result that puts a question to the user. Read answers in the
// call that follows; about names what is asked, such as the id of a note.
func (s *Sealer) Ask(req *mcp.CallToolRequest, about string, q *mcp.ElicitParams) (*mcp.CallToolResult, error) {
	state, err := s.Seal(purpose(req, about), about)
	if err != nil {
		return nil, err
	}
	return &mcp.CallToolResult{
		InputRequests: mcp.InputRequestMap{question: q},
		RequestState:  state,
	}, nil
}

// Read returns the user's answer, or that there is none yet. An answer whose
// state was not handed out for the same question to the same caller is an error.
func (s *Sealer) Read(req *mcp.CallToolRequest, about string) (Answer, error) {
	response, ok := req.Params.InputResponses[question]
	if !ok {
		return Answer{}, nil
	}
	var asked string
	if err := s.Open(purpose(req, about), req.Params.RequestState, &asked); err != nil {
		return Answer{}, err
	}
	result, ok := response.(*mcp.ElicitResult)
	if !ok {
		return Answer{}, fmt.Errorf("the answer to %s is not an answer of a user", question)
	}
	return Answer{Asked: true, Accept: result.Action == "accept", Content: result.Content}, nil
}

func purpose(req *mcp.CallToolRequest, about string) string {
	return fmt.Sprintf("%q %q %q", caller.Of(req).ID, req.Params.Name, about)
}
