package cases_test

import (
	"context"
	"testing"

	"github.com/mcpctl/mcpctl/mcp"
)

func contextEnded(t *testing.T) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx, cancel
}

// bothWays are steps that pass and steps that break, and why those do.
var bothWays = map[string]struct {
	passes, breaks, why string
	only                mcp.Revision
	quick               bool // nothing is waited for long
}{
	"call": {
		passes: "- call: echo\n  arguments: {text: hi}\n  expect: {result: {structuredContent: {text: hi}}, within: 5s}",
		breaks: "- call: echo\n  arguments: {text: hi}\n  expect: {result: {structuredContent: {text: ho}}}",
		why:    `step 1 \(call echo\): \$\.structuredContent\.text: expected "ho", got "hi"`,
	},
	"a call that fails": {
		passes: "- call: fail\n  expect: {isError: true}\n- call: fail\n  expect: {result: {isError: true}}",
		breaks: "- call: fail",
		why:    `\$\.isError: expected false, got true`,
	},
	"a call that does not": {
		passes: "- call: echo\n  arguments: {text: hi}\n  expect: {isError: false}",
		breaks: "- call: echo\n  arguments: {text: hi}\n  expect: {isError: true}",
		why:    `\$\.isError: expected true, got false`,
	},
	"an error": {
		passes: "- call: nowhere\n  expect: {error: {code: -32602, message: {$type: string}}}",
		breaks: "- call: nowhere\n  expect: {error: {code: -32600}}",
		why:    `error\.code: expected -32600, got -32602`,
	},
	"an error that nobody expected": {breaks: "- call: nowhere", why: `the server answered with error -32602`},
	"an error that did not come": {
		breaks: "- call: echo\n  arguments: {text: hi}\n  expect: {error: {code: -32602}}",
		why:    `expected an error, an object with \{"code": -32602\}, and got the result`,
	},
	"within": {
		passes: "- call: echo\n  arguments: {text: hi}\n  expect: {within: 1m}",
		breaks: "- call: echo\n  arguments: {text: hi}\n  expect: {within: 1ns}",
		why:    `the answer took .*, and may take 1ns`,
	},
	"read": {
		passes: "- read: mcptest://text/greeting\n  expect: {result: {contents: [{mimeType: text/plain}]}}",
		breaks: "- read: mcptest://text/greeting\n  expect: {result: {contents: [{mimeType: text/html}]}}",
		why:    `\$\.contents\[0\]\.mimeType: expected "text/html", got "text/plain"`,
	},
	"get": {
		passes: "- get: greet\n  arguments: {name: Ada}\n  expect: {result: {messages: {$length: {$gte: 1}}}}",
		breaks: "- get: greet\n  arguments: {name: Ada}\n  expect: {result: {messages: []}}",
		why:    `\$\.messages: expected 0 elements`,
	},
	"complete": {
		passes: "- complete: {prompt: greet, argument: language, value: \"\"}\n  expect: {result: {completion: {values: {$type: array}}}}\n" +
			"- complete: {resource: \"mcptest://weather/{country}/{city}\", argument: city, context: {country: france}}\n  expect: {result: {completion: {values: {$contains: {$any: true}}}}}",
		breaks: "- complete: {prompt: nobody, argument: language}",
		why:    `step 1 \(complete nobody\): the server answered with error`,
	},
	"list": {
		passes: "- list: tools\n  expect: {result: {tools: {$contains: {name: add}}}}\n- list: templates\n  expect: {result: {resourceTemplates: {$each: {uriTemplate: {$type: string}}}}}",
		breaks: "- list: prompts\n  expect: {result: {prompts: {$contains: {name: add}}}}",
		why:    `\$\.prompts: expected something that contains an object with \{"name": "add"\}`,
	},
	"request": {
		passes: "- request: tools/list\n  params: {}\n  expect: {result: {tools: {$type: array}}}",
		breaks: "- request: no/such\n  params: {a: 1}",
		why:    `step 1 \(request no/such\): the server answered with error -32601`,
	},
	"raw as JSON": {
		only:   mcp.Rev20251125,
		passes: `- raw: {jsonrpc: "2.0", id: 77, method: ping}` + "\n  expect: {result: {}}",
		breaks: `- raw: {jsonrpc: "2.0", id: 77, method: pong}` + "\n  expect: {result: {}}",
		why:    `step 1 \(raw\): the server answered with error -32601`,
	},
	"raw as text": {
		only:   mcp.Rev20251125,
		passes: `- raw: '{"jsonrpc": "2.0", "id": "a", "method": "ping"}'` + "\n- raw: '{\"jsonrpc\":\"2.0\",\"method\":\"notifications/nothing\"}'",
		breaks: "- raw: '{nonsense'\n  expect: {error: {code: 1}}",
		why:    `error\.code: expected 1, got -32700|no answer came: HTTP status 400`,
	},
	"progress": {
		passes: "- call: progress\n  expect: {notifications: [{method: notifications/progress, params: {progress: {$gt: 0}}}]}",
		breaks: "- call: progress\n  expect: {notifications: [{method: notifications/progress, params: {progress: 1000}}]}",
		why:    `no notification notifications/progress came within 100ms with an object with \{"progress": 1000\}; those that came: \[\{`,
		quick:  true,
	},
	"a notification that must not come": {
		passes: "- call: progress\n  expect: {notifications: [{method: notifications/message, absent: true}]}",
		breaks: "- call: progress\n  expect: {notifications: [{method: notifications/progress, absent: true}]}",
		why:    `the notification notifications/progress came, which must not`,
	},
	"subscribe": {
		passes: "- subscribe: mcptest://text/greeting\n- call: change\n  arguments: {what: resource, uri: mcptest://text/greeting}\n" +
			"  expect: {notifications: [{method: notifications/resources/updated, params: {uri: mcptest://text/greeting}}]}",
		breaks: "- call: change\n  arguments: {what: resource, uri: mcptest://text/greeting}\n  expect: {notifications: [{method: notifications/resources/updated}]}",
		why:    `no notification notifications/resources/updated came`,
		quick:  true,
	},
	"an elicitation": {
		passes: "- call: elicit\n  answers:\n  - elicitation/create: {action: accept, content: {name: Ada}}\n    asked: {message: {$regex: name}}\n  expect: {result: {content: [{text: Hello Ada}]}}",
		breaks: "- call: elicit\n  expect: {result: {content: [{text: Hello Ada}]}}",
		why:    `the server asked for input \(elicitation/create\): "What is your name\?"`,
	},
	"a question that is another": {
		breaks: "- call: elicit\n  answers:\n  - elicitation/create: {action: decline}\n    asked: {message: \"Who?\"}",
		why:    `question elicitation/create \$\.message: expected "Who\?", got "What is your name\?"`,
	},
	"a question that is not asked": {
		breaks: "- call: echo\n  arguments: {text: x}\n  answers: [{elicitation/create: {action: decline}}]",
		why:    `the server never asked elicitation/create, for which the step has an answer`,
	},
	"sampling": {
		passes: "- call: sample\n  answers: [{sampling/createMessage: {role: assistant, model: m, content: {type: text, text: forty-two}}}]\n  expect: {result: {content: [{text: {$contains: forty-two}}]}}",
		breaks: "- call: sample\n  answers: [{sampling/createMessage: {role: assistant, model: m, content: {type: text, text: forty-two}}}]\n  expect: {result: {content: [{text: {$contains: forty-three}}]}}",
		why:    `expected something that contains "forty-three"`,
	},
	"a refusal": {
		only:   mcp.Rev20251125,
		passes: "- call: sample\n  answers: [{sampling/createMessage: {$error: {code: -1, message: too dear}}}]\n  expect: {isError: true}",
		breaks: "- call: sample\n  answers: [{sampling/createMessage: {$error: {code: -1, message: too dear}}}]\n  expect: {isError: false}",
		why:    `\$\.isError: expected false, got true`,
	},
	"a refusal that cannot be said": {
		only:   mcp.Rev20260728,
		breaks: "- call: sample\n  answers: [{sampling/createMessage: {$error: {code: -1, message: too dear}}}]",
		why:    `\$error cannot be said in this revision`,
	},
	"roots": {
		passes: "- call: roots\n  answers: [{roots/list: {roots: [{uri: file:///work}]}}]\n  expect: {result: {content: [{text: \"roots: file:///work\"}]}}\n- call: roots\n  expect: {result: {content: [{text: \"roots: \"}]}}",
		breaks: "- call: roots\n  expect: {result: {content: [{text: \"roots: file:///work\"}]}}",
		why:    `expected "roots: file:///work", got "roots: "`,
	},
	"a capture": {
		passes: "- call: echo\n  arguments: {text: hi}\n  capture: {said: $.structuredContent.text}\n- call: echo\n  arguments: {text: \"{{said}} {{ said }}\"}\n  expect: {result: {structuredContent: {text: hi hi}}}",
		breaks: "- call: echo\n  arguments: {text: hi}\n  capture: {said: $.nowhere}",
		why:    `\$\.nowhere leads to nothing, so that said has no value`,
	},
}

// matchings are matchers on the text that echo gives back or, with whole, on the
// result of 1 + 2.
var matchings = []struct {
	text, takes, refuses, why string
	whole                     bool
}{
	{text: "abc", takes: "abc", refuses: "abd", why: `expected "abd", got "abc"`},
	{text: "abc", takes: "{$exact: abc}", refuses: "{$exact: ab}", why: `expected "ab", got "abc"`},
	{text: "abc", takes: "{$regex: '^a.c$'}", refuses: "{$regex: '^b'}", why: `expected text like /\^b/, got "abc"`},
	{text: "abc", takes: "{$type: string}", refuses: "{$type: [number, 'null']}", why: `a value of type number or null, got the string "abc"`},
	{text: "abc", takes: "{$schema: {type: string, maxLength: 3}}", refuses: "{$schema: {type: string, maxLength: 2}}", why: `expected a value that fits the schema, got one that does not`},
	{text: "abc", takes: "{$any: true}", refuses: "{$absent: true}", why: `expected nothing, got "abc"`},
	{text: "abc", takes: "{$length: 3}", refuses: "{$length: {$gt: 3}}", why: `length of \$\.structuredContent\.text: expected a number > 3, got 3`},
	{text: "abc", takes: "{$contains: b}", refuses: "{$contains: d}", why: `something that contains "d"`},
	{text: "abc", takes: "{$not: abd}", refuses: "{$not: abc}", why: `expected anything but "abc"`},
	{text: "abc", takes: "{$anyOf: [x, {$regex: b}]}", refuses: "{$anyOf: [x, y]}", why: `expected "x" or "y"`},
	{text: "abc", takes: "{$type: string, $length: 3}", refuses: "{$type: string, $length: 4}", why: `expected 4, got 3`},
	{text: `"a\nb\nc\nd"`, takes: `"a\nb\nc\nd"`, refuses: `"a\nb\nx\nd\ne"`, why: `(?s)\(- expected, \+ actual\)\n  a\n  b\n- x\n\+ c\n  d\n- e$`},
	{whole: true, takes: "{structuredContent: {sum: 3}}", refuses: "{structuredContent: {sum: 3, more: 1}}", why: `\$\.structuredContent\.more: expected 1, got nothing`},
	{whole: true, takes: "{structuredContent: {$exact: {sum: 3.0}}}", refuses: "{structuredContent: {$exact: {}}}", why: `\$\.structuredContent\.sum: expected nothing, got 3`},
	{whole: true, takes: "{structuredContent: {sum: {$gt: 2, $gte: 3, $lt: 4, $lte: 3}}}", refuses: "{structuredContent: {sum: {$gt: 3}}}", why: `expected a number > 3, got 3`},
	{whole: true, takes: "{structuredContent: {sum: {$type: integer}}}", refuses: "{structuredContent: {sum: {$lt: 3}}}", why: `expected a number < 3, got 3`},
	{whole: true, takes: "{structuredContent: {odd: {$absent: true}}}", refuses: "{structuredContent: {odd: {$any: true}}}", why: `expected anything, got nothing`},
	{whole: true, takes: "{structuredContent: {odd: {$not: {$any: true}}}}", refuses: "{structuredContent: {odd: {$anyOf: [1, 2]}}}", why: `expected 1 or 2, got nothing`},
	{whole: true, takes: "{$jsonpath: {$.structuredContent.sum: 3, '$..sum': [3]}}", refuses: "{$jsonpath: {$.structuredContent.sum: {$lte: 2}}}", why: `\$\.structuredContent\.sum: expected a number ≤ 2, got 3`},
	{whole: true, takes: "{content: {$each: {type: text}}}", refuses: "{content: {$each: {type: image}}}", why: `\$\.content\[0\]\.type: expected "image", got "text"`},
	{whole: true, takes: "{content: {$contains: {type: text}}}", refuses: "{content: {$contains: {type: image}}}", why: `something that contains an object with \{"type": "image"\}`},
	{whole: true, takes: "{$schema: {required: [structuredContent], properties: {structuredContent: {properties: {sum: {maximum: 3}}}}}}",
		refuses: "{$schema: {properties: {structuredContent: {properties: {sum: {maximum: 2}}}}}}", why: `\$\.structuredContent\.sum: expected a value that fits the schema`},
	{whole: true, takes: "{structuredContent: {$length: 1}}", refuses: "{structuredContent: {sum: {$length: 1}}}", why: `a length of 1, got 3`},
	{whole: true, takes: "{structuredContent: {sum: {$not: {$gte: 4}}}}", refuses: "{structuredContent: {$type: array}}", why: `a value of type array, got the object`},
	{whole: true, takes: "{structuredContent: {sum: {$gte: 3}}}", refuses: "{structuredContent: {sum: {$gte: 3.5}}}", why: `expected a number ≥ 3.5`},
	{whole: true, takes: "{structuredContent: {$$absent: {$absent: true}}}", refuses: "{structuredContent: {$$absent: 1}}", why: `\$\.structuredContent\['\$absent'\]: expected 1`},
}
