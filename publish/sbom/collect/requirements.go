package collect

import (
	"bytes"
	"errors"
	"path"
	"strings"

	"github.com/mcpctl/mcpctl/publish/sbom/bill"
)

// requirement is one entry of a requirements.txt.
type requirement struct {
	file    string
	line    int
	name    string
	version string
	url     string // instead of a version
	hashes  []string
	via     []string // what asked for it, as pip-compile and uv note it
}

// maxIncludes bounds the files that a requirements.txt may pull in.
const maxIncludes = 50

func (c *collector) requirements(name string) error {
	var all []requirement
	if err := c.requirementFiles(name, map[string]bool{}, &all); err != nil {
		return err
	}
	c.pyProduct("", "")
	// A name may have several versions, each for other systems or Pythons.
	refs, own := map[string][]string{}, make([]string, len(all))
	for i, r := range all {
		own[i] = c.requirement(r)
		refs[bill.PyName(r.name)] = append(refs[bill.PyName(r.name)], own[i])
	}
	told := false
	for i, r := range all {
		told = told || len(r.via) > 0
		c.requiredBy(r, own[i], refs)
	}
	for _, ref := range own {
		c.bill.Component(ref).Opaque = !told
	}
	return nil
}

func (c *collector) requirement(r requirement) string {
	component := bill.Component{Kind: bill.Library, Name: r.name, Version: r.version, Found: c.at(r.file, r.line)}
	var q bill.Qualifiers
	if strings.HasPrefix(r.url, "git+") {
		q = bill.Qualifiers{"vcs_url": address(r.url)}
	} else if r.url != "" {
		component.Artifacts = []bill.Artifact{{Name: path.Base(r.url), URL: address(r.url)}}
	}
	component.PURL = bill.PyPURL(r.name, r.version, q)
	for _, word := range r.hashes {
		h, err := bill.PrefixedHash(word)
		if err != nil {
			c.bill.Miss(c.prefix+r.file, r.name+": "+err.Error())
			continue
		}
		component.Artifacts = append(component.Artifacts, bill.Artifact{Hashes: []bill.Hash{h}})
	}
	pySettle(&component)
	if r.version == "" && r.url == "" {
		c.bill.Miss(c.prefix+r.file, "the version of "+r.name+" is not pinned with ==")
	}
	return c.bill.Add(component)
}

// requiredBy draws the graph as far as comments tell it.
func (c *collector) requiredBy(r requirement, to string, refs map[string][]string) {
	root := len(r.via) == 0
	for _, by := range r.via {
		from := refs[bill.PyName(by)]
		for _, ref := range from {
			c.bill.Need(ref, to, bill.Required)
		}
		root = root || len(from) == 0 // a file, or the project
	}
	if root {
		c.needRoot(to, bill.Required)
	}
}

// requirementFiles reads a file and those that it names with -r.
func (c *collector) requirementFiles(name string, seen map[string]bool, into *[]requirement) error {
	if seen[name] {
		return nil
	}
	if seen[name] = true; len(seen) > maxIncludes {
		return &Error{File: name, Err: errors.New("too many files are included with -r")}
	}
	data, err := c.dir.read(name)
	if err != nil {
		return err
	}
	found, includes, err := parseRequirements(name, data)
	if err != nil {
		return err
	}
	*into = append(*into, found...)
	for _, include := range includes {
		other := path.Join(path.Dir(name), include)
		if path.IsAbs(include) || strings.HasPrefix(other, "..") || strings.Contains(include, "://") {
			c.bill.Miss(c.prefix+name, "the file "+address(include)+" is outside of the folder and was not read")
			continue
		}
		if err := c.requirementFiles(other, seen, into); err != nil {
			return err
		}
	}
	return nil
}

// parseRequirements reads the lines of one file.
func parseRequirements(file string, data []byte) (all []requirement, includes []string, err error) {
	number, start, joined := 0, 0, ""
	for raw := range bytes.Lines(append(bytes.Clone(data), '\n')) {
		number++
		line := strings.TrimSpace(string(raw))
		if comment, ok := strings.CutPrefix(line, "#"); ok && joined == "" {
			noteVia(all, comment)
			continue
		}
		if joined == "" {
			start = number
		}
		if before, more := strings.CutSuffix(line, "\\"); more {
			joined += before + " "
			continue
		}
		line, joined = joined+line, ""
		if i := strings.Index(line, " #"); i >= 0 {
			line = strings.TrimSpace(line[:i])
		}
		if line == "" {
			continue
		}
		r, include, err := parseRequirement(line)
		if err != nil {
			return nil, nil, broken(file, start, "%v", err)
		}
		if include != "" {
			includes = append(includes, include)
		} else if r.name != "" {
			r.file, r.line = file, start
			all = append(all, r)
		}
	}
	if joined != "" {
		return nil, nil, broken(file, start, "the last line goes on with a backslash, and nothing follows")
	}
	return all, includes, nil
}

// noteVia takes from a comment below a requirement what asked for it: "via x",
// or "via" and a line for each.
func noteVia(all []requirement, comment string) {
	if len(all) == 0 {
		return
	}
	last := &all[len(all)-1]
	words := strings.Fields(comment)
	if len(words) > 0 && words[0] == "via" {
		words = words[1:]
		if last.via == nil {
			last.via = []string{}
		}
	}
	if last.via == nil || len(words) == 0 {
		return
	}
	by := strings.Join(words, " ")
	by, _, _ = strings.Cut(by, " (")
	last.via = append(last.via, strings.TrimSuffix(by, ","))
}

// parseRequirement reads one entry. One that only sets an option is empty.
func parseRequirement(line string) (r requirement, include string, err error) {
	words := strings.Fields(line)
	if strings.HasPrefix(words[0], "-") {
		option, value, _ := strings.Cut(words[0], "=")
		if (option == "-r" || option == "--requirement") && value == "" && len(words) > 1 {
			value = words[1]
		}
		switch option {
		case "-r", "--requirement":
			return r, value, nil
		}
		return r, "", nil // constraints, indexes, editable folders
	}
	var rest []string
	for _, w := range words {
		if hash, ok := strings.CutPrefix(w, "--hash="); ok {
			r.hashes = append(r.hashes, hash)
		} else if !strings.HasPrefix(w, "--") {
			rest = append(rest, w)
		}
	}
	text, _, _ := strings.Cut(strings.Join(rest, " "), ";")
	r.name = requirementName(text)
	if r.name == "" {
		return r, "", errors.New("it starts with no name of a distribution, as in name==1.0")
	}
	after := strings.TrimSpace(text[len(r.name):])
	if extras := strings.IndexByte(after, ']'); strings.HasPrefix(after, "[") && extras > 0 {
		after = strings.TrimSpace(after[extras+1:])
	}
	if url, ok := strings.CutPrefix(after, "@"); ok {
		r.url = strings.TrimSpace(url)
	} else if version, ok := strings.CutPrefix(after, "=="); ok && !strings.ContainsAny(version, ",*") {
		r.version = strings.TrimSpace(strings.TrimPrefix(version, "="))
	} else if after != "" && !strings.ContainsAny(after[:1], "=<>!~(") {
		return r, "", errors.New("behind the name follows neither a version nor an address")
	}
	return r, "", nil
}
