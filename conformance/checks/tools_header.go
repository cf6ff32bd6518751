package checks

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// toolsHeaderChecks judge x-mcp-header, with which a tool of 2026-07-28 asks
// for arguments to be mirrored into HTTP headers.
func toolsHeaderChecks() []conformance.Check {
	check := func(name, title, claim string, run func(context.Context, *conformance.Probe) error, fix string) conformance.Check {
		return conformance.Check{
			ID: "tools/x-mcp-header/" + name, Title: title, Claims: claims{Stateless: ids{"tools.x-mcp-header." + claim}},
			Needs: "tools", Run: run, Fix: fix,
		}
	}
	return []conformance.Check{
		check("not-empty", "no x-mcp-header is empty", "not-empty", toolsHeaderNotEmpty, ""),
		check("token", "every x-mcp-header can stand in the name of an HTTP header", "token", toolsHeaderToken,
			"Use letters, digits and hyphens."),
		check("control", "no x-mcp-header contains control characters", "no-control", toolsHeaderControl, ""),
		check("unique", "the x-mcp-header values of a tool differ in more than case", "unique", toolsHeaderUnique, ""),
		check("primitive", "only strings, integers and booleans have an x-mcp-header", "primitive-only", toolsHeaderPrimitive,
			"Declare the parameter as integer or string; numbers with fractions cannot be mirrored."),
		check("integer-range", "integers with an x-mcp-header stay within what a double holds exactly", "integer-safe-range", toolsHeaderRange,
			"Carry larger numbers as strings."),
		check("reachable", "x-mcp-header stands only on properties that are reached through properties alone", "statically-reachable", toolsHeaderReachable,
			"Move the annotated property out of items, references and alternatives."),
		check("no-secrets", "no parameter that looks like a secret or personal data has an x-mcp-header", "no-sensitive", toolsHeaderSecrets,
			"Leave secrets in the body: headers are seen by every proxy on the way."),
	}
}

// toolsMirrored is a subschema with x-mcp-header.
type toolsMirrored struct {
	schema  mcp.Value
	header  mcp.Value
	pointer string   // of the subschema
	path    []string // of the argument, where statically reachable
	static  bool
}

// toolsMirroredIn finds every x-mcp-header in a schema. What stands in const, enum,
// default and the like is data, and properties may bear any name.
func toolsMirroredIn(schema mcp.Value) []toolsMirrored {
	var all []toolsMirrored
	var walk func(v mcp.Value, at string, path []string, static bool)
	each := func(v mcp.Value, at string, path []string, static bool) {
		for _, m := range v.Members() {
			beneath := slices.Concat(path, []string{m.Name})
			walk(m.Value, at+"/"+mcp.EscapePointer(m.Name), beneath, static)
		}
		for i, item := range v.Items() {
			walk(item, fmt.Sprintf("%s/%d", at, i), nil, false)
		}
	}
	walk = func(v mcp.Value, at string, path []string, static bool) {
		if !v.Is(mcp.Object) {
			return
		}
		if header := v.Get("x-mcp-header"); header.Exists() {
			all = append(all, toolsMirrored{v, header, at, path, static && len(path) > 0})
		}
		for _, m := range v.Members() {
			beneath := at + "/" + mcp.EscapePointer(m.Name)
			switch m.Name {
			case "properties":
				each(m.Value, beneath, path, static)
			case "patternProperties", "$defs", "definitions", "dependentSchemas", "dependencies",
				"allOf", "anyOf", "oneOf", "prefixItems":
				each(m.Value, beneath, nil, false)
			case "items", "additionalItems", "contains", "additionalProperties", "propertyNames", "not", "if", "then", "else",
				"unevaluatedItems", "unevaluatedProperties", "contentSchema":
				if m.Value.Is(mcp.Array) {
					each(m.Value, beneath, nil, false)
				}
				walk(m.Value, beneath, nil, false)
			}
		}
	}
	walk(schema, "", nil, true)
	return all
}

// toolsEachMirrored judges every x-mcp-header; judge says what is wrong.
func toolsEachMirrored(ctx context.Context, p *conformance.Probe, judge func(toolsMirrored) string) error {
	return descriptors(ctx, p, "tools", "no tool has an x-mcp-header", func(j *conformance.Judge, e conformance.Entry) {
		for _, m := range toolsMirroredIn(e.Get("inputSchema")) {
			j.Saw(e.Page)
			if why := judge(m); why != "" {
				descriptorFault(j, e, "/inputSchema"+m.pointer, "the tool %.60q has an x-mcp-header %s", toolName(e), why)
			}
		}
	})
}

func toolsHeaderNotEmpty(ctx context.Context, p *conformance.Probe) error {
	return toolsEachMirrored(ctx, p, func(m toolsMirrored) string {
		if m.header.Is(mcp.String) && m.header.Text() == "" {
			return "that is empty"
		}
		return ""
	})
}

func toolsHeaderToken(ctx context.Context, p *conformance.Probe) error {
	return toolsEachMirrored(ctx, p, func(m toolsMirrored) string {
		name := m.header.Text()
		switch {
		case !m.header.Is(mcp.String):
			return "that is " + aKind(m.header) + ", not a string"
		case strings.IndexFunc(name, unicode.IsControl) >= 0:
			return "" // see tools/x-mcp-header/control
		case strings.IndexFunc(name, func(r rune) bool { return !toolsIsToken(r) }) >= 0:
			return fmt.Sprintf("%.60q, which is no token of HTTP", name)
		}
		return ""
	})
}

// toolsIsToken is tchar of RFC 9110, section 5.6.2.
func toolsIsToken(r rune) bool { return isAlphaNum(r) || strings.ContainsRune("!#$%&'*+-.^_`|~", r) }

func toolsHeaderControl(ctx context.Context, p *conformance.Probe) error {
	return toolsEachMirrored(ctx, p, func(m toolsMirrored) string {
		if strings.IndexFunc(m.header.Text(), unicode.IsControl) >= 0 {
			return fmt.Sprintf("%.60q with a control character", m.header.Text())
		}
		return ""
	})
}

func toolsHeaderUnique(ctx context.Context, p *conformance.Probe) error {
	return descriptors(ctx, p, "tools", "no tool has an x-mcp-header", func(j *conformance.Judge, e conformance.Entry) {
		seen := map[string]bool{}
		for _, m := range toolsMirroredIn(e.Get("inputSchema")) {
			j.Saw(e.Page)
			name := strings.ToLower(m.header.Text())
			if seen[name] && name != "" {
				descriptorFault(j, e, "/inputSchema"+m.pointer, "the tool %.60q has the x-mcp-header %.60q twice", toolName(e), m.header.Text())
			}
			seen[name] = true
		}
	})
}

// toolsHeaderPrimitive judges only types that are spelt out; a nullable
// parameter is let pass, as its null is never mirrored.
func toolsHeaderPrimitive(ctx context.Context, p *conformance.Probe) error {
	return toolsEachMirrored(ctx, p, func(m toolsMirrored) string {
		for _, kind := range slices.Concat(m.schema.Get("type").Items(), []mcp.Value{m.schema.Get("type")}) {
			switch kind.Text() {
			case "number", "object", "array":
				return fmt.Sprintf("on a parameter of type %q", kind.Text())
			}
		}
		if m.schema.Get("type").Text() == "null" {
			return "on a parameter that is always null"
		}
		return ""
	})
}

// toolsMaxSafe is the greatest integer up to which a double holds every one.
const toolsMaxSafe = 1<<53 - 1

// toolsHeaderRange judges values that a schema spells out, and bounds that
// leave no value within the range. A bound beyond it, as generators write for
// 64-bit integers, does not say that such values occur.
func toolsHeaderRange(ctx context.Context, p *conformance.Probe) error {
	return toolsEachMirrored(ctx, p, func(m toolsMirrored) string {
		values := slices.Concat(m.schema.Get("enum").Items(), []mcp.Value{m.schema.Get("const"), m.schema.Get("default")})
		for _, v := range values {
			if n, ok := v.Float(); ok && (n < -toolsMaxSafe || n > toolsMaxSafe) {
				return fmt.Sprintf("on a parameter with the value %.40s, which a double cannot hold exactly", v)
			}
		}
		if least, ok := m.schema.Get("minimum").Float(); ok && least > toolsMaxSafe {
			return fmt.Sprintf("on an integer of at least %.40s", m.schema.Get("minimum"))
		}
		if most, ok := m.schema.Get("maximum").Float(); ok && most < -toolsMaxSafe {
			return fmt.Sprintf("on an integer of at most %.40s", m.schema.Get("maximum"))
		}
		return ""
	})
}

func toolsHeaderReachable(ctx context.Context, p *conformance.Probe) error {
	return toolsEachMirrored(ctx, p, func(m toolsMirrored) string {
		if !m.static {
			return "where no chain of properties leads"
		}
		return ""
	})
}

func toolsHeaderSecrets(ctx context.Context, p *conformance.Probe) error {
	return toolsEachMirrored(ctx, p, func(m toolsMirrored) string {
		if len(m.path) == 0 {
			return ""
		}
		if name := m.path[len(m.path)-1]; toolsLooksSecret(name) || m.schema.Get("format").Text() == "password" {
			return fmt.Sprintf("on the parameter %.60q, which looks confidential", name)
		}
		return ""
	})
}

// toolsLooksSecret tells from a parameter's name whether it holds a secret or
// personal data. Names such as max_tokens and page_token are innocent.
func toolsLooksSecret(name string) bool {
	plain := strings.Map(func(r rune) rune {
		if isAlphaNum(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, name)
	switch plain {
	case "token", "idtoken", "secret", "email", "emailaddress", "ssn", "credential", "credentials", "authorization", "phonenumber", "creditcard":
		return true
	}
	for _, end := range []string{"password", "passwd", "passphrase", "apikey", "accesstoken", "authtoken", "bearertoken",
		"refreshtoken", "clientsecret", "secretkey", "privatekey", "creditcardnumber", "socialsecuritynumber"} {
		if strings.HasSuffix(plain, end) {
			return true
		}
	}
	return false
}
