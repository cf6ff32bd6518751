package cli

import (
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/mcpctl/mcpctl/internal/nearest"
)

// didYouMean suggests the known word nearest to what was typed, or says
// otherwise when none is near.
func didYouMean(typed string, known []string, otherwise string) string {
	if word := nearest.Word(typed, known); word != "" {
		return fmt.Sprintf("Did you mean %s?", word)
	}
	return otherwise
}

func flagNames(c *cobra.Command) []string {
	var names []string
	c.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	return names
}
