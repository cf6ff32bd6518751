package bill

import (
	_ "embed"
	"slices"
	"strings"
)

// The identifiers of the SPDX licence list that CycloneDX 1.6 knows. A test
// compares them with its schema.
//
//go:embed licences.txt
var licenceIDs string

//go:embed exceptions.txt
var exceptionIDs string

// KnownLicence reports whether id is on the SPDX licence list.
func KnownLicence(id string) bool { return listed(licenceIDs, id) }

// LicenceIDs and their exceptions, sorted.
func LicenceIDs() (licences, exceptions []string) {
	return strings.Fields(licenceIDs), strings.Fields(exceptionIDs)
}

func listed(list, id string) bool {
	return id != "" && !strings.ContainsAny(id, " \n") && (strings.HasPrefix(list, id+"\n") || strings.Contains(list, "\n"+id+"\n"))
}

// Expression answers a licence as an SPDX licence expression, and whether it is
// one: identifiers of the list joined by AND, OR, WITH and brackets. Operators
// in lower case are mended; nothing else is guessed.
func Expression(declared string) (string, bool) {
	p := expression{words: words(declared)}
	if len(p.words) == 0 || len(p.words) > 200 || !p.any(0) || len(p.words) != p.at {
		return "", false
	}
	text := strings.Join(p.words, " ")
	return strings.NewReplacer("( ", "(", " )", ")").Replace(text), true
}

func words(s string) []string {
	all := strings.Fields(strings.NewReplacer("(", " ( ", ")", " ) ").Replace(s))
	for i, w := range all {
		if up := strings.ToUpper(w); slices.Contains([]string{"AND", "OR", "WITH"}, up) {
			all[i] = up
		}
	}
	return all
}

// expression reads an expression by recursive descent. Precedence does not
// matter to whether it is one.
type expression struct {
	words []string
	at    int
}

func (p *expression) next(word string) bool {
	if p.at < len(p.words) && p.words[p.at] == word {
		p.at++
		return true
	}
	return false
}

func (p *expression) any(depth int) bool {
	for {
		if !p.one(depth) {
			return false
		}
		if !p.next("AND") && !p.next("OR") {
			return true
		}
	}
}

func (p *expression) one(depth int) bool {
	if p.next("(") {
		return depth < 20 && p.any(depth+1) && p.next(")")
	}
	if p.at >= len(p.words) || !KnownLicence(p.words[p.at]) && !KnownLicence(strings.TrimSuffix(p.words[p.at], "+")) {
		return false
	}
	p.at++
	if !p.next("WITH") {
		return true
	}
	ok := p.at < len(p.words) && listed(exceptionIDs, p.words[p.at])
	p.at++
	return ok
}
