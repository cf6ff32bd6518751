package cli

import (
	"context"
	"errors"
	"io/fs"
	"strings"

	"github.com/mcpctl/mcpctl/scaffold"
)

// scaffoldError gives errors of templates, answers and destinations their code
// and advice; nil means that err is none of them.
func scaffoldError(err error) *Error {
	var unknown *scaffold.UnknownError
	var answer *scaffold.AnswerError
	var contradiction *scaffold.ContradictionError
	var destination *scaffold.DestinationError
	usage := &Error{Code: ExitUsage, Err: err}
	switch {
	case errors.As(err, &unknown):
		return usage.hinted("%s", didYouMean(unknown.Word, unknown.Known, thereAre(unknown.What, unknown.Known)))
	case errors.As(err, &answer):
		return usage.hinted("%s", answer.Advice)
	case errors.As(err, &contradiction):
		return usage.hinted("Change one of --profile, --with, --without or the answers; --dry-run shows what comes of it.")
	case errors.As(err, &destination):
		return usage.hinted("%s", destination.Advice)
	}
	return nil
}

// thereAre lists the known words when none is near.
func thereAre(what string, known []string) string {
	if len(known) == 0 {
		return "It has none."
	}
	return "Its " + what + "s are " + strings.Join(known, ", ") + "."
}

// writeError is a failure to write, which is the environment's unless the
// destination was the wrong one or the user interrupted.
func writeError(err error) error {
	var destination *scaffold.DestinationError
	switch {
	case errors.As(err, &destination), errors.Is(err, context.Canceled):
		return err
	case errors.Is(err, fs.ErrPermission):
		return (&Error{Code: ExitEnvironment, Err: err}).hinted("Choose a folder that you may write to, with --dir.")
	}
	return &Error{Code: ExitEnvironment, Err: err}
}
