package cli

import (
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/mcpctl/mcpctl/conformance/contract"
	"github.com/mcpctl/mcpctl/internal/redact"
)

// diffFlags are the flags of `contract diff` and `contract check`.
type diffFlags struct {
	sourceFlags
	outputFlags
	failOn  []string
	against string // of check
}

func (f *diffFlags) bind(c *cobra.Command) {
	f.sourceFlags.bind(c)
	f.outputFlags.bind(c)
	c.Flags().StringSliceVar(&f.failOn, "fail-on", nil, "fail on changes of these categories, CALL and RESULT by default: `LIST` of "+strings.Join(categoryNames(), ", "))
	_ = c.RegisterFlagCompletionFunc("fail-on", cobra.FixedCompletions(categoryNames(), cobra.ShellCompDirectiveNoFileComp)) // the flag exists
}

func (a *app) contractDiffCommand() *cobra.Command {
	var f diffFlags
	c := &cobra.Command{
		Use:   "diff [flags] OLD NEW | OLD -- COMMAND [ARGS…]",
		Short: "Tell what changed from one contract to another, and what of that breaks",
		Long: `Tell what changed from one contract to another: what breaks calls (CALL) or what was promised of results (RESULT), what
a model chooses by (ROUTING), what nobody relies on (META), and what neither way could be proven (UNKNOWN). Each change
that breaks a schema comes with a counter-example that both schemas have judged.

OLD and NEW are sources. ` + sources,
		Example: `  mcpctl contract diff contract.json http://127.0.0.1:3000/mcp
  mcpctl contract diff git:main:contract.json contract.json --format markdown
  mcpctl contract diff io.github.acme/echo@1.2.3 -- node server.js`,
		RunE: func(c *cobra.Command, args []string) error { return a.contractDiff(c, args, f) },
	}
	f.bind(c)
	return c
}

func (a *app) contractCheckCommand() *cobra.Command {
	var f diffFlags
	c := &cobra.Command{
		Use:   "check [flags] URL | NAME | -- COMMAND [ARGS…]",
		Short: "Hold a live server to its contract",
		Long: `Hold a live server to its contract: mcpctl.yaml names the file (contract.file), else it is contract.json beside it.
Changes that break it fail; mcpctl contract diff tells how they are weighed.

--against takes the contract from elsewhere. ` + sources,
		Example: `  mcpctl contract check -- node server.js
  mcpctl contract check http://127.0.0.1:3000/mcp --against git:main:contract.json
  mcpctl contract check my-server --against io.github.acme/echo@1.2.3 --fail-on CALL,RESULT,ROUTING`,
		RunE: func(c *cobra.Command, args []string) error { return a.contractCheck(c, args, f) },
	}
	f.bind(c)
	c.Flags().StringVar(&f.against, "against", "", "hold the server to this `SOURCE`")
	return c
}

func (a *app) contractDiff(c *cobra.Command, args []string, f diffFlags) error {
	a.frugal()
	dash := c.ArgsLenAtDash()
	switch {
	case dash < 0 && len(args) != 2, dash >= 0 && dash != 1:
		return usagef("contract diff takes two sources").hinted("It is used as: %s", c.UseLine())
	}
	_, judge, err := a.diffing(f)
	if err != nil {
		return err
	}
	before, err := a.contractSource(c, args[0], f.sourceFlags)
	if err != nil {
		return err
	}
	judge.hides = append(judge.hides, a.redact) // the next source has secrets of its own
	name, after := args[1], (*contract.Snapshot)(nil)
	if dash == 1 {
		name = strings.Join(args[1:], " ")
		target, err := a.started(args[1:], f.targetFlags)
		if err != nil {
			return err
		}
		after, err = a.takeContract(c, target, f.sourceFlags)
		if err != nil {
			return err
		}
	} else if after, err = a.contractSource(c, args[1], f.sourceFlags); err != nil {
		return err
	}
	judge.hides = append(judge.hides, a.redact)
	return a.tellDiff(judge.compare(args[0], name, before, after), judge, f)
}

func (a *app) contractCheck(c *cobra.Command, args []string, f diffFlags) error {
	a.frugal()
	conf, judge, err := a.diffing(f)
	if err != nil {
		return err
	}
	// The contract first: without one, no server has to be started.
	word, err := contractWord(conf.Contract, f.against, f.config)
	if err != nil {
		return err
	}
	target, _, err := a.target(c, args, f.targetFlags)
	if err != nil {
		return err
	}
	judge.hides = append(judge.hides, a.redact)
	before, err := a.against(c, word, f.sourceFlags)
	if err != nil {
		return err
	}
	after, err := a.takeContract(c, target, f.sourceFlags)
	if err != nil {
		return err
	}
	judge.hides = append(judge.hides, a.redact)
	return a.tellDiff(judge.compare(word, target.Name, before, after), judge, f)
}

// against reads the contract; a command after -- is not for it.
func (a *app) against(c *cobra.Command, word string, f sourceFlags) (*contract.Snapshot, error) {
	if c.ArgsLenAtDash() >= 0 && strings.Contains(word, "://") {
		target, err := urlTarget(word, func(string) {})
		if err != nil {
			return nil, err
		}
		return a.takeContract(c, target, f)
	}
	return a.contractSource(c, word, f)
}

// diffJudge is how a diff is judged and shown: what is accepted, what fails, and
// what is kept secret.
type diffJudge struct {
	hides   []*redact.Redactor
	outputs outputs
	ignore  []contract.Ignore
	failing []contract.Category
}

// diffing checks flags and configuration before anything is asked.
func (a *app) diffing(f diffFlags) (conf config, j diffJudge, err error) {
	if conf, err = readConfig(f.config); err != nil {
		return conf, j, err
	}
	if j.outputs, err = f.outputs(a); err != nil {
		return conf, j, err
	}
	if _, err = f.takeOptions(); err != nil {
		return conf, j, err
	}
	file := f.config
	if file == "" {
		file = configName
	}
	if j.ignore, err = conf.Contract.ignores(file); err != nil {
		return conf, j, err
	}
	j.failing, err = conf.Contract.failing(file, f.failOn)
	return conf, j, err
}

func (j diffJudge) compare(from, to string, before, after *contract.Snapshot) *contract.Diff {
	d := contract.Compare(before, after, contract.Options{Ignore: j.ignore, Now: time.Now()})
	d.Old.Source, d.New.Source = j.hide(from), j.hide(to)
	return d
}

// hide takes the secrets of all sources out of a text.
func (j diffJudge) hide(text string) string {
	for _, r := range j.hides {
		text = r.String(text)
	}
	return text
}
