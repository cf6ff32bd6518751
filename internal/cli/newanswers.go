package cli

import (
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mcpctl/mcpctl/scaffold"
)

// envNew begins the variables that answer for `mcpctl new`: MCPCTL_NEW_PROFILE,
// MCPCTL_NEW_WITH, and so on to the questions of the template.
const envNew = "MCPCTL_NEW_"

// answerFlags are the answers on the command line.
type answerFlags struct {
	profile       string
	with, without []string
	set           []string
	answers       string
}

func (f *answerFlags) bind(c *cobra.Command) {
	c.Flags().StringVar(&f.profile, "profile", "", "begin with the features of `PROFILE`: lean, production (default production)")
	c.Flags().StringSliceVar(&f.with, "with", nil, "have these `FEATURES` too, separated by commas; repeatable")
	c.Flags().StringSliceVar(&f.without, "without", nil, "leave these `FEATURES` out; repeatable")
	c.Flags().StringArrayVar(&f.set, "set", nil, "answer a question of the template, as in `owner=octocat`; repeatable")
	c.Flags().StringVar(&f.answers, "answers", "", "read answers from a YAML `FILE`; an mcpctl.yaml is one")
	_ = c.RegisterFlagCompletionFunc("profile", cobra.FixedCompletions([]string{"lean", "production"}, cobra.ShellCompDirectiveNoFileComp)) // the flag exists
	_ = c.MarkFlagFilename("answers", "yaml", "json")
}

// given is what the command line says.
func (a *app) given(args []string, f answerFlags) ([]scaffold.Given, error) {
	g := scaffold.Given{From: "the flags", Profile: f.profile, With: f.with, Without: f.without, Values: map[string]string{}}
	switch len(args) {
	case 0:
	case 1:
		g.Name = args[0]
	default:
		return nil, usagef("%d names are given, %q and more", len(args), args[0]).hinted("Give one; words of a name are joined by hyphens.")
	}
	for _, pair := range f.set {
		key, value, ok := strings.Cut(pair, "=")
		if !ok || value == "" {
			return nil, usagef("--set %q is not like owner=octocat", pair)
		}
		g.Values[key] = value
	}
	return []scaffold.Given{g}, nil
}

// givenByEnv is what the environment says.
func (a *app) givenByEnv(t *scaffold.Template) scaffold.Given {
	list := func(name string) []string {
		return strings.FieldsFunc(a.env(envNew+name), func(r rune) bool { return r == ',' || r == ' ' })
	}
	g := scaffold.Given{
		From: "the variables " + envNew + "…", Name: a.env(envNew + "NAME"), Profile: a.env(envNew + "PROFILE"),
		With: list("WITH"), Without: list("WITHOUT"), Values: map[string]string{},
	}
	for _, q := range t.Manifest.Questions {
		if v := a.env(envNew + strings.ToUpper(strings.ReplaceAll(q.Name, "-", "_"))); v != "" {
			g.Values[q.Name] = v
		}
	}
	return g
}

// withFile adds what the file of answers says, if there is one.
func (a *app) withFile(given []scaffold.Given, path string) ([]scaffold.Given, error) {
	if path == "" {
		return given, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, usagef("reading the answers: %w", err)
	}
	defer func() { _ = f.Close() }() // it was only read
	data, err := io.ReadAll(io.LimitReader(f, scaffold.MaxProject+1))
	if err != nil {
		return nil, usagef("reading the answers: %w", err)
	}
	g, err := scaffold.ReadGiven(data, path)
	if err != nil {
		return nil, usagef("%w", err).hinted("It is like: {profile: lean, with: [docker], owner: octocat}")
	}
	return append(given, g), nil
}
