package update

import (
	"context"
	"os"
)

// ApplyBroken is Apply with somebody who is asked before each step.
func (p *Plan) ApplyBroken(ctx context.Context, before func(what string) error) error {
	root, err := os.OpenRoot(p.dir)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }() // only the handle of a folder
	return p.apply(ctx, folder{root: root, before: before})
}

// RecoverBroken is Recover with somebody who is asked before each step.
func RecoverBroken(dir string, before func(what string) error) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }() // only the handle of a folder
	return folder{root: root, before: before}.undo()
}

// Unpack and Dirty are the parsers, for fuzzing.
var (
	Unpack = unpack
	Dirty  = dirty
)
