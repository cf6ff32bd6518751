package checks

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/mcpctl/mcpctl/mcp"
)

func TestURIFault(t *testing.T) {
	for _, good := range []string{
		"file:///a/b.txt", "https://user:pw@example.com:8080/p;v=1?q=a#f", "urn:isbn:1", "x-my.app+v1:y", "config://app",
		"http://[::1]:80/", "http://[2001:db8::1]", "a:", "mailto:a@b.c", "file:///a%20b", "repo://a/b/../c", "x://a/(b)!'*,;=$&+@:~",
	} {
		assert.Empty(t, uriFault(good), good)
	}
	for _, bad := range []string{
		"", "a", "/a/b", "my_app://x", "1a:b", ":x", "://", "not a uri", "file:///a b", "file:///größe", "file:///a%2", "file:///a%zz",
		"x://a#b#c", "x:\\a", "x://a{b}", "http://[::1/", "http://a:b/", "x://a\nb", "x:<a>", "x://a?b[]=c",
	} {
		assert.NotEmpty(t, uriFault(bad), bad)
	}
}

func TestTemplateFault(t *testing.T) {
	for _, good := range []string{"", "x", "file:///{path}", "db://{a}/{b}", "x:{+a,b}", "x{?q*}", "x{#a.b:12}", "{/a}{;b}{&c}", "{%41b}", "größe/{a}", "it's"} {
		assert.Empty(t, templateFault(good), good)
	}
	for _, bad := range []string{"{", "a}", "{}", "{a", "{a b}", "{a-b}", "{a:0}", "{a:12345}", "{a:}", "a b", "{a,}", "{.}", "%2", "{a..b}", "a|b", "{{a}}"} {
		assert.NotEmpty(t, templateFault(bad), bad)
	}
}

func TestTemplateMatches(t *testing.T) {
	for _, c := range []struct {
		template, uri string
		want          bool
	}{
		{"a://{x}", "a://b", true}, {"a://{x}", "a://b/c", false}, {"a://{+x}", "a://b/c", true}, {"a://{x}/d", "a://b/d", true},
		{"a://{x}/d", "a://b/e", false}, {"a://b", "a://b", true}, {"a://b", "a://bc", false}, {"{+uri}", "anything", true}, {"a.b://{x}", "aXb://c", false},
	} {
		assert.Equal(t, c.want, templateMatches(c.template, c.uri), "%s and %s", c.template, c.uri)
	}
	assert.Equal(t, []string{"a", "b", "c", "d"}, templateVariables("x://{a}/{+b:3,c*}{?d}"))
}

func TestURISibling(t *testing.T) {
	for uri, want := range map[string]string{
		"file:///a/b.txt": "file:///a/new", "config://app": "config://new", "a://b/c/": "a://b/new", "urn:x:y": "urn:new",
		"a://b/c?q=/d": "a://b/new", "a:": "a:///new", "file:///": "file:///new",
	} {
		assert.Equal(t, want, uriSibling(uri, "new"), uri)
	}
	assert.True(t, uriWithin("a://b/c", "a://b"))
	assert.True(t, uriWithin("a://b/c", "a://b/c"))
	assert.False(t, uriWithin("a://bc", "a://b"))
}

func TestContentWords(t *testing.T) {
	for text, want := range map[string]bool{
		"2025-01-12T15:00:58Z": true, "2025-01-12T15:00:58.123+02:00": true, "2025-01-12": true, "20250112T150058Z": true, "2025": true,
		"2025-01-12T15:00": true, "2025-01-12T15:00:58,5Z": true, "yesterday": false, "Sun, 12 Jan 2025 15:00:58 GMT": false, "1736694058": false, "2025-13-01": false, "": false,
	} {
		assert.Equal(t, want, isISO8601(text), text)
	}
	for text, want := range map[string]bool{
		"text/plain": true, "text/html; charset=utf-8": true, "application/vnd.a+json": true, "png": false, "image/": false, "image/*": false, "a b/c": false, "": false,
	} {
		assert.Equal(t, want, validMIME(text), text)
	}
	for text, want := range map[string]string{
		"": "", "AAAA": "", "AA==": "", "AA==\n": "", "AA": "its padding is missing", "_-8=": "it uses the alphabet for URLs", "data:x;base64,AA==": "it is a data: URL",
	} {
		assert.Equal(t, want, base64Fault(text), text)
	}
	assert.NotEmpty(t, base64Fault("A"))
	assert.NotEmpty(t, base64Fault("AA\n"))
}

func FuzzURISyntax(f *testing.F) {
	for _, seed := range []string{"file:///a/b", "x://{a}/{+b}", "{a:3}", "http://[::1]:1/?#", "%", "{{{"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if uriFault(text) == "" {
			assert.Empty(t, uriFault(uriSibling(text, "new")), "the sibling of a URI is one")
			assert.True(t, uriWithin(text, text))
		}
		if templateFault(text) == "" {
			for _, name := range templateVariables(text) {
				assert.True(t, isTemplateVariable(name), name)
			}
		}
		templateMatches(text, text)
		base64Fault(text)
	})
}

func FuzzContentFaults(f *testing.F) {
	f.Add(`{"type":"image","data":"AAAA","mimeType":"image/png"}`)
	f.Add(`{"type":"resource","resource":{"uri":"a:b","blob":7},"annotations":{"audience":[1]}}`)
	f.Fuzz(func(t *testing.T, text string) {
		v, err := mcp.Parse([]byte(text))
		if err != nil {
			return
		}
		for _, r := range mcp.Timeline() {
			for _, all := range [][]fault{
				contentKindFaults(v, r), contentTextFaults(v), contentMediaFaults(v), contentEmbeddedFaults(v), resourceFaults(v, r), annotationFaults(v, r),
			} {
				for _, f := range all {
					assert.NotEmpty(t, f.message)
				}
			}
		}
	})
}
