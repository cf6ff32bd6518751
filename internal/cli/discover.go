package cli

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mcpctl/mcpctl/inspect"
	"github.com/mcpctl/mcpctl/mcp"
)

func (a *app) discoverCommand() *cobra.Command {
	var f inspectFlags
	c := &cobra.Command{
		Use:   "discover [flags] URL | NAME | -- COMMAND [ARGS…]",
		Short: "Show what a server is, which revisions it speaks and what it offers",
		RunE:  func(c *cobra.Command, args []string) error { return a.discover(c, args, &f) },

		ValidArgsFunction: a.completeRemote(&f, nil),
	}
	f.bind(c)
	return c
}

func (a *app) discover(c *cobra.Command, args []string, f *inspectFlags) error {
	target, rest, err := a.addressed(c, args, f.targetFlags)
	if err != nil {
		return err
	}
	if err := operands(c, rest, 0, 0); err != nil {
		return err
	}
	options, err := f.options(a)
	if err != nil {
		return err
	}
	v := &visit{app: a, flags: f}
	if f.jq != "" {
		if v.query, err = inspect.ParseQuery(f.jq); err != nil {
			return usagef("--jq: %w", err)
		}
	}
	revisions := mcp.Timeline()
	if options.Revision != "" {
		revisions = []mcp.Revision{options.Revision}
	}
	d, err := inspect.Discover(c.Context(), target, revisions, options)
	if err != nil {
		return err
	}
	result := mcp.ValueOf(map[string]any{"schema": "mcpctl.discover/v1",
		"transport": d.Transport, "revisions": d.Revisions, "refused": d.Refused, "server": d.Server})
	return v.print(c.Context(), result, func(out *bytes.Buffer) { v.discovered(out, d) })
}

func (v *visit) discovered(out *bytes.Buffer, d inspect.Discovery) {
	info := d.Server.Get("serverInfo")
	if !info.Exists() {
		info = d.Server.Get("_meta", mcp.MetaServerInfo)
	}
	name := info.Get("title").Text()
	if name == "" {
		name = info.Get("name").Text()
	}
	row := func(label, text string) {
		if text != "" {
			fmt.Fprintf(out, "  %-10s %s\n", label, v.line(text))
		}
	}
	fmt.Fprintf(out, "%s %s\n", v.line(name), v.line(info.Get("version").Text()))
	row("over", string(d.Transport))
	var spoken []string
	for _, r := range d.Revisions {
		spoken = append(spoken, string(r))
	}
	row("speaks", strings.Join(spoken, ", "))
	for _, r := range slices.Backward(mcp.Timeline()) {
		if why, refused := d.Refused[r]; refused {
			row("not", string(r)+": "+shorten(why, 200, false))
		}
	}
	row("offers", offers(d.Server.Get("capabilities")))
	if text := strings.TrimSpace(d.Server.Get("instructions").Text()); text != "" {
		fmt.Fprintf(out, "\n%s\n", v.safe(text))
	}
}

// offers are the capabilities in a line, as in "tools (listChanged), prompts".
func offers(capabilities mcp.Value) string {
	var all []string
	for _, m := range capabilities.Members() {
		var inner []string
		for _, detail := range m.Value.Members() {
			if !detail.Value.Is(mcp.Bool) || detail.Value.True() {
				inner = append(inner, detail.Name)
			}
		}
		word := m.Name
		if len(inner) > 0 {
			word += " (" + strings.Join(inner, ", ") + ")"
		}
		all = append(all, word)
	}
	return strings.Join(all, ", ")
}
