// Package nearest finds the word that somebody meant.
package nearest

// longest is how long a word may be, in bytes, to be compared: what is far
// longer than any known word was not mistyped, and may be hostile.
const longest = 64

// Word is the known word nearest to the one that was written, "" when none is
// near: of four letters about one may be wrong. Of equally near ones it is the
// first.
func Word(written string, known []string) string {
	if len(written) > longest {
		return ""
	}
	best, least := "", len(written)/3+2
	for _, word := range known {
		if d := distance(written, word); d < least {
			best, least = word, d
		}
	}
	return best
}

// distance counts the bytes to insert, delete or replace (Levenshtein).
func distance(a, b string) int {
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
