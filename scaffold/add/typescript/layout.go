package typescript

import "strings"

// width is how long a line may be before the formatter breaks it.
const width = 120

// fit is a statement on one line, or as the formatter breaks it.
func fit(one string, broken ...string) string {
	if len([]rune(one)) <= width {
		return one
	}
	return strings.Join(broken, "\n")
}

// importing is an import of names, sorted as the formatter sorts them.
func importing(from string, names ...string) string {
	end := ` } from "` + from + `";`
	return fit("import { "+strings.Join(names, ", ")+end,
		"import {", "  "+strings.Join(names, ",\n  ")+",", strings.TrimPrefix(end, " "))
}

// Imports is the line that names the tool's schemas and types.
func (d *page) Imports() string {
	names := []string{"type " + d.Stem + "Input"}
	if d.Output != nil {
		names = append(names, "type "+d.Stem+"Output")
	}
	if d.Operation != nil {
		names = append(names, d.Private+"Operation")
	}
	return importing("./"+d.Base+".types.ts", append(names, d.Private+"Tool")...)
}

// Signature opens the body of a tool of a service.
func (d *page) Signature() string {
	head, tail := "export function "+d.Does()+"(", "): Promise<"+d.Out()+"> {"
	given := []string{"input: " + d.Stem + "Input", "context: ServerContext", "services: Services"}
	return fit(head+strings.Join(given, ", ")+tail, head, "  "+strings.Join(given, ",\n  ")+",", tail)
}

// Calling gives the tool of a service to the server.
func (d *page) Calling() string {
	head := "  addTool(server, " + d.Private + "Tool, (input: " + d.Stem + "Input, context) =>"
	call := d.Does() + "(input, context, services)"
	return fit(head+" "+call+");", head, "    "+call+",", "  );")
}

// Throwing is the body until it is written.
func (d *page) Throwing() string {
	text := quoted(d.Missing())
	return fit("  throw new Error("+text+");", "  throw new Error(", "    "+text+",", "  );")
}
