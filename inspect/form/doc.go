// Package form turns a JSON Schema that a server wrote into a form that a
// person fills in: the arguments of a tool, the answer to an elicitation. It is
// pure; whoever shows it draws Fields and calls the Form's methods.
//
//	f := form.New(tool.Get("inputSchema"), form.Options{})
//	err := f.Set("/count", "5")
//	problems := f.Check()
//	arguments := f.Value()
//
// A Form is a tree with one Field for each place in the value. Text stands at
// the leaves only, so that nothing is escaped twice and numbers keep their
// spelling. A value that was loaded comes out as it went in, members that the
// schema does not know included; what nobody gave is left out.
//
// Schemas are read as 2020-12, and as draft-07 where its spellings differ. They
// are a stranger's: references are followed within the document only, nothing is
// fetched, depth, branches and fields are bounded. What cannot be shown as fields
// becomes a Raw field, one piece of JSON. What is not shown (if, not,
// dependentRequired …) is judged nevertheless: Check asks package schema.
//
// Labels, helps and options hold the server's text as it came. Who shows them
// passes them through internal/term.
package form
