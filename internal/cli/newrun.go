package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/mcpctl/mcpctl/internal/term"
	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/scaffold"
)

// runNew builds the new project, starts its server and shows what tools it has.
func (a *app) runNew(ctx context.Context, p *scaffold.Plan) error {
	tools, err := a.toolchain(p)
	if err != nil {
		return err
	}
	dir, err := filepath.Abs(p.Dest)
	if err != nil {
		return &Error{Code: ExitEnvironment, Err: err}
	}
	out, err := os.MkdirTemp("", "mcpctl-run-")
	if err != nil {
		return &Error{Code: ExitEnvironment, Err: fmt.Errorf("making room for the build: %w", err)}
	}
	defer func() { _ = os.RemoveAll(out) }() // a temporary folder
	fmt.Fprintf(a.Err, "Building %s …\n", a.safe(p.Dest))
	began := time.Now()
	command, err := tools.build(ctx, dir, out)
	if err != nil {
		return err
	}
	built := time.Since(began)
	began = time.Now()
	s, err := connect(ctx, mcp.Target{Name: p.Answers.Name, Command: command, Dir: dir})
	if err != nil {
		return err
	}
	defer func() { _ = s.Close(context.WithoutCancel(ctx)) }() // it has served its purpose
	list, err := listTools(ctx, s)
	if err != nil {
		return &Error{Code: ExitEnvironment, Err: fmt.Errorf("asking %s for its tools: %w", p.Answers.Name, err)}
	}
	took := time.Since(began)
	fmt.Fprintln(a.Out)
	a.printTools(list)
	fmt.Fprintf(a.Out, "\nBuilt in %s; tools/list was answered %s after the start, in revision %s.\n",
		built.Round(10*time.Millisecond), took.Round(100*time.Microsecond), s.Revision())
	return nil
}

// connect opens a session in the newest handshake revision, which servers of
// any age answer, or in the stateless one that some speak alone.
func connect(ctx context.Context, target mcp.Target) (*mcp.Session, error) {
	var failed []error
	for _, r := range []mcp.Revision{mcp.Rev20251125, mcp.Rev20260728} {
		s, err := mcp.Connect(ctx, target, mcp.Options{Revision: r, Limits: mcp.DefaultLimits()})
		if err == nil {
			return s, nil
		}
		failed = append(failed, err)
	}
	return nil, failed[0]
}

// maxPages bounds a list that comes in pages.
const maxPages = 50

// listTools asks for all tools.
func listTools(ctx context.Context, s *mcp.Session) ([]mcp.Value, error) {
	var tools []mcp.Value
	params := map[string]any{}
	for range maxPages {
		x := s.Call(ctx, "tools/list", params)
		if err := x.Err(); err != nil {
			return nil, err
		}
		if refused := x.RPCError(); refused != nil {
			return nil, fmt.Errorf("it answers error %d: %s", refused.Code, refused.Message)
		}
		tools = append(tools, x.Result().Get("tools").Items()...)
		next := x.Result().Get("nextCursor")
		if !next.Exists() {
			return tools, nil
		}
		params = map[string]any{"cursor": next.Text()}
	}
	return nil, errors.New("its list has no end")
}

// printTools shows tools as a table. What a server says of them is made safe.
func (a *app) printTools(tools []mcp.Value) {
	w := tabwriter.NewWriter(a.Out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "TOOL\tSIGNATURE\tDESCRIPTION")
	for _, t := range tools {
		description, _, _ := strings.Cut(t.Get("description").Text(), "\n")
		fmt.Fprintf(w, "%s\t%s\t%s\n", a.cell(t.Get("name").Text(), 40), a.cell(signature(t), 60), a.cell(description, 72))
	}
	_ = w.Flush() // an error of a.Out
}

func (a *app) cell(s string, most int) string { return term.Clip(a.safe(s), most) }

// signature is a tool's schemas in one line, as in (city string, days? integer).
func signature(tool mcp.Value) string {
	required := map[string]bool{}
	for _, name := range tool.Get("inputSchema", "required").Items() {
		required[name.Text()] = true
	}
	var params []string
	for _, p := range tool.Get("inputSchema", "properties").Members() {
		name := p.Name
		if !required[name] {
			name += "?"
		}
		params = append(params, strings.TrimSpace(name+" "+kindName(p.Value)))
	}
	s := "(" + strings.Join(params, ", ") + ")"
	if kind := kindName(tool.Get("outputSchema")); kind != "" {
		s += " → " + kind
	}
	return s
}

// kindName is the type that a schema names, "" if it names none.
func kindName(schema mcp.Value) string {
	t := schema.Get("type")
	if many := t.Items(); len(many) > 0 {
		var names []string
		for _, one := range many {
			names = append(names, one.Text())
		}
		return strings.Join(names, "|")
	}
	return t.Text()
}
