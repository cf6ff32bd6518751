package cli

import (
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mcpctl/mcpctl/internal/redact"
)

// Tree is the command tree by itself, for who documents it: manual pages and
// shell completions are written from it.
func Tree() *cobra.Command {
	a := &app{Streams: Streams{In: strings.NewReader(""), Out: io.Discard, Err: io.Discard}, redact: redact.New()}
	return a.root()
}
