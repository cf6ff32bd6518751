// Package start lets mcpctl begin without collecting garbage. Libraries fill
// tables as they are initialised, nearly all of which stay; to look for garbage
// among them takes a fifth of what `mcpctl version` takes in all.
//
// It has to be imported by name of nothing, for its effect, and it must import
// next to nothing: then Go initialises it before the libraries that fill most.
package start

import (
	"os"
	"runtime/debug"
)

// Percent is how much may be new, in percent of what is kept, before it is
// looked at: most commands end before.
const Percent = 400

var _ = patient()

func patient() bool {
	_, chosen := os.LookupEnv("GOGC") //nolint:forbidigo // the user's word counts from the first instruction on
	if !chosen {
		debug.SetGCPercent(Percent)
	}
	return chosen
}
