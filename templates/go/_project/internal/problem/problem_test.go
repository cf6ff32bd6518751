package problem

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

func TestGuard(t *testing.T) {
	known := &Problem{Code: NotFound, Message: "There is no note n9.", Fix: "Search first."}
	tests := map[string]struct {
		err    error
		code   string
		logged bool
	}{
		"a problem":         {known, NotFound, false},
		"a wrapped problem": {fmt.Errorf("deleting: %w", known), NotFound, false},
		"any other error":   {errors.New("SELECT * FROM secrets"), Internal, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var log bytes.Buffer
			h := Guard(slog.New(slog.NewTextHandler(&log, nil)),
				func(context.Context, *mcp.CallToolRequest, struct{}) (*mcp.CallToolResult, struct{}, error) {
					return nil, struct{}{}, test.err
				})
			_, _, err := h(t.Context(), &mcp.CallToolRequest{Params: &mcp.CallToolParamsRaw{Name: "x"}}, struct{}{})

			var got *Problem
			if !errors.As(err, &got) || got.Code != test.code || got.Fix == "" {
				t.Errorf("error = %v, want a problem with code %s and a fix", err, test.code)
			}
			if strings.Contains(err.Error(), "SELECT") {
				t.Errorf("the client sees an inner error: %v", err)
			}
			if logged := log.Len() > 0; logged != test.logged {
				t.Errorf("logged = %v, want %v", logged, test.logged)
			}
		})
	}
}

func TestErrorIsJSON(t *testing.T) {
	var back Problem
	p := Problem{Code: Full, Message: `a "quoted" text`, Fix: "Delete notes."}
	if err := json.Unmarshal([]byte(p.Error()), &back); err != nil || back != p {
		t.Errorf("%s reads back as %+v, %v", p.Error(), back, err)
	}
}
