package cli

import (
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// didYouMean suggests the known word nearest to what was typed, or says
// otherwise when none is near.
func didYouMean(typed string, known []string, otherwise string) string {
	best, distance := "", len(typed)/3+2
	for _, word := range known {
		if d := editDistance(typed, word); d < distance {
			best, distance = word, d
		}
	}
	if best == "" {
		return otherwise
	}
	return fmt.Sprintf("Did you mean %s?", best)
}

// editDistance counts the letters to insert, delete or replace (Levenshtein).
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}

func flagNames(c *cobra.Command) []string {
	var names []string
	c.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	return names
}
