package mcp

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestParseRefuses(t *testing.T) {
	tests := map[string]string{
		"nothing":        "",
		"white space":    " \n",
		"two values":     "{} {}",
		"trailing comma": "[1,]",
		"bare word":      "nil",
		"single quotes":  "{'a':1}",
		"leading zero":   "01",
		"control in key": "{\"a\x00\":1}",
		"a mark before":  "\xef\xbb\xbf{}",
		"too deep":       strings.Repeat("[", 50_000) + strings.Repeat("]", 50_000),
	}
	for name, text := range tests {
		t.Run(name, func(t *testing.T) {
			v, err := Parse([]byte(text))
			assert.ErrorIs(t, err, errNotJSON)
			assert.False(t, v.Exists())
		})
	}
	assert.Panics(t, func() { MustParse("{") })
}

func TestValueMembersKeepTheirCase(t *testing.T) {
	v := MustParse(`{"Method":"a","method":"b","METHOD":"c","":"empty"}`)
	assert.Equal(t, "a", v.Get("Method").Text())
	assert.Equal(t, "b", v.Get("method").Text())
	assert.Equal(t, "c", v.Get("METHOD").Text())
	assert.Equal(t, "empty", v.Get("").Text())
	assert.False(t, v.Has("mEthod"))
	assert.Equal(t, 4, v.Len())
	// U+017F folds to s, as encoding/json would have it.
	assert.False(t, MustParse(`{"paramſ":{}}`).Has("params"))
}

func TestValueDuplicates(t *testing.T) {
	v := MustParse(`{"b":1,"a":2,"a":3,"b":4,"a":5,"c":{"d":1,"d":2}}`)
	assert.Equal(t, []string{"a", "b"}, v.Duplicates())
	assert.Equal(t, []string{"d"}, v.Get("c").Duplicates())
	assert.Equal(t, "5", v.Get("a").String(), "the last one counts")
	assert.Len(t, v.Members(), 6)
	assert.Equal(t, "2", v.Members()[1].Value.String())
	assert.Empty(t, MustParse(`{"a":1,"A":2}`).Duplicates())
	assert.Equal(t, []string{"a"}, MustParse(`{"a":1,"\u0061":2}`).Duplicates(), "an escape is another spelling")
}

func TestValueNumbers(t *testing.T) {
	tests := map[string]struct {
		n       int64
		isInt   bool
		f       float64
		isFloat bool
		whole   bool
	}{
		"0":                    {0, true, 0, true, true},
		"-0":                   {0, true, math.Copysign(0, -1), true, true},
		"42":                   {42, true, 42, true, true},
		"1.0":                  {0, false, 1, true, true},
		"1e3":                  {0, false, 1000, true, true},
		"1.5":                  {0, false, 1.5, true, false},
		"-1E-2":                {0, false, -0.01, true, false},
		"9007199254740993":     {9007199254740993, true, 9007199254740992, true, true},
		"9223372036854775807":  {math.MaxInt64, true, 9223372036854775807, true, true},
		"9223372036854775808":  {0, false, 9223372036854775808, true, true},
		"1e400":                {0, false, 0, false, false},
		"-9223372036854775808": {math.MinInt64, true, -9223372036854775808, true, true},
	}
	for text, test := range tests {
		t.Run(text, func(t *testing.T) {
			v := MustParse(text)
			require.True(t, v.Is(Number))
			n, isInt := v.Int()
			assert.Equal(t, test.isInt, isInt)
			if isInt {
				assert.Equal(t, test.n, n)
			}
			f, isFloat := v.Float()
			assert.Equal(t, test.isFloat, isFloat)
			if isFloat {
				assert.Equal(t, test.f, f)
			}
			assert.Equal(t, test.whole, v.Whole())
			assert.Equal(t, text, v.String(), "the text stays as it was")
		})
	}
}

func TestValueStrings(t *testing.T) {
	for text, want := range map[string]string{
		`""`:                "",
		`"plain"`:           "plain",
		`"\u0041\n\"\\\/"`:  "A\n\"\\/",
		`"\ud83d\ude00"`:    "😀",
		`"\ud83d"`:          "\ufffd", // a surrogate alone
		`"ſ\u0000"`:         "ſ\x00",
		`"ends with \\"`:    `ends with \`,
		`"\\\" and on"`:     `\" and on`,
		`"no ] } , : here"`: "no ] } , : here",
	} {
		v := MustParse(text)
		assert.Equal(t, want, v.Text(), text)
		assert.Equal(t, text, string(v.Raw()))
	}
}

func TestValueAbsent(t *testing.T) {
	var v Value
	assert.Equal(t, Absent, v.Kind())
	assert.False(t, v.Exists())
	assert.False(t, v.Get("a", "b", "c").Exists())
	assert.Nil(t, v.Raw())
	assert.Nil(t, v.Items())
	assert.Nil(t, v.Members())
	assert.Zero(t, v.Len())
	assert.Empty(t, v.Text())
	assert.False(t, v.True())
	assert.False(t, v.Whole())
	assert.Empty(t, v.Duplicates())
	assert.Equal(t, "(absent)", v.String())
	raw, err := json.Marshal(v)
	require.NoError(t, err)
	assert.Equal(t, "null", string(raw))
	null := MustParse("null")
	assert.True(t, null.Exists(), "null is there")
	assert.False(t, Equal(v, null))
	assert.Error(t, v.Decode(new(int)))
}

func TestValueOf(t *testing.T) {
	assert.True(t, Equal(MustParse(`{"a":"<","b":true}`), ValueOf(map[string]any{"a": "<", "b": true})))
	assert.Equal(t, "null", ValueOf(nil).String())
	assert.Equal(t, "{}", ValueOf(json.RawMessage(" {}")).String())
	assert.False(t, ValueOf(func() {}).Exists(), "no JSON")
	assert.False(t, ValueOf(math.NaN()).Exists())
	inner := MustParse(`{"a":1,"a":2}`)
	assert.Equal(t, inner, ValueOf(inner))
	var n struct{ A int }
	require.NoError(t, inner.Decode(&n))
	assert.Equal(t, 2, n.A)
	assert.Equal(t, "array boolean", Array.String()+" "+Bool.String())
}

func TestEqual(t *testing.T) {
	tests := []struct {
		a, b string
		want bool
	}{
		{`1`, `1`, true},
		{`1`, `"1"`, false},
		{`1`, `1.0`, false},
		{`0`, `-0`, true},
		{`1e2`, `1e2`, true},
		{`9007199254740992`, `9007199254740993`, false},
		{`123456789012345678901234567890`, `123456789012345678901234567890`, true},
		{`"a"`, `"\u0061"`, true},
		{`"a"`, `"A"`, false},
		{`null`, `null`, true},
		{`null`, `false`, false},
		{`true`, `false`, false},
		{`[1, 2]`, `[1,2]`, true},
		{`[1,2]`, `[2,1]`, false},
		{`[1]`, `[1,1]`, false},
		{`{"a":1,"b":[2]}`, `{ "b": [2], "a": 1 }`, true},
		{`{"a":1}`, `{"A":1}`, false},
		{`{"a":1}`, `{"a":1,"b":2}`, false},
		{`{"a":null}`, `{"b":null}`, false},
		{`{"a":2,"a":2}`, `{"a":2,"b":3}`, false},
		{`{"a":1,"a":2}`, `{"a":1,"a":2}`, true},
		{`{"a":1,"a":2}`, `{"a":2,"a":1}`, false},
		{`{}`, `[]`, false},
	}
	for _, test := range tests {
		t.Run(test.a+" "+test.b, func(t *testing.T) {
			a, b := MustParse(test.a), MustParse(test.b)
			assert.Equal(t, test.want, Equal(a, b))
			assert.Equal(t, test.want, Equal(b, a), "the other way round")
			assert.True(t, Equal(a, a))
		})
	}
}

func TestWalk(t *testing.T) {
	v := MustParse(`{"a":[1,{"b/c":null}],"~":{"x":"y"},"":true,"skip":{"deep":1}}`)
	seen := map[string]string{}
	var order []string
	v.Walk(func(pointer string, v Value) bool {
		seen[pointer] = v.String()
		order = append(order, pointer)
		return pointer != "/skip"
	})
	assert.Equal(t, []string{"", "/a", "/a/0", "/a/1", "/a/1/b~1c", "/~0", "/~0/x", "/", "/skip"}, order)
	assert.Equal(t, "null", seen["/a/1/b~1c"])
	assert.Equal(t, "~01~10", EscapePointer("~1/0"))
}

// FuzzParse holds Parse against encoding/json: the same texts are JSON, the
// same tree comes out, and every part keeps its exact text.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		`{"jsonrpc":"2.0","id":1,"result":{"a":[1,2.5e-3,true,null,"\u00e9\ud83d"]}}`,
		` [ ] `, `{"a":1,"a":2}`, `"\\"`, `-0`, "\"\xff\"", `{"":{"":{}}}`, `[1,]`, "\xef\xbb\xbf{}", `1e999`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		v, err := Parse(bytes.Clone(raw))
		require.Equal(t, json.Valid(raw), err == nil)
		if err != nil {
			require.ErrorIs(t, err, errNotJSON)
			return
		}
		require.Equal(t, string(bytes.Trim(raw, " \t\r\n")), string(v.Raw()))
		require.True(t, Equal(v, v))
		plain := utf8.Valid(raw)
		v.Walk(func(_ string, part Value) bool {
			again, err := Parse(bytes.Clone(part.Raw()))
			require.NoError(t, err)
			require.Equal(t, part, again)
			plain = plain && len(part.Duplicates()) == 0
			return len(raw) < 1<<10 // parsing every part again is quadratic
		})
		if !plain || len(raw) >= 1<<10 {
			return // encoding/json keeps neither duplicates nor invalid text
		}
		decoder := json.NewDecoder(bytes.NewReader(raw))
		decoder.UseNumber()
		var want any
		require.NoError(t, decoder.Decode(&want))
		require.Equal(t, want, tree(v))
	})
}

// tree is a value as encoding/json's any.
func tree(v Value) any {
	switch v.Kind() {
	case Object:
		all := map[string]any{}
		for _, m := range v.Members() {
			all[m.Name] = tree(m.Value)
		}
		return all
	case Array:
		all := []any{}
		for _, item := range v.Items() {
			all = append(all, tree(item))
		}
		return all
	case String:
		return v.Text()
	case Number:
		return json.Number(v.String())
	case Bool:
		return v.True()
	}
	return nil
}
