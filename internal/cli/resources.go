package cli

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"sync"

	"github.com/spf13/cobra"

	"github.com/mcpctl/mcpctl/inspect"
)

func (a *app) resourcesCommand() *cobra.Command {
	return a.group("resources", "List a server's resources, read one, or watch some",
		a.listCommand(inspect.Resources, "List the resources", printResource),
		a.listCommand(inspect.Templates, "List the templates of resources", printResource),
		a.resourcesReadCommand(), a.resourcesSubscribeCommand())
}

// printResource prints a resource or a template.
func printResource(v *visit, out *bytes.Buffer, e entry) {
	id := e.Get("uri").Text()
	if id == "" {
		id = e.Get("uriTemplate").Text()
	}
	line := id
	for _, word := range []string{e.Get("name").Text(), e.Get("mimeType").Text()} {
		if word != "" {
			line += "  " + word
		}
	}
	if size, ok := e.Get("size").Int(); ok {
		line += fmt.Sprintf("  %d B", size)
	}
	fmt.Fprintln(out, v.line(line))
	v.describe(out, e)
}

func (a *app) resourcesReadCommand() *cobra.Command {
	var f inspectFlags
	var save string
	c := &cobra.Command{
		Use:   "read [flags] URL | NAME  URI  |  URI -- COMMAND [ARGS…]",
		Short: "Read a resource",
		RunE: func(c *cobra.Command, args []string) error {
			return a.visited(c, args, &f, 1, 1, func(ctx context.Context, v *visit, rest []string) error {
				result, failure := v.ReadResource(ctx, rest[0])
				if !result.Exists() {
					return failure
				}
				parts := inspect.ResourceParts(result)
				err := v.print(ctx, result, func(out *bytes.Buffer) {
					for _, p := range parts {
						v.part(out, p)
					}
				})
				if err == nil {
					err = v.save(save, parts)
				}
				return cmp.Or(failure, err)
			})
		},
		ValidArgsFunction: a.completeRemote(&f, resourceWords),
	}
	f.bind(c)
	c.Flags().StringVar(&save, "save", "", "save the contents to a new `FILE`, or into a folder")
	return c
}

func (a *app) resourcesSubscribeCommand() *cobra.Command {
	var f inspectFlags
	var count int
	var read bool
	c := &cobra.Command{
		Use:   "subscribe [flags] URL | NAME  URI…  |  URI… -- COMMAND [ARGS…]",
		Short: "Print a line whenever one of the resources changes, until ctrl-C",
		RunE: func(c *cobra.Command, args []string) error {
			if count < 0 {
				return usagef("--count %d is less than nothing", count)
			}
			if f.jq != "" {
				return usagef("resources subscribe has no --jq: it prints one JSON object a line").hinted("Pipe it into jq.")
			}
			return a.visited(c, args, &f, 1, -1, func(ctx context.Context, v *visit, uris []string) error {
				return v.watch(ctx, uris, count, read)
			})
		},
		ValidArgsFunction: a.completeRemote(&f, resourceWords),
	}
	f.bind(c)
	c.Flags().IntVar(&count, "count", 0, "end after `N` changes")
	c.Flags().BoolVar(&read, "read", false, "read and print the resource at every change")
	return c
}

// watch prints changes as they come, until there were as many as were asked for.
func (v *visit) watch(parent context.Context, uris []string, count int, read bool) error {
	ctx, stop := context.WithCancel(parent)
	defer stop()
	var printing sync.WaitGroup
	var failure error
	printing.Go(func() {
		defer stop()
		for n := 0; count == 0 || n < count; n++ {
			select {
			case uri := <-v.changes:
				if failure = v.changed(ctx, uri, read); failure != nil {
					return
				}
			case <-ctx.Done():
				return
			}
		}
	})
	err := v.Watch(ctx, uris, func() {
		if !v.flags.quiet {
			fmt.Fprintf(v.app.Err, "watching %d resources; ctrl-C ends\n", len(uris))
		}
	})
	stop()
	printing.Wait()
	return cmp.Or(parent.Err(), failure, err)
}

// changed prints one change.
func (v *visit) changed(ctx context.Context, uri string, read bool) error {
	line := map[string]any{"uri": uri}
	if read {
		result, err := v.ReadResource(ctx, uri)
		if err != nil {
			return err
		}
		line["result"] = result
		if v.flags.format == "text" {
			var out bytes.Buffer
			fmt.Fprintf(&out, "%s\n", v.line(uri))
			for _, p := range inspect.ResourceParts(result) {
				v.part(&out, p)
			}
			_, err := v.app.Out.Write(out.Bytes())
			return written(err)
		}
	}
	if v.flags.format == "json" {
		raw, err := json.Marshal(line)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(v.app.Out, "%s\n", inspect.SafeJSON(v.app.redact.Bytes(raw)))
		return written(err)
	}
	_, err := fmt.Fprintf(v.app.Out, "%s\n", v.line(uri))
	return written(err)
}
