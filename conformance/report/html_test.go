package report_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"html"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/conformance/report"
	"github.com/mcpctl/mcpctl/mcp"
)

// The template's tags do not know where in HTML they stand, so this does: what
// is shown is escaped, and stands where escaped text can do no harm.
func TestHTMLTemplate(t *testing.T) {
	page, err := os.ReadFile("page.qtpl")
	require.NoError(t, err)
	assert.Empty(t, unsafe(string(page)))

	for template, want := range map[string]string{
		`<p class="a {%s= escaped(x) %}">{%d n %} {%s= escaped(f("<", y)) %}</p>`: "",
		`<a href="#{%s= escaped(x) %}"><a href="{%s= escaped(c.Link) %}">`:        "",
		`{% for _, x := range all -%}<td{% if x > "" %} id="a"{% endif %}>`:       "",
		`<p>{%s= x %}</p>`:                               "not escaped",
		`<p>{%s x %}</p>`:                                "not escaped",
		`<p>{%v= x %}</p>`:                               "not escaped",
		`<p>{%z= escaped(x) %}</p>`:                      "not escaped",
		`<p>{%s= escaped(x) + y %}</p>`:                  "not escaped",
		`<p>{%s= escaped(x) + escaped(y) %}</p>`:         "not escaped",
		`<p>{%= page(x) %}</p>`:                          "not escaped",
		`{% code x := y %}`:                              "not known here",
		`<p class={%s= escaped(x) %}>`:                   "no quoted attribute",
		`<p {%s= escaped(x) %}="a">`:                     "no quoted attribute",
		`<{%s= escaped(x) %}>`:                           "no quoted attribute",
		`<a href="{%s= escaped(x) %}">`:                  "may lead anywhere",
		`<a href="a{%s= escaped(c.Link) %}">`:            "may lead anywhere",
		`<p onclick="{%s= escaped(x) %}">`:               "escaping does not help",
		`<p style="{%s= escaped(x) %}">`:                 "escaping does not help",
		`<img src="{%s= escaped(x) %}">`:                 "escaping does not help",
		`<script>{%s= escaped(x) %}</script>`:            "escaping does not help",
		`<style>a { b: {%s= escaped(x) %} }</style>`:     "escaping does not help",
		`<style>{%s= pageStyle %}</style>{%s= styles %}`: "not escaped",
		`<p>{%s= pageStyle %}</p>`:                       "not escaped",
	} {
		if got := unsafe(template); want == "" {
			assert.Empty(t, got, template)
		} else {
			assert.Contains(t, strings.Join(got, "\n"), want, template)
		}
	}
}

var (
	control  = regexp.MustCompile(`^(func|endfunc|if|else|elseif|endif|for|endfor|import)$`)
	part     = regexp.MustCompile(`^[a-z]+HTML\(.*\)$`)
	tag      = regexp.MustCompile(`(?s)\{%-?\s*([\w.=]+)\s*(.*?)\s*-?%\}`)
	link     = regexp.MustCompile(`href="([^"]*)"`)
	fixed    = regexp.MustCompile(`^(#‹[^›]*›|‹escaped\(c\.Link\)›|#[a-z]+)$`)
	quoted   = regexp.MustCompile(`="[^"]*"`)
	helpless = regexp.MustCompile(`(?i)<(script|iframe|object|embed)|<style>[^‹<]*[^<]|\s(on\w+|style|src|srcdoc|srcset|action|formaction)=`)
)

// unsafe answers what in a template could let text of a server's do more than be
// read.
func unsafe(template string) []string {
	var wrong []string
	template = strings.ReplaceAll(template, "<style>{%s= pageStyle %}</style>", "") // ours, and whole
	markup := tag.ReplaceAllStringFunc(template, func(text string) string {
		found := tag.FindStringSubmatch(text)
		name, value := found[1], found[2]
		switch {
		case control.MatchString(name):
			return ""
		case name == "d", name == "=" && part.MatchString(value), name == "s=" && isEscaped(value):
		case strings.Trim(name, "=.0123456789dfhjqsuvz") == "":
			wrong = append(wrong, text+" is not escaped")
		default:
			wrong = append(wrong, text+" is not known here")
		}
		return "‹" + strings.NewReplacer(`"`, "", "<", "", ">", "").Replace(value) + "›"
	})
	for _, element := range regexp.MustCompile(`<[^>]*>`).FindAllString(markup, -1) {
		if strings.Contains(quoted.ReplaceAllString(element, ""), "‹") {
			wrong = append(wrong, element+" has text that is in no quoted attribute")
		}
	}
	for _, found := range link.FindAllStringSubmatch(markup, -1) {
		if !fixed.MatchString(found[1]) {
			wrong = append(wrong, found[0]+" may lead anywhere")
		}
	}
	for _, found := range helpless.FindAllString(markup, -1) {
		wrong = append(wrong, found+" is a place where escaping does not help")
	}
	return wrong
}

// isEscaped tells whether an expression is one call of escaped and nothing else.
func isEscaped(expression string) bool {
	parsed, err := parser.ParseExpr(expression)
	if err != nil {
		return false
	}
	call, ok := parsed.(*ast.CallExpr)
	if !ok {
		return false
	}
	name, ok := call.Fun.(*ast.Ident)
	return ok && name.Name == "escaped"
}

// Findings carry addresses; only those of the web become links.
func TestHTMLLinksToTheWebOnly(t *testing.T) {
	for address, want := range map[string]string{
		"https://example.com/a/b#c":                "https://example.com/a/b#c",
		"http://127.0.0.1:8080/?a=1&b='+2":         "http://127.0.0.1:8080/?a=1&b='+2",
		`https://example.com/" onclick="alert(1)`:  "https://example.com/%22%20onclick=%22alert%281%29",
		"javascript:alert(1)":                      "",
		"JaVaScRiPt:alert(1)":                      "",
		" javascript:alert(1)":                     "",
		"java\nscript:alert(1)":                    "",
		"javascript://example.com/%0aalert(1)":     "",
		"data:text/html,<script>alert(1)</script>": "",
		"vbscript:x":                               "",
		"file:///etc/passwd":                       "",
		"mailto:a@example.com":                     "",
		"//example.com/":                           "",
		"/relative":                                "",
		"https:example.com":                        "",
		"https:///nowhere":                         "",
		"https://user@evil.example/":               "",
		"":                                         "",
	} {
		r := empty()
		f := finding("tools/names/unique", "a rule", mcp.Rev20251125, conformance.Fail, "broken")
		f.Link, f.Ref = address, "the rule"
		r.Findings = append(r.Findings, f)
		r.Tally()
		out := string(written(t, format(t, "html"), r, report.Options{}))
		validHTML(t, out)
		outward := regexp.MustCompile(`href="([^#"][^"]*)"`).FindStringSubmatch(out)
		if want == "" {
			assert.Nil(t, outward, address)
			continue
		}
		require.NotNil(t, outward, address)
		assert.Equal(t, want, html.UnescapeString(outward[1]))
	}
}

// What mcpctl writes itself today is escaped like everything else.
func TestHTMLEscapesNamesAndStates(t *testing.T) {
	const evil = `x" onclick="alert(1)"><script>alert(1)</script><a b='`
	r := hostile(nasty, 0)
	r.Tool.Version = evil
	for i := range r.Findings {
		f := &r.Findings[i]
		f.Check, f.Title, f.Ref, f.Requirements = evil+fmt.Sprint(i)+"/"+evil, evil, evil, []string{evil}
		f.Revision, f.Level = evil, evil
	}
	odd := finding(evil+"/a", evil, evil, evil, evil)
	r.Findings = append(r.Findings, odd)
	r.Tally()
	out := string(written(t, format(t, "html"), r, report.Options{}))
	validHTML(t, out)
	for _, place := range []string{`<td class="x`, `<th scope="col">x`, `<code>x`, `<span class="level">X`, `</span> x`} {
		assert.True(t, strings.Contains(strings.ToLower(out), strings.ToLower(place)+`&#34; onclick=`), "%s: the text itself must be there", place)
	}
}

// Five bytes for one: escaping is part of what a page may cost.
func TestHTMLCountsWhatEscapingAdds(t *testing.T) {
	r := many(2000, 1)
	for i := range r.Findings {
		f := &r.Findings[i]
		f.Check, f.Verdict = fmt.Sprintf("suite-%d/subject/rule-%d", i%40, i), conformance.Fail
		f.Message, f.Evidence[0].Text = strings.Repeat("+", 2000), strings.Repeat("+", 4096)
	}
	r.Tally()
	assert.Less(t, len(written(t, format(t, "html"), r, report.Options{})), 1<<20)
}
