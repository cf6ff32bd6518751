package checks

import (
	"fmt"
	"regexp"
	"strings"
)

// uriFault is why a text is no URI with a scheme by RFC 3986, "" when it is
// one. A fragment is let pass.
func uriFault(text string) string {
	scheme, rest, ok := strings.Cut(text, ":")
	switch {
	case !ok:
		return "it has no scheme"
	case !isScheme(scheme):
		return fmt.Sprintf("%.40q is no scheme", scheme)
	}
	if why := uriCharacterFault(rest); why != "" {
		return why
	}
	before, fragment, _ := strings.Cut(rest, "#")
	if strings.Contains(fragment, "#") {
		return `it has more than one "#"`
	}
	hier, query, _ := strings.Cut(before, "?")
	path := hier
	if after, ok := strings.CutPrefix(hier, "//"); ok {
		authority := after
		path = ""
		if i := strings.IndexByte(after, '/'); i >= 0 {
			authority, path = after[:i], after[i:]
		}
		if why := authorityFault(authority); why != "" {
			return why
		}
	}
	if strings.ContainsAny(path+query+fragment, "[]") {
		return "a bracket may stand only around an IP address"
	}
	return ""
}

// isScheme is scheme of RFC 3986, section 3.1.
func isScheme(s string) bool {
	outside := func(r rune) bool { return !isAlphaNum(r) && !strings.ContainsRune("+-.", r) }
	return s != "" && isAlphaNum(rune(s[0])) && (s[0] < '0' || s[0] > '9') && strings.IndexFunc(s, outside) < 0
}

// uriCharacterFault finds characters that a URI can hold only percent-encoded.
func uriCharacterFault(s string) string {
	for i, r := range s {
		switch {
		case r == '%':
			if i+2 >= len(s) || !isHex(s[i+1]) || !isHex(s[i+2]) {
				return `a "%" is not followed by two hexadecimal digits`
			}
		case !isAlphaNum(r) && !strings.ContainsRune("-._~:/?#[]@!$&'()*+,;=", r):
			return fmt.Sprintf("the character %q must be percent-encoded", r)
		}
	}
	return ""
}

// authorityFault judges [userinfo@]host[:port].
func authorityFault(authority string) string {
	host := authority[strings.LastIndexByte(authority, '@')+1:]
	if strings.HasPrefix(host, "[") {
		end := strings.IndexByte(host, ']')
		if end < 0 {
			return "the bracket around its IP address does not close"
		}
		host = host[end+1:]
	}
	name, port, _ := strings.Cut(host, ":")
	if strings.ContainsAny(name, "[]@") || strings.Trim(port, "0123456789") != "" {
		return fmt.Sprintf("%.60q is no authority", authority)
	}
	return ""
}

func isHex(c byte) bool { return strings.IndexByte("0123456789abcdefABCDEF", c) >= 0 }

// templateFault is why a text is no URI template by RFC 6570, "" when it is.
func templateFault(text string) string {
	for rest := text; rest != ""; {
		literal, after, found := strings.Cut(rest, "{")
		if why := templateLiteralFault(literal); why != "" {
			return why
		}
		if !found {
			return ""
		}
		expression, tail, closed := strings.Cut(after, "}")
		if !closed {
			return "a brace does not close"
		}
		for _, v := range templateExpression(expression) {
			if !isTemplateVariable(v) {
				return fmt.Sprintf("%.60q is no variable", v)
			}
		}
		rest = tail
	}
	return ""
}

// templateLiteralFault judges what stands between expressions. RFC 6570
// allows all of Unicode there but what delimits; the apostrophe is let pass.
func templateLiteralFault(s string) string {
	for i, r := range s {
		switch {
		case r == '%' && (i+2 >= len(s) || !isHex(s[i+1]) || !isHex(s[i+2])):
			return `a "%" is not followed by two hexadecimal digits`
		case r <= ' ' || r == 0x7f || strings.ContainsRune("\"<>\\^`|}", r):
			return fmt.Sprintf("the character %q may not stand there", r)
		}
	}
	return ""
}

// templateExpression splits what stands between braces into its variables,
// the operator taken off.
func templateExpression(expression string) []string {
	if expression != "" && strings.ContainsRune("+#./;?&=,!@|", rune(expression[0])) {
		expression = expression[1:]
	}
	return strings.Split(expression, ",")
}

// isTemplateVariable is varspec of RFC 6570, section 2.3 and 2.4.
func isTemplateVariable(v string) bool {
	v = strings.TrimSuffix(v, "*")
	if name, most, ok := strings.Cut(v, ":"); ok {
		if most == "" || len(most) > 4 || most[0] == '0' || strings.Trim(most, "0123456789") != "" {
			return false
		}
		v = name
	}
	for _, part := range strings.Split(v, ".") {
		if part == "" || uriCharacterFault(part) != "" || strings.IndexFunc(part, func(r rune) bool { return !isAlphaNum(r) && r != '_' && r != '%' }) >= 0 {
			return false
		}
	}
	return true
}

// templateVariables are the names of a template's variables.
func templateVariables(template string) []string {
	var names []string
	for rest := template; ; {
		_, after, found := strings.Cut(rest, "{")
		expression, tail, closed := strings.Cut(after, "}")
		if !found || !closed {
			return names
		}
		for _, v := range templateExpression(expression) {
			name, _, _ := strings.Cut(strings.TrimSuffix(v, "*"), ":")
			names = append(names, name)
		}
		rest = tail
	}
}

// templateMatches reports whether a URI may be an expansion of a template. It
// errs on the side of yes: a plain expression may stand for anything without a
// slash, every other one for anything. Go's regular expressions take linear
// time, so a hostile template costs nothing.
func templateMatches(template, uri string) bool {
	const most = 2000 // longer templates are not looked into
	if len(template) > most {
		return true
	}
	pattern := "^"
	for rest := template; rest != ""; {
		literal, after, found := strings.Cut(rest, "{")
		pattern += regexp.QuoteMeta(literal)
		if !found {
			break
		}
		expression, tail, _ := strings.Cut(after, "}")
		if expression == "" || strings.ContainsRune("+#./;?&=,!@|", rune(expression[0])) || strings.Contains(expression, "*") {
			pattern += ".*"
		} else {
			pattern += "[^/]*"
		}
		rest = tail
	}
	matcher, err := regexp.Compile("(?s)" + pattern + "$")
	return err != nil || matcher.MatchString(uri)
}

// uriWithin reports whether a URI is another one or stands beneath it.
func uriWithin(uri, of string) bool {
	of = strings.TrimSuffix(of, "/")
	rest, ok := strings.CutPrefix(uri, of)
	return ok && (rest == "" || strings.ContainsRune("/#?", rune(rest[0])))
}

// uriSibling is a URI that stands beside another one under a name of its own.
func uriSibling(uri, name string) string {
	uri, _, _ = strings.Cut(uri, "#")
	uri, _, _ = strings.Cut(uri, "?")
	scheme, rest, _ := strings.Cut(uri, ":")
	rest = strings.TrimRight(rest, "/")
	if rest == "" {
		return scheme + ":///" + name // it was the root of the scheme
	}
	return scheme + ":" + rest[:strings.LastIndexByte(rest, '/')+1] + name
}
