package app

import "testing"

func TestHeaders(t *testing.T) {
	a, _ := newApp(t)
	s := serve(t, a)
	for name, header := range map[string]map[string]string{
		"answer":  nil,
		"refusal": {"Origin": "https://evil.example.com", "Sec-Fetch-Site": "cross-site"},
	} {
		if got := post(t, s, hello, header).Header.Get("X-Content-Type-Options"); got != "nosniff" {
			t.Errorf("%s: X-Content-Type-Options = %q", name, got)
		}
	}
}
