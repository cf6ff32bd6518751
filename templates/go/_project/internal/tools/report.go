package tools

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"example.com/acme-server/internal/caller"
	"example.com/acme-server/internal/problem"
	"example.com/acme-server/internal/tasks"
)

type reportInput struct {
	Task string `json:"task" jsonschema:"the id that start_report returned"`
}

type reportOutput struct {
	Task   string      `json:"task" jsonschema:"the id of the task"`
	State  tasks.State `json:"state" jsonschema:"working, completed, failed or cancelled"`
	Done   int         `json:"done" jsonschema:"notes read so far"`
	Total  int         `json:"total" jsonschema:"notes to read"`
	Report string      `json:"report,omitempty" jsonschema:"the report, once completed"`
}

func startReport(s *mcp.Server, d Deps) {
	add(s, d, &mcp.Tool{
		Name:        "start_report",
		Title:       "Start a report",
		Description: "Begins to count the words of all notes and returns a task. Ask for its result with poll_report.",
		Annotations: additive(),
		Icons:       Icon(),
	}, func(_ context.Context, req *mcp.CallToolRequest, _ struct{}) (*mcp.CallToolResult, reportOutput, error) {
		t, err := d.Tasks.Start(caller.Of(req).ID, report(d))
		return reportResult(t, err)
	})
}

func pollReport(s *mcp.Server, d Deps) {
	add(s, d, &mcp.Tool{
		Name:        "poll_report",
		Title:       "Ask for a report",
		Description: "Tells how far a report is, and returns it once it is completed. Wait a second between calls.",
		Annotations: readOnly(),
		Icons:       Icon(),
	}, func(_ context.Context, req *mcp.CallToolRequest, in reportInput) (*mcp.CallToolResult, reportOutput, error) {
		t, err := d.Tasks.Get(caller.Of(req).ID, in.Task)
		return reportResult(t, err)
	})
}

func cancelReport(s *mcp.Server, d Deps) {
	add(s, d, &mcp.Tool{
		Name:        "cancel_report",
		Title:       "Cancel a report",
		Description: "Stops the work on a report.",
		Annotations: destructive(),
		Icons:       Icon(),
	}, func(_ context.Context, req *mcp.CallToolRequest, in reportInput) (*mcp.CallToolResult, reportOutput, error) {
		t, err := d.Tasks.Cancel(caller.Of(req).ID, in.Task)
		return reportResult(t, err)
	})
}

// report is the work: here it is done in a blink, in your server it may take
// hours.
func report(d Deps) tasks.Work {
	return func(ctx context.Context, step func(done, total int)) (string, error) {
		all := d.Notes.All()
		words := 0
		for i, n := range all {
			if err := ctx.Err(); err != nil {
				return "", err
			}
			words += len(strings.Fields(n.Text))
			step(i+1, len(all))
		}
		return fmt.Sprintf("%d notes with %d words", len(all), words), nil
	}
}

func reportResult(t tasks.Task, err error) (*mcp.CallToolResult, reportOutput, error) {
	switch {
	case errors.Is(err, tasks.ErrUnknown):
		err = &problem.Problem{
			Code:    problem.NotFound,
			Message: "There is no such report; reports are kept for a while only.",
			Fix:     "Start one with start_report.",
		}
	case errors.Is(err, tasks.ErrFull):
		err = &problem.Problem{
			Code:    problem.Unavailable,
			Message: "Too many reports are kept.",
			Fix:     "Try again later.",
		}
	case t.State == tasks.Failed:
		err = fmt.Errorf("making the report: %w", t.Err)
	}
	return nil, reportOutput{Task: t.ID, State: t.State, Done: t.Done, Total: t.Total, Report: t.Result}, err
}
