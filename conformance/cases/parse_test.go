package cases_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/mcpctl/mcpctl/conformance/cases"
)

// good are files that are right.
var good = []string{
	"cases: [{name: a, steps: [{request: ping}]}]",
	"$schema: x\ncases: [{name: a, skip: later, revision: [2025-11-25], transport: [http, stdio], logLevel: info, steps: [{list: tools}]}]",
	"cases: [{name: a, table: [{x: 1, y: [2]}], setup: [{read: 'u://{{x}}'}], steps: [{call: t, arguments: '{{y}}'}], teardown: [{get: p, arguments: {a: b}}]}]",
	"cases: [{name: a, answers: [{roots/list: {roots: []}}], steps: [{call: t, answers: [{sampling/createMessage: {$error: {code: -1, message: no}}, asked: {x: 1}}]}]}]",
	"cases: [{name: a, steps: [{complete: {prompt: p, argument: a, value: v}}, {complete: {resource: 'u://{x}', argument: x, context: {y: z}}}, {subscribe: 'u://x'}]}]",
	"cases: [{name: a, steps: [{raw: '{nonsense', expect: {status: {$gte: 400}}}, {raw: {jsonrpc: '2.0', id: 1}}, {raw: [1]}]}]",
	"cases: [{name: a, steps: [{call: t, expect: {result: {a: {$exact: {$x: 1}}, $$ref: 2, b: [{$regex: a}, {$type: [string, 'null']}, {$schema: {type: object}}]}, isError: false, within: 1.5s, golden: g.json}}]}]",
	"cases: [{name: a, steps: [{call: t, expect: {result: {a: {$jsonpath: {$.a: 1}}, b: {$absent: true}, c: {$any: true}, d: {$gt: 1, $gte: 1, $lt: 3, $lte: 3}, e: {$length: 3}}}}]}]",
	"cases: [{name: a, steps: [{call: t, expect: {result: {f: {$contains: 1}, g: {$each: {$not: 3}}, h: {$anyOf: [1, 2]}, i: {$golden: x/y.json}}}}]}]",
	"cases: [{name: a, steps: [{call: t, expect: {error: {code: -32602, message: {$any: true}, data: [1]}, notifications: [{method: m, params: {a: 1}, absent: true}, {method: n}]}}]}]",
	"cases: [{name: a, steps: [{call: t, capture: {id: $.a.b, all: '$..c[*]', q: \"$['odd name'][-1][1:2]\"}}, {read: '{{id}} {{all}}{{q}} \\{{no}}'}]}]",
	"cases: [{name: a, steps: [&s {request: ping}, *s]}]",
	"cases: [{name: a, steps: [{request: m, params: {day: 2026-01-02, hex: 0x10, big: 12345678901234567890}}]}]",
}

// bad are files that are wrong: where, and what is told.
var bad = []struct{ text, want string }{
	{"caess: []", `1:1: a file of cases has no key "caess": did you mean cases?`},
	{"cases: []", `1:8: cases is a list, and has one at least`},
	{"cases:\n- nam: a\n  steps: [{request: ping}]", `2:3: a case has no key "nam": did you mean name?`},
	{"cases: [{steps: [{request: ping}]}]", `1:9: the case has no name`},
	{"cases: [{name: a}]", `1:9: the case has no steps`},
	{"cases: [{name: a, steps: []}]", `steps is a list of at most`},
	{"cases: [{name: 3, steps: [{request: ping}]}]", `1:16: name is text, and this is a number`},
	{"cases:\n- name: a\n  revision: 2025-11-26\n  steps: [{request: ping}]", `3:13: there is no revision "2025-11-26": did you mean 2025-11-25?`},
	{"cases: [{name: a, transport: htp, steps: [{request: ping}]}]", `there is no transport "htp": did you mean http?`},
	{"cases: [{name: a, logLevel: loud, steps: [{request: ping}]}]", `there is no logLevel "loud": logLevel is one of debug`},
	{"cases: [{name: a, skip: 1, steps: [{request: ping}]}]", `skip, the reason, is text`},
	{"cases: [{name: a, skip: '', steps: [{request: ping}]}]", `skip is the reason`},
	{"cases:\n- name: a\n  steps:\n  - cal: echo", `4:5: a step has no key "cal": did you mean call?`},
	{"cases: [{name: a, steps: [{expect: {}}]}]", `the step does nothing: it needs one of call`},
	{"cases: [{name: a, steps: [{call: t, read: u}]}]", `a step does one thing, and this one is call already`},
	{"cases: [{name: a, steps: [{read: u, arguments: {}}]}]", `arguments does not go with read`},
	{"cases: [{name: a, steps: [{call: [t]}]}]", `call is text, and this is a list`},
	{"cases: [{name: a, steps: [{call: t, arguments: [1]}]}]", `arguments is a mapping of names to values, and this is a list`},
	{"cases: [{name: a, steps: [{list: tool}]}]", `there is no list "tool": did you mean tools?`},
	{"cases: [{name: a, steps: [{raw: 3}]}]", `raw is the text of a frame`},
	{"cases: [{name: a, steps: [{complete: {prompt: p}}]}]", `complete names no argument`},
	{"cases: [{name: a, steps: [{complete: {prompt: p, resource: r, argument: a}}]}]", `complete names either a prompt or a resource`},
	{"cases: [{name: a, steps: [{complete: {promt: p, argument: a}}]}]", `did you mean prompt?`},
	{"cases:\n- name: a\n  steps:\n  - call: t\n    expect:\n      resutl: {}", `6:7: expect has no key "resutl": did you mean result?`},
	{"cases: [{name: a, steps: [{call: t, expect: {result: {a: {$regx: x}}}}]}]", `1:59: there is no matcher "$regx": did you mean $regex?`},
	{"cases: [{name: a, steps: [{call: t, expect: {result: {a: 1, $ref: x}}}]}]", `"$ref" stands beside other members: a matcher stands alone; a member of that name is written $$ref`},
	{"cases: [{name: a, steps: [{call: t, expect: {result: {$type: text}}}]}]", `there is no type "text"`},
	{"cases: [{name: a, steps: [{call: t, expect: {result: {$type: 3}}}]}]", `$type is text, and this is a number`},
	{"cases: [{name: a, steps: [{call: t, expect: {result: {$regex: [a]}}}]}]", `$regex is text`},
	{"cases: [{name: a, steps: [{call: t, expect: {result: {$absent: false}}}]}]", `$absent is written $absent: true`},
	{"cases: [{name: a, steps: [{call: t, expect: {result: {$gt: much}}}]}]", `a number is expected here, or a {{variable}}`},
	{"cases: [{name: a, steps: [{call: t, expect: {result: {$anyOf: 1}}}]}]", `$anyOf is a list`},
	{"cases: [{name: a, steps: [{call: t, expect: {result: {$jsonpath: $.a}}}]}]", `$jsonpath is a mapping of paths`},
	{"cases: [{name: a, steps: [{call: t, expect: {error: 3}}]}]", `error is a mapping, as in {code: -32602}`},
	{"cases: [{name: a, steps: [{call: t, expect: {error: {cod: 3}}}]}]", `did you mean code?`},
	{"cases: [{name: a, steps: [{call: t, expect: {error: {code: 3}, result: {}}}]}]", `either a result or an error`},
	{"cases: [{name: a, steps: [{read: u, expect: {isError: true}}]}]", `only tools answer with isError`},
	{"cases: [{name: a, steps: [{read: u, expect: {status: 200}}]}]", `only the step raw knows the status`},
	{"cases: [{name: a, steps: [{call: t, expect: {within: 3}}]}]", `within is text, and this is a number`},
	{"cases: [{name: a, steps: [{call: t, expect: {within: soon}}]}]", `"soon" is no time like 200ms`},
	{"cases: [{name: a, steps: [{call: t, expect: {notifications: {}}}]}]", `notifications is a list`},
	{"cases: [{name: a, steps: [{call: t, expect: {notifications: [{params: {}}]}}]}]", `the notification has no method`},
	{"cases: [{name: a, steps: [{call: t, expect: {notifications: [{method: m, absent: no way}]}}]}]", `absent is true or false`},
	{"cases: [{name: a, steps: [{call: t, answers: {}}]}]", `answers is a list`},
	{"cases: [{name: a, steps: [{call: t, answers: [{elicitation/creat: {}}]}]}]", `did you mean elicitation/create?`},
	{"cases: [{name: a, steps: [{call: t, answers: [{asked: {}}]}]}]", `the answer names no question`},
	{"cases: [{name: a, steps: [{call: t, answers: [{roots/list: {}, elicitation/create: {}}]}]}]", `an answer is to one question`},
	{"cases: [{name: a, steps: [{call: t, answers: [{roots/list: []}]}]}]", `the answer to roots/list is a mapping`},
	{"cases: [{name: a, steps: [{call: t, answers: [{roots/list: {$error: {code: 1}}}]}]}]", `$error needs code and message`},
	{"cases: [{name: a, steps: [{call: t, capture: []}]}]", `capture is a mapping of names to paths`},
	{"cases: [{name: a, steps: [{call: t, capture: {revision: $.a}}]}]", `revision has a value of its own`},
	{"cases: [{name: a, steps: [{call: t, capture: {'a b': $.a}}]}]", `"a b" is no name`},
	{"cases: [{name: a, steps: [{call: t, expect: {error: {code: 1}}, capture: {x: $.a}}]}]", `nothing can be captured of an answer that has to be an error`},
	{"cases: [{name: a, table: [], steps: [{request: ping}]}]", `table is a list of 1 to`},
	{"cases: [{name: a, table: [3], steps: [{request: ping}]}]", `a row is a mapping`},
	{"cases: [{name: a, steps: [{call: t, expect: {golden: ../x.json}}]}]", `"../x.json" is no file in or below the folder of the cases`},
	{"cases: 3", `cases is a list`},
	{"3", `a mapping is expected here, and this is a number`},
}

// beyond are files that are wrong in ways of which no schema knows.
var beyond = []struct{ text, want string }{
	{"", "1:1: the file is empty"},
	{"cases: [", "1:1: yaml: did not find expected node content"},
	{"a: b\n c: d", "2:1: yaml: mapping values are not allowed in this context"},
	{"cases: [{name: a, steps: [{request: ping}]}]\n---\na: b", "there is more than one document"},
	{"cases: [{name: a, name: b, steps: [{request: ping}]}]", `1:19: "name" is there twice, first in line 1`},
	{"cases: [{[a]: b}]", `a key must be plain text`},
	{"cases: [{<<: {}}]", `a key must be plain text`},
	{"cases: [{name: a, steps: [{request: m, params: {x: .inf}}]}]", `JSON has no number .inf`},
	{"cases: [{name: A b, steps: [{request: ping}]}, {name: a-B, steps: [{request: ping}]}]", `a case named "a-B" is there already, in line 1`},
	{"cases: [{name: '!', steps: [{request: ping}]}]", `has neither letter nor digit`},
	{"cases:\n- name: a\n  table: [{city: x}]\n  steps:\n  - call: t\n    arguments: {at: \"in {{ciy}}\"}", `6:21: {{ciy}} has no value here: did you mean {{city}}?`},
	{"cases: [{name: a, steps: [{read: '{{id}}', capture: {id: $.a}}]}]", `{{id}} has no value here: `},
	{"cases: [{name: a, table: [{x: 1}, {y: 2}], steps: [{request: ping}]}]", `there is no column of the first row "y"`},
	{"cases: [{name: a, table: [{x: 1, z: 2}, {x: 2}], steps: [{request: ping}]}]", `the row has no z, as the first one has`},
	{"cases: [{name: a, steps: [{call: t, expect: {result: {$regex: '('}}}]}]", `the pattern is wrong: error parsing regexp: missing closing ): ` + "`(`" + `: patterns are those of RE2`},
	{"cases: [{name: a, steps: [{call: t, expect: {result: {$regex: '(?=a)'}}}]}]", `patterns are those of RE2`},
	{"cases: [{name: a, steps: [{call: t, expect: {result: {$schema: {type: 3}}}}]}]", `the schema is wrong`},
	{"cases: [{name: a, steps: [{call: t, expect: {result: {$schema: {$schema: 'http://x/y'}}}}]}]", `the schema is wrong`},
	{"cases: [{name: a, steps: [{call: t, expect: {result: {$jsonpath: {a.b: 1}}}}]}]", `a path begins with $`},
	{"cases: [{name: a, steps: [{call: t, capture: {x: '$.a[?@.b]'}}]}]", `filters are not known here`},
	{"cases: [{name: a, steps: [{call: t, capture: {x: '$.a[1'}}]}]", `the closing bracket is missing`},
	{"cases: [&a [*a]]", `too large or nested too deep`},
	{"cases: " + strings.Repeat("[", 200) + strings.Repeat("]", 200), `nested too deep`},
	{bomb, `too large or nested too deep`},
	{"cases: [{name: a, steps: [{call: t, expect: {result: {$regex: " + strings.Repeat("a", 5000) + "}}}]}]", `the pattern is longer than`},
	{"# " + strings.Repeat("x", cases.MaxFile), `the file is larger than`},
}

// bomb is a few lines that stand for very many.
const bomb = "a: &a [1,1,1,1,1,1,1,1,1,1]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\n" +
	"d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: [*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]\n"

func TestParse(t *testing.T) {
	for _, text := range good {
		_, err := cases.Parse("a.yaml", []byte(text))
		assert.NoError(t, err, text)
	}
	for _, tc := range slices.Concat(bad, beyond) {
		_, err := cases.Parse("a.yaml", []byte(tc.text))
		var problems cases.Problems
		if assert.ErrorAs(t, err, &problems, tc.text[:min(len(tc.text), 200)]) {
			assert.Contains(t, err.Error(), tc.want, tc.text[:min(len(tc.text), 200)])
			for _, p := range problems {
				assert.Positive(t, p.Line)
				assert.Positive(t, p.Column)
				assert.Equal(t, "a.yaml", p.File)
			}
		}
	}
}

func TestAllProblemsAreTold(t *testing.T) {
	_, err := cases.Parse("x/b.yaml", []byte("cases:\n- name: a\n  stps: []\n  steps:\n  - call: t\n    expect: {resutl: 1}\n- name: a\n  steps: [{request: ping}]\n"))
	assert.EqualError(t, err, strings.Join([]string{
		`x/b.yaml:3:3: a case has no key "stps": did you mean steps?`,
		`x/b.yaml:6:14: expect has no key "resutl": did you mean result?`,
		`x/b.yaml:7:3: a case named "a" is there already, in line 2`,
	}, "\n"))
}

// TestSchema: the schema for editors takes what Parse takes and refuses what it
// refuses, as far as a schema can.
func TestSchema(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join("..", "..", "docs", "cases.schema.json"))
	require.NoError(t, err)
	compiler := jsonschema.NewCompiler()
	require.NoError(t, compiler.AddResource("cases.schema.json", strings.NewReader(string(raw))))
	by, err := compiler.Compile("cases.schema.json")
	require.NoError(t, err)
	judge := func(text string) error {
		var doc yaml.Node
		require.NoError(t, yaml.Unmarshal([]byte(text), &doc), text)
		dates(&doc)
		var v any
		require.NoError(t, doc.Decode(&v))
		data, err := json.Marshal(v)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(data, &v))
		return by.Validate(v)
	}
	for _, text := range good {
		assert.NoError(t, judge(text), text)
	}
	for _, tc := range bad {
		assert.Error(t, judge(tc.text), tc.text)
	}
}

// dates takes dates for the text that JSON has of them.
func dates(n *yaml.Node) {
	if n.ShortTag() == "!!timestamp" {
		n.Tag = "!!str"
	}
	for _, child := range n.Content {
		dates(child)
	}
}

// FuzzCases: no file panics or takes long, and each is either read or refused
// with places.
func FuzzCases(f *testing.F) {
	for _, text := range good {
		f.Add([]byte(text))
	}
	for _, tc := range slices.Concat(bad, beyond) {
		if len(tc.text) < 10_000 {
			f.Add([]byte(tc.text))
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := cases.Parse("a.yaml", data)
		var problems cases.Problems
		if err != nil {
			require.True(t, errors.As(err, &problems))
			require.NotEmpty(t, problems)
			return
		}
		require.NotEmpty(t, file.Cases)
		for _, c := range file.Cases {
			require.True(t, strings.HasPrefix(c.ID, "cases/a/"))
			require.NotEmpty(t, c.Title(0))
		}
	})
}
