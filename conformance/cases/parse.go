package cases

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"github.com/mcpctl/mcpctl/mcp"
)

// Bounds on what one file asks for.
const (
	maxCases = 2_000
	maxRows  = 2_000
	maxSteps = 1_000
)

// File is a file of cases, judged and ready to run. It is immutable.
type File struct {
	// Path is where it was read, Name what its cases are called by: the path
	// without folder and extension.
	Path, Name string
	Cases      []*Case
}

// Case is one case of a file.
type Case struct {
	// Name is the user's own, ID the permanent "cases/FILE/NAME".
	Name, ID string
	// Line is where it begins.
	Line int
	// Revisions and Transports are those it is for; none means all.
	Revisions  []mcp.Revision
	Transports []mcp.TransportKind
	// Skip is why it does not run, "" when it does.
	Skip string

	logLevel               string
	answers                []answer
	table                  []vars
	columns                []string
	setup, steps, teardown []step
}

// Rows counts how often the case runs in a revision: once, or once per row.
func (c *Case) Rows() int { return max(1, len(c.table)) }

var (
	fileKeys = []string{"$schema", "cases"}
	caseKeys = []string{"name", "skip", "revision", "transport", "logLevel", "answers", "table", "setup", "steps", "teardown"}
)

// Parse reads a file of cases. path says where it was found: golden files lie
// beneath its folder. The error is of type Problems, and tells everything wrong
// with the file, each with line and column.
func Parse(path string, data []byte) (*File, error) {
	r := &reader{file: path, scope: map[string]bool{}}
	f := &File{Path: path, Name: slug(strings.TrimSuffix(filepath.Base(path), filepath.Ext(path)))}
	if top := r.document(data); top != nil {
		r.read(f, top)
	}
	if len(r.problems) > 0 {
		slices.SortStableFunc(r.problems, func(a, b Problem) int {
			if a.Line != b.Line {
				return a.Line - b.Line
			}
			return a.Column - b.Column
		})
		return nil, r.problems
	}
	return f, nil
}

func (r *reader) read(f *File, top *node) {
	if !r.keys(top, "a file of cases", fileKeys) {
		return
	}
	list := top.get("cases")
	switch {
	case list == nil && stray(top, fileKeys):
		return
	case list == nil:
		r.hint(top, "begin it with cases:", "the file has no cases")
		return
	case list.kind != mcp.Array || len(list.items) == 0:
		r.fail(list, "cases is a list, and has one at least")
		return
	case len(list.items) > maxCases:
		r.fail(list, "there are more than %d cases in one file", maxCases)
		return
	}
	seen := map[string]int{}
	for _, n := range list.items {
		c := r.oneCase(n, f)
		if first, twice := seen[c.ID]; twice && c.Name != "" {
			r.fail(n, "a case named %.64q is there already, in line %d", c.Name, first)
		}
		seen[c.ID] = n.line
		f.Cases = append(f.Cases, c)
	}
}

// keys judges the keys of a mapping; false when it is none.
func (r *reader) keys(n *node, what string, known []string) bool {
	if n.kind != mcp.Object {
		r.hint(n, "it has the keys "+strings.Join(known, ", "), "a mapping is expected here, and this is %s", kindWords(n.kind))
		return false
	}
	for _, m := range n.members {
		if !slices.Contains(known, m.name) {
			r.unknownKey(m.key, what, m.name, known)
		}
	}
	return true
}

// stray reports whether a key is not known: it may be one that is missing.
func stray(n *node, known []string) bool {
	return slices.ContainsFunc(n.members, func(m member) bool { return !slices.Contains(known, m.name) })
}

func (r *reader) oneCase(n *node, f *File) *Case {
	c := &Case{Line: n.line}
	if !r.keys(n, "a case", caseKeys) {
		return c
	}
	r.naming(n, c, f)
	r.limits(n, c)
	r.scope = map[string]bool{}
	for _, name := range builtins {
		r.scope[name] = true
	}
	if table := n.get("table"); table != nil {
		r.table(table, c)
	}
	if list := n.get("answers"); list != nil {
		c.answers = r.answers(list)
	}
	if n.get("steps") == nil && !stray(n, caseKeys) {
		r.fail(n, "the case has no steps")
	}
	for _, part := range []struct {
		name string
		into *[]step
	}{{"setup", &c.setup}, {"steps", &c.steps}, {"teardown", &c.teardown}} {
		if list := n.get(part.name); list != nil {
			*part.into = r.steps(list, part.name)
		}
	}
	return c
}

func (r *reader) naming(n *node, c *Case, f *File) {
	name := n.get("name")
	if name == nil {
		if !stray(n, caseKeys) {
			r.fail(n, "the case has no name")
		}
		return
	}
	c.Name, _ = r.string(name, "name")
	c.Name = strings.Join(strings.Fields(c.Name), " ")
	if c.ID = "cases/" + f.Name + "/" + slug(c.Name); slug(c.Name) == "" && name.kind == mcp.String {
		r.fail(name, "the name %.64q has neither letter nor digit", c.Name)
	}
}

// slug is a name as part of an id.
func slug(name string) string {
	var out strings.Builder
	for _, c := range strings.ToLower(name) {
		switch {
		case unicode.IsLetter(c) || unicode.IsDigit(c) || c == '_' || c == '.':
			out.WriteRune(c)
		case out.Len() > 0 && !strings.HasSuffix(out.String(), "-"):
			out.WriteByte('-')
		}
		if out.Len() > 100 {
			break
		}
	}
	return strings.Trim(out.String(), "-.")
}

var logLevels = []string{"debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"}

// limits reads where the case runs.
func (r *reader) limits(n *node, c *Case) {
	if why := n.get("skip"); why != nil {
		if c.Skip, _ = r.string(why, "skip, the reason,"); c.Skip == "" && why.kind == mcp.String {
			r.fail(why, "skip is the reason why the case does not run")
		}
	}
	if level := n.get("logLevel"); level != nil {
		c.logLevel = r.oneOf(level, "logLevel", logLevels)
	}
	if revision := n.get("revision"); revision != nil {
		for _, one := range listed(revision) {
			c.Revisions = append(c.Revisions, mcp.Revision(r.oneOf(one, "revision", revisions())))
		}
	}
	if transport := n.get("transport"); transport != nil {
		for _, one := range listed(transport) {
			c.Transports = append(c.Transports, mcp.TransportKind(r.oneOf(one, "transport", transports())))
		}
	}
}

// oneOf reads a word that must be one of those known.
func (r *reader) oneOf(n *node, what string, known []string) string {
	s, ok := r.string(n, what)
	if ok && !slices.Contains(known, s) {
		r.unknown(n, what, s, known)
	}
	return s
}

func revisions() []string {
	var all []string
	for _, r := range mcp.Timeline() {
		all = append(all, string(r))
	}
	return all
}

func transports() []string {
	return []string{string(mcp.Stdio), string(mcp.HTTP), string(mcp.SSE)}
}

// table reads the rows, which all have the columns of the first.
func (r *reader) table(n *node, c *Case) {
	if n.kind != mcp.Array || len(n.items) == 0 || len(n.items) > maxRows {
		r.fail(n, "table is a list of 1 to %d rows, each a mapping of names to values", maxRows)
		return
	}
	for i, row := range n.items {
		if row.kind != mcp.Object || len(row.members) == 0 {
			r.fail(row, "a row is a mapping of names to values, as in {a: 1, b: 2}")
			continue
		}
		values := vars{}
		for _, m := range row.members {
			if r.free(m.key, m.name) && i == 0 {
				c.columns = append(c.columns, m.name)
			}
			if i > 0 && !slices.Contains(c.columns, m.name) {
				r.unknown(m.key, "column of the first row", m.name, c.columns)
			}
			values[m.name] = literal(m.value)
		}
		for _, name := range c.columns {
			if _, there := values[name]; !there {
				r.fail(row, "the row has no %s, as the first one has", name)
			}
		}
		c.table = append(c.table, values)
	}
	for _, name := range c.columns {
		r.scope[name] = true
	}
}

// free reports whether a name can be given to a value.
func (r *reader) free(n *node, name string) bool {
	switch {
	case !identifier.MatchString(name):
		r.hint(n, "a name has letters, digits, - and _", "%.64q is no name", name)
	case slices.Contains(builtins, name):
		r.fail(n, "%s has a value of its own", name)
	default:
		return true
	}
	return false
}

// Title is the case's name, with the values of a row.
func (c *Case) Title(row int) string {
	if row >= len(c.table) {
		return c.Name
	}
	var all []string
	for _, name := range c.columns {
		all = append(all, name+"="+shortenTo(plain(c.table[row][name]), 30))
	}
	return fmt.Sprintf("%s (%s)", c.Name, strings.Join(all, ", "))
}

// RowID is the id of one run: that of the case or, with a table, of a row, which
// are counted from 1.
func (c *Case) RowID(row int) string {
	if len(c.table) == 0 {
		return c.ID
	}
	return fmt.Sprintf("%s/%d", c.ID, row+1)
}
