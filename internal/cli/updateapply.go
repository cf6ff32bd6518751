package cli

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"

	"github.com/mcpctl/mcpctl/scaffold/update"
)

// applyUpdate writes the plan, then has the lock files written anew.
func (a *app) applyUpdate(ctx context.Context, plan *update.Plan, f updateFlags) error {
	err := plan.Apply(ctx, f.marked)
	conflicts := len(plan.Conflicts())
	switch {
	case errors.Is(err, update.ErrConflicts):
		if err := a.printUpdate(plan, f, "refused"); err != nil {
			return err
		}
		fmt.Fprintf(a.Err, "mcpctl: %d files are in conflict, and nothing was written.\n  With --conflicts they are written with both versions between markers.\n", conflicts)
		return exit(ExitFindings)
	case errors.Is(err, context.Canceled):
		return err
	case err != nil:
		return (&Error{Code: ExitEnvironment, Err: err}).hinted("Run `mcpctl update` again when the cause is gone.")
	}
	if err := a.printUpdate(plan, f, "applied"); err != nil {
		return err
	}
	if conflicts > 0 {
		// A tool would trip over the markers.
		fmt.Fprintf(a.Err, "mcpctl: %d files are in conflict: look for <<<<<<< in them.\n", conflicts)
		return exit(ExitFindings)
	}
	if f.noRun {
		return nil
	}
	if err := plan.Finish(ctx, lockTools{}); err != nil {
		return (&Error{Code: ExitEnvironment, Err: err}).hinted("The project itself is updated; only its lock files are not yet.")
	}
	return nil
}

func (a *app) printUpdate(plan *update.Plan, f updateFlags, outcome string) error {
	var err error
	if f.format == "json" {
		err = plan.JSON(a.Out, outcome)
	} else {
		err = plan.Print(a.Out)
	}
	if err != nil {
		return &Error{Code: ExitEnvironment, Err: fmt.Errorf("printing the update: %w", err)}
	}
	return nil
}

// lockTools runs the package managers of this machine.
type lockTools struct{}

// maxLocks bounds one of them, which may have to ask a registry.
const maxLocks = 5 * time.Minute

// Run runs a command in a folder, without a shell and without input.
func (lockTools) Run(ctx context.Context, dir string, command ...string) error {
	program, err := exec.LookPath(command[0])
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, maxLocks)
	defer cancel()
	said := tail{limit: 4 << 10}
	cmd := exec.CommandContext(ctx, program, command[1:]...)
	cmd.Dir, cmd.Stdout, cmd.Stderr, cmd.WaitDelay = dir, &said, &said, 5*time.Second
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		return fmt.Errorf("%w: %s", err, strings.TrimSpace(said.String()))
	}
	return nil
}
