package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/mcpctl/mcpctl/conformance/contract"
	"github.com/mcpctl/mcpctl/mcp"
)

// sources is what help says of sources.
const sources = `A SOURCE is a file; git:REV:PATH, a file of a git revision; a recording (.mcpl); an entry of the registry, as in
io.github.acme/echo@1.2.3, whose signed snapshot is verified; or a live server: a URL, or a name from mcpctl.yaml.`

func (a *app) contractCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "contract",
		Short: "Guard what clients rely on: take a server's contract, and find what a change breaks",
		Args:  cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				return unknownCommand(c, args[0])
			}
			return c.Help()
		},
	}
	c.AddCommand(a.contractSnapshotCommand(), a.contractDiffCommand(), a.contractCheckCommand(), a.contractTestCommand())
	return c
}

// snapshotFlags are the flags of `contract snapshot`.
type snapshotFlags struct {
	sourceFlags
	out, from string
}

func (a *app) contractSnapshotCommand() *cobra.Command {
	var f snapshotFlags
	c := &cobra.Command{
		Use:   "snapshot [flags] [URL | NAME | -- COMMAND [ARGS…]]",
		Short: "Write down everything that clients of a server rely on",
		Long: `Write down everything that clients of a server rely on: who it is, its capabilities and instructions, and the
descriptor of each tool, resource, template and prompt, in each revision that it speaks. No tool is called.

The file is canonical: the same server gives the same bytes, sorted, each descriptor with its digest. Keep it beside the
source and hold the server to it with mcpctl contract check.

--from takes the snapshot from elsewhere. ` + sources,
		Example: `  mcpctl contract snapshot --out contract.json -- node server.js
  mcpctl contract snapshot --out contract.json https://mcp.example.com/mcp
  mcpctl contract snapshot --from session.mcpl
  mcpctl contract snapshot --from io.github.acme/echo@1.2.3 --out echo.json`,
		RunE: func(c *cobra.Command, args []string) error { return a.contractSnapshot(c, args, f) },
	}
	f.bind(c)
	c.Flags().StringVar(&f.out, "out", "", "write the snapshot to `FILE`, which may be an older snapshot, instead of printing it")
	c.Flags().StringVar(&f.from, "from", "", "take the snapshot from this `SOURCE`")
	_ = c.MarkFlagFilename("out", "json") // the flag exists
	return c
}

func (a *app) contractSnapshot(c *cobra.Command, args []string, f snapshotFlags) error {
	a.frugal()
	if f.from != "" && len(args) > 0 {
		return usagef("--from %s and %q are two sources", f.from, args[0])
	}
	s, err := a.wanted(c, args, f)
	if err != nil {
		return err
	}
	if f.out == "" {
		if _, err := a.Out.Write(s.Encode()); err != nil {
			return written(err)
		}
		return nil
	}
	if err := saveContract(f.out, s); err != nil {
		return err
	}
	name, version := s.Identity()
	fmt.Fprintf(a.Err, "%s: %s %s in %s: %s, %s, %s, %s\n", a.safe(f.out), a.safe(name), a.safe(version),
		counted(len(s.Revisions), "revision"), counted(s.Count(contract.Tool), "tool"), counted(s.Count(contract.Resource), "resource"),
		counted(s.Count(contract.Template), "template"), counted(s.Count(contract.Prompt), "prompt"))
	return nil
}

// wanted is the snapshot that the words ask for.
func (a *app) wanted(c *cobra.Command, args []string, f snapshotFlags) (*contract.Snapshot, error) {
	if f.from != "" {
		return a.contractSource(c, f.from, f.sourceFlags)
	}
	target, _, err := a.target(c, args, f.targetFlags)
	if err != nil {
		return nil, err
	}
	return a.takeContract(c, target, f.sourceFlags)
}

// started is the server that a command after -- starts.
func (a *app) started(command []string, f targetFlags) (mcp.Target, error) {
	if len(command) == 0 {
		return mcp.Target{}, usagef("no command stands after --")
	}
	t := mcp.Target{Name: command[0], Command: command}
	return t, a.addHeaders(&t, f, func(string) {})
}
