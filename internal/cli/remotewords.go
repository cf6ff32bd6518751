package cli

import (
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/mcpctl/mcpctl/inspect"
	"github.com/mcpctl/mcpctl/internal/term"
	"github.com/mcpctl/mcpctl/mcp"
)

const (
	// completionTime bounds what a press of the tabulator may take.
	completionTime = 2 * time.Second
	// maxWords bounds how many words a shell is given.
	maxWords = 500
)

// words suggests words for the operand at hand, asking the server. done are the
// operands before it.
type words func(ctx context.Context, c *inspect.Client, done []string, typed string) []suggestion

// suggestion is a word and what it means. A partial one goes on.
type suggestion struct {
	word, about string
	partial     bool
}

// completeRemote completes operands: first the target from the configuration,
// then what the server offers. A server that does not answer in time, or at all,
// leaves the shell without suggestions and without a word about it.
func (a *app) completeRemote(f *inspectFlags, ask words) cobra.CompletionFunc {
	return func(c *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
		if len(args) == 0 {
			conf, err := readConfig(f.config)
			if err != nil {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return conf.names(), cobra.ShellCompDirectiveNoFileComp
		}
		if ask == nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		parent := c.Context()
		if parent == nil { // cobra gives none to some of what it completes
			parent = context.Background()
		}
		return shellWords(a.suggestions(parent, c, args, typed, f, ask), typed)
	}
}

func (a *app) suggestions(parent context.Context, c *cobra.Command, args []string, typed string, f *inspectFlags, ask words) []suggestion {
	if c.ArgsLenAtDash() == len(args) {
		c = &cobra.Command{} // cobra puts a -- of its own behind the words to complete
	}
	target, done, err := a.addressed(c, args, f.targetFlags)
	if err != nil {
		return nil
	}
	options, err := f.options(a)
	if err != nil {
		return nil
	}
	options.Idle, options.Total, options.Answers = completionTime, completionTime, nil
	ctx, cancel := context.WithTimeout(parent, completionTime)
	defer cancel()
	client, err := inspect.Open(ctx, target, options)
	if err != nil {
		return nil
	}
	defer func() { _ = client.Close(ctx) }() // nobody is there to be told
	return ask(ctx, client, done, typed)
}

// shellWords are suggestions as cobra hands them to the shell. Words that would
// not arrive as they are left out.
func shellWords(all []suggestion, typed string) ([]string, cobra.ShellCompDirective) {
	directive := cobra.ShellCompDirectiveNoFileComp
	var out []string
	for _, s := range all {
		if !strings.HasPrefix(s.word, typed) || s.word != term.SafeLine(s.word) || len(out) >= maxWords {
			continue
		}
		if s.partial {
			directive |= cobra.ShellCompDirectiveNoSpace
		}
		if s.about != "" {
			first, _, _ := strings.Cut(s.about, "\n")
			s.word += "\t" + term.SafeLine(shorten(first, 80, false))
		}
		out = append(out, s.word)
	}
	return out, directive
}

// listWords are the names of a list.
func listWords(ctx context.Context, c *inspect.Client, k inspect.Kind) []suggestion {
	entries, _ := c.List(ctx, k) // what could be read will do
	var all []suggestion
	for _, e := range entries {
		all = append(all, suggestion{word: e.Get(k.ID()).Text(), about: e.Get("description").Text()})
	}
	return all
}

// toolWords are tools, then the arguments of the one that was chosen.
func toolWords(ctx context.Context, c *inspect.Client, done []string, _ string) []suggestion {
	if len(done) == 0 {
		return listWords(ctx, c, inspect.Tools)
	}
	tool, err := c.FindTool(ctx, done[0])
	if err != nil {
		return nil
	}
	var all []suggestion
	for _, p := range inspect.Properties(tool.Get("inputSchema")) {
		all = append(all, suggestion{word: p.Name + "=", about: p.About, partial: true})
		for _, choice := range p.Choices {
			all = append(all, suggestion{word: p.Name + "=" + choice})
		}
	}
	return all
}

// resourceWords are the addresses of resources.
func resourceWords(ctx context.Context, c *inspect.Client, _ []string, _ string) []suggestion {
	return listWords(ctx, c, inspect.Resources)
}

// completableWords are the prompts and templates that arguments can be completed
// for.
func completableWords(ctx context.Context, c *inspect.Client, done []string, _ string) []suggestion {
	if len(done) > 0 {
		return nil
	}
	return append(listWords(ctx, c, inspect.Prompts), listWords(ctx, c, inspect.Templates)...)
}

// promptWords are prompts, then the arguments of the one that was chosen, with
// the values that the server suggests.
func promptWords(ctx context.Context, c *inspect.Client, done []string, typed string) []suggestion {
	if len(done) == 0 {
		return listWords(ctx, c, inspect.Prompts)
	}
	if name, value, ok := strings.Cut(typed, "="); ok {
		return promptValues(ctx, c, done[0], name, value)
	}
	entries, _ := c.List(ctx, inspect.Prompts) // what could be read will do
	prompt, err := inspect.Prompts.Find(entries, done[0])
	if err != nil {
		return nil
	}
	var all []suggestion
	for _, argument := range prompt.Get("arguments").Items() {
		all = append(all, suggestion{word: argument.Get("name").Text() + "=", about: argument.Get("description").Text(), partial: true})
	}
	return all
}

func promptValues(ctx context.Context, c *inspect.Client, prompt, name, value string) []suggestion {
	result, err := c.Complete(ctx, inspect.PromptRef(prompt), name, value, nil)
	if err != nil {
		return nil
	}
	var all []suggestion
	for _, v := range result.Get("completion", "values").Items() {
		if v.Is(mcp.String) {
			all = append(all, suggestion{word: name + "=" + v.Text()})
		}
	}
	return all
}
