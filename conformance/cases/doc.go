// Package cases runs a project's own test cases against a live server: steps
// written as YAML, with matchers for what has to come back, answers to what the
// server asks meanwhile, and values captured on the way. What comes of them are
// findings, as of any other suite.
//
//	file, err := cases.Parse("cases/sums.yaml", data)
//	plan := cases.NewPlan([]*cases.File{file}, cases.Options{Revisions: spoken, Transport: mcp.Stdio})
//	findings := plan.Run(ctx, target, nil)
//
// The language is described in docs/cases.md, and for editors by
// docs/cases.schema.json. A file is judged as a whole before anything is sent:
// Parse knows every name, path, pattern and schema in it.
package cases
