// Package docs holds the documentation, and the test that it tells the truth.
package docs

import (
	"bufio"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// requirement is a row of a table in requirements.md or requirements-own.md.
type requirement struct {
	id, text string
	tests    []string // folder.TestFunction
}

var (
	row     = regexp.MustCompile(`^\| (R-[A-Z]+-[0-9]+) \| (.+?) \| (.+?) \|$`)
	proof   = regexp.MustCompile("`([^`]+)`")
	pattern = regexp.MustCompile(`^(The|When|While|If|Where) .*\bshall\b`)
)

// read returns the requirements in text.
func read(text string) []requirement {
	var all []requirement
	for line := bufio.NewScanner(strings.NewReader(text)); line.Scan(); {
		m := row.FindStringSubmatch(line.Text())
		if m == nil {
			continue
		}
		r := requirement{id: m[1], text: m[2]}
		for _, p := range proof.FindAllStringSubmatch(m[3], -1) {
			r.tests = append(r.tests, p[1])
		}
		all = append(all, r)
	}
	return all
}

// faults tells what is wrong with requirements, given the tests that exist.
func faults(all []requirement, exists map[string]bool) []string {
	var wrong []string
	seen := map[string]bool{}
	for _, r := range all {
		if seen[r.id] {
			wrong = append(wrong, r.id+" is given twice")
		}
		seen[r.id] = true
		if !pattern.MatchString(r.text) {
			wrong = append(wrong, r.id+" is not in the form of EARS: "+r.text)
		}
		if len(r.tests) == 0 {
			wrong = append(wrong, r.id+" names no test")
		}
		for _, name := range r.tests {
			if !exists[name] {
				wrong = append(wrong, r.id+" names "+name+", which does not exist")
			}
		}
	}
	return wrong
}

// tests finds every test function beneath root, as folder.TestFunction.
func tests(root string) (map[string]bool, error) {
	found := map[string]bool{}
	err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(file, "_test.go") {
			return err
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		folder, err := filepath.Rel(root, filepath.Dir(file))
		if err != nil {
			return err
		}
		for _, decl := range parsed.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if ok && f.Recv == nil && strings.HasPrefix(f.Name.Name, "Test") {
				found[filepath.ToSlash(folder)+"."+f.Name.Name] = true
			}
		}
		return nil
	})
	return found, err
}

func TestEveryRequirementHasItsTests(t *testing.T) {
	var text strings.Builder
	for _, file := range []string{"requirements.md", "requirements-own.md"} {
		part, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		text.Write(part)
	}
	exists, err := tests("..")
	if err != nil {
		t.Fatal(err)
	}
	all := read(text.String())
	if rows := strings.Count(text.String(), "\n| R-"); rows == 0 || len(all) != rows {
		t.Fatalf("%d of %d rows can be read", len(all), rows)
	}
	for _, fault := range faults(all, exists) {
		t.Error(fault)
	}
}

func TestFaultsAreNoticed(t *testing.T) {
	text := "| R-A-1 | The server shall answer. | `x.TestA` |\n" +
		"| R-A-1 | The server shall answer. | `x.TestA` |\n" +
		"| R-A-2 | Answers are nice. | `x.TestA` |\n" +
		"| R-A-3 | When asked, the server shall answer. | by hand |\n" +
		"| R-A-4 | While asked, the server shall answer. | `x.TestA`, `x.TestGone` |\n"
	got := faults(read(text), map[string]bool{"x.TestA": true})
	want := []string{"R-A-1 is given twice", "R-A-2 is not", "R-A-3 names no test", "R-A-4 names x.TestGone"}
	if len(got) != len(want) {
		t.Fatalf("faults = %q", got)
	}
	for i := range want {
		if !strings.HasPrefix(got[i], want[i]) {
			t.Errorf("fault %q, want %q", got[i], want[i])
		}
	}
}
