package redact_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/internal/redact"
)

// canaries are secrets with everything in them that some encoding changes.
var canaries = []string{
	"s3cr3t-canary-token",
	`p@ss "w/ö\rd" <&> %2F+=?`,
	"клюю\U0001F511ч",
	"line\nand\ttab",
	"AAAAA",
	`\\server\share\100%\`,
}

func TestRemovesEverySpelling(t *testing.T) {
	for _, secret := range canaries {
		r := redact.New(secret)
		for name, text := range spellings(t, secret) {
			t.Run(name, func(t *testing.T) {
				got := r.String("before " + text + " after")
				assert.NotContains(t, got, text)
				assert.Contains(t, got, redact.Mark)
				assert.True(t, strings.HasPrefix(got, "before "), got)
				assert.True(t, strings.HasSuffix(got, " after"), got)
			})
		}
	}
}

// spellings encodes a secret in all the ways in which a wire carries one, by
// other means than the package itself uses.
func spellings(t *testing.T, secret string) map[string]string {
	t.Helper()
	html, err := json.Marshal(secret)
	require.NoError(t, err)
	var plain bytes.Buffer
	enc := json.NewEncoder(&plain)
	enc.SetEscapeHTML(false)
	require.NoError(t, enc.Encode(secret))
	var everyByte, ascii strings.Builder
	for _, b := range []byte(secret) {
		fmt.Fprintf(&everyByte, "%%%02x", b)
	}
	for _, r := range secret {
		if r > 0xFFFF {
			r -= 0x10000
			fmt.Fprintf(&ascii, `\u%04X\u%04x`, 0xD800+r>>10, 0xDC00+r&0x3FF)
			continue
		}
		fmt.Fprintf(&ascii, `\u%04x`, r)
	}
	forms := map[string]string{
		"raw":               secret,
		"query":             url.QueryEscape(secret),
		"query, lower case": strings.ToLower(url.QueryEscape("ü")) + url.QueryEscape(secret),
		"path":              url.PathEscape(secret),
		"every byte":        everyByte.String(),
		"JSON":              strings.Trim(plain.String(), "\"\n"),
		"JSON for HTML":     string(html[1 : len(html)-1]),
		"JSON, slashes":     strings.ReplaceAll(string(html[1:len(html)-1]), "/", `\/`),
		"JSON, ASCII":       ascii.String(),
	}
	for _, before := range []string{"", "u", "us", "use", "user:"} {
		for _, after := range []string{"", "!", "!!"} {
			for kind, encoding := range map[string]*base64.Encoding{"std": base64.StdEncoding, "raw std": base64.RawStdEncoding, "url": base64.URLEncoding, "raw url": base64.RawURLEncoding} {
				// What one character cannot hold of the secret may stay: at most a
				// few bits at either end. The test looks for the whole.
				forms[fmt.Sprintf("base64 %s of %s…%s", kind, before, after)] = encoding.EncodeToString([]byte(before + secret + after))
			}
		}
	}
	return forms
}

func TestLeavesTheRestAlone(t *testing.T) {
	r := redact.New("s3cr3t", "", "other-secret")
	for _, text := range []string{"", "nothing here", "s3cr3", "50% of \\u00e4 and %zz", "other-secre", "c3"} {
		assert.Equal(t, text, r.String(text))
	}
	assert.Equal(t, "anything", redact.New().String("anything"))
	assert.Equal(t, "anything", (*redact.Redactor)(nil).String("anything"))
}

func TestOverlappingSecrets(t *testing.T) {
	r := redact.New("abcdef", "defghi", "abc")
	assert.Equal(t, "<[redacted]>", r.String("<abcdefghi>"))
	assert.Equal(t, "<[redacted][redacted]>", r.String("<abcabc>"))
}

func TestWriterAcrossWrites(t *testing.T) {
	r := redact.New("s3cr3t-canary", `q"x`)
	text := `{"a":"s3cr3t-canary","b":"s3cr3t\u002dcanary","c":"q\"x","d":"s3cr3t"}` + base64.StdEncoding.EncodeToString([]byte("me:s3cr3t-canary"))
	for size := 1; size < 20; size++ {
		var out bytes.Buffer
		w := r.Writer(&out)
		for chunk := range slices.Chunk([]byte(text), size) {
			n, err := w.Write(chunk)
			require.NoError(t, err)
			require.Equal(t, len(chunk), n)
		}
		require.NoError(t, w.Close())
		assert.Equal(t, r.String(text), out.String(), "in chunks of %d", size)
	}
}

func TestWriterHoldsBackNoMoreThanNeeded(t *testing.T) {
	var out bytes.Buffer
	w := redact.New("secret").Writer(&out)
	_, err := w.Write([]byte("ready\n"))
	require.NoError(t, err)
	assert.Equal(t, "ready\n", out.String(), "a line that cannot be the start of a secret must not wait")
}

func TestHeader(t *testing.T) {
	before := http.Header{
		"Authorization":       {"Bearer abc.def"},
		"Proxy-Authorization": {"Basic dXNlcjpwYXNz"},
		"Cookie":              {"a=b", "c=d"},
		"Set-Cookie":          {"session=1; HttpOnly"},
		"X-Api-Key":           {"k1"},
		"X-Csrf-Token":        {"Token with words"},
		"X-Client-Secret":     {"shh"},
		"Accept":              {"application/json"},
		"X-Trace":             {"id canary-secret"},
		"Www-Authenticate":    {`Bearer realm="x"`},
	}
	copied := before.Clone()
	after := redact.New("canary-secret").Header(before)
	assert.Equal(t, http.Header{
		"Authorization":       {"Bearer [redacted]"},
		"Proxy-Authorization": {"Basic [redacted]"},
		"Cookie":              {"[redacted]", "[redacted]"},
		"Set-Cookie":          {"[redacted]"},
		"X-Api-Key":           {"[redacted]"},
		"X-Csrf-Token":        {"[redacted]"},
		"X-Client-Secret":     {"[redacted]"},
		"Accept":              {"application/json"},
		"X-Trace":             {"id [redacted]"},
		"Www-Authenticate":    {`Bearer realm="x"`},
	}, after)
	assert.Equal(t, copied, before, "the caller's header must not change")
	assert.Empty(t, redact.New().Header(nil))
}

func TestURL(t *testing.T) {
	r := redact.New("canary")
	for raw, want := range map[string]string{
		"https://example.com/mcp?x=1#top":                 "https://example.com/mcp?x=1#top",
		"https://me:pass@example.com/mcp":                 "https://[redacted]@example.com/mcp",
		"https://me@pass@example.com":                     "https://[redacted]@example.com",
		"https://e.com/?access_token=abc&x=%20&api_key=d": "https://e.com/?access_token=[redacted]&x=%20&api_key=[redacted]",
		"https://e.com/?%74oken=abc":                      "https://e.com/?%74oken=[redacted]",
		"https://e.com/cb#access_token=abc":               "https://e.com/cb#access_token=[redacted]",
		"https://e.com/cb?code=abc&state=s":               "https://e.com/cb?code=[redacted]&state=s",
		"https://e.com/canary/x":                          "https://e.com/[redacted]/x",
		"https://e.com/a@b":                               "https://e.com/a@b",
		"http://u:p@[::1]:80%zz/?secret=a":                "http://[redacted]@[::1]:80%zz/?secret=[redacted]",
		"not a url":                                       "not a url",
	} {
		assert.Equal(t, want, r.URL(raw))
	}
}

func FuzzRedact(f *testing.F) {
	f.Add("secret", "other", "a secret and %73ecret", 3)
	f.Add(`\`, "%", `\\%25`, 1)
	f.Add("aa", "a", "aaaaaa", 2)
	f.Add("ключ", "ü\"", `\u043a\u043b\u044e\u0447 ü\"`, 9)
	f.Fuzz(func(t *testing.T, one, two, text string, cut int) {
		r := redact.New(one, two)
		whole := r.String(text + one + text)
		// Marks and what stands beside them may spell a short secret by chance.
		if len(one) >= 4 {
			for part := range strings.SplitSeq(whole, redact.Mark) {
				require.NotContains(t, part, one)
			}
		}
		var out bytes.Buffer
		w := r.Writer(&out)
		all := text + one + text
		cut = min(max(cut, 0), len(all))
		for _, part := range []string{all[:cut], all[cut:]} {
			_, err := w.Write([]byte(part))
			require.NoError(t, err)
		}
		require.NoError(t, w.Close())
		require.Equal(t, whole, out.String(), "a stream must read as the whole does")
	})
}

// Every backslash can be read in two ways; that must not double the time.
func TestSecretOfBackslashesIsFoundInTime(t *testing.T) {
	secret := strings.Repeat(`\`, 64)
	assert.Equal(t, "[redacted]", redact.New(secret).String(secret))
	assert.Equal(t, "[redacted]", redact.New(secret).String(secret+secret))
	short := strings.Repeat(`\`, 63) + "x"
	assert.Equal(t, short, redact.New(secret).String(short))
}

func BenchmarkString(b *testing.B) {
	r := redact.New("s3cr3t-canary-token", "another-of-them")
	text := strings.Repeat(`{"jsonrpc":"2.0","id":1,"result":{"text":"plain \u00e4 text 100%"}}`, 1000)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		_ = r.String(text)
	}
}
