package schema

// chain is the length of the longest run of schemas that apply to one value. A
// cycle counts as short here: the library reports it.
func (d *document) chain(schema any, known map[string]int) int {
	m, ok := schema.(map[string]any)
	if !ok {
		return 1
	}
	longest := 0
	for keyword, value := range m {
		switch keyword {
		case "$ref", "$dynamicRef", "$recursiveRef":
			ref, _ := value.(string)
			longest = max(longest, d.chainOf(ref, known))
		}
	}
	eachSubschema(m, func(sub any, where ...string) {
		switch where[0] {
		case "allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas", "dependencies":
			longest = max(longest, d.chain(sub, known))
		}
	})
	return longest + 1
}

// chainOf measures what a reference leads to, once.
func (d *document) chainOf(ref string, known map[string]int) int {
	if n, ok := known[ref]; ok {
		return n
	}
	known[ref] = 0
	for _, r := range d.refs {
		if r.written == ref {
			target, _ := d.resolve(r.absolute)
			known[ref] = max(known[ref], d.chain(target, known))
		}
	}
	return known[ref]
}
