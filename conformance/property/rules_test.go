package property_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/conformance/property"
	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

// counted is a resource whose contents are what n says.
func counted(n *atomic.Int64) mcptest.Resource {
	return mcptest.Resource{URI: "test://count", Descriptor: object{"name": "count"}, Read: func(*mcptest.Call) ([]map[string]any, error) {
		return []map[string]any{mcptest.TextContents("test://count", "text/plain", fmt.Sprint(n.Load()))}, nil
	}}
}

// calling replaces what sum does.
func calling(f func(*mcptest.Call) (map[string]any, error)) func(*mcptest.Server) {
	return func(s *mcptest.Server) { s.Tools[0].Call = f }
}

// unguarded replaces what sum does, arguments unchecked.
func unguarded(f func(*mcptest.Call) (map[string]any, error)) func(*mcptest.Server) {
	return func(s *mcptest.Server) {
		s.Tools = s.Tools[:1]
		s.Faults = mcptest.Without(mcptest.SkipArguments)
		s.Tools[0].Call = f
	}
}

// relisted changes tools/list, each time it is asked for the first page.
func relisted(edit func(time int64, tools []any) []any) func(*mcptest.Server) {
	return func(s *mcptest.Server) {
		var times atomic.Int64
		s.PageSize = 10
		s.Faults = mcptest.EditReply("tools/list", func(_ *mcptest.Context, out map[string]any) {
			result := out["result"].(object)
			result["tools"] = edit(times.Add(1), result["tools"].([]any))
		})
	}
}

func good(c *mcptest.Call) map[string]any { return mcptest.Structured(object{"sum": a(c)}) }

// Each rule is broken by a server of its own, and only that rule; the message
// names the smallest input.
func TestEachRuleIsBrokenByAServerOfItsOwn(t *testing.T) {
	for _, tt := range []struct {
		rule    string
		kind    mcp.TransportKind
		change  func(*mcptest.Server)
		message string
		also    []string // what follows of necessity
	}{
		{"property/list/content", mcp.HTTP, relisted(func(n int64, tools []any) []any { return tools[:2+n%2] }), `"fails"`, nil},
		{"property/list/order", mcp.HTTP, relisted(func(n int64, tools []any) []any {
			if n%2 == 0 {
				slices.Reverse(tools)
			}
			return tools
		}), `number 1 was`, nil},
		{"property/list/pages", mcp.Stdio, func(s *mcptest.Server) {
			s.Faults = mcptest.EditReply("tools/list", func(_ *mcptest.Context, out map[string]any) {
				result := out["result"].(object)
				if tools := result["tools"].([]any); result["nextCursor"] == nil {
					result["tools"] = append(tools, object{"name": "sum", "inputSchema": object{"type": "object"}})
				}
			})
		}, `"sum" stands on two pages`, nil},
		{"property/list/cursor", mcp.HTTP, func(s *mcptest.Server) {
			var times atomic.Int64
			s.Faults = mcptest.EditReply("tools/list", func(_ *mcptest.Context, out map[string]any) {
				if result := out["result"].(object); result["nextCursor"] == nil && times.Add(1)%3 == 0 {
					result["tools"] = []any{}
				}
			})
		}, `leads to another page`, nil},
		{"property/schema/default", mcp.HTTP, func(s *mcptest.Server) {
			s.Tools[0].Descriptor["inputSchema"].(object)["properties"].(object)["b"] = object{"type": "integer", "default": "none", "minimum": -9, "maximum": 999}
		}, `sum, inputSchema/properties/b/default: "none" is refused`, nil},
		{"property/schema/examples", mcp.HTTP, func(s *mcptest.Server) {
			s.Tools[0].Descriptor["outputSchema"].(object)["examples"] = []any{object{"sum": 1}, object{"sum": "x"}}
		}, `sum, outputSchema/examples/1: {"sum":"x"} is refused`, nil},
		{"property/tool/alive", mcp.Stdio, func(s *mcptest.Server) {
			s.Faults = mcptest.Faults{ExitOn: func(_ *mcptest.Context, m mcp.Message) bool {
				n, _ := m.Get("params", "arguments", "a").Int()
				return m.Method() == "tools/call" && n > 99 && m.Get("params", "name").Text() == "sum"
			}}
		}, `sum({"a":100}) ends the connection`, nil},
		{"property/tool/alive", mcp.HTTP, func(s *mcptest.Server) {
			s.Faults = mcptest.Serve(func(_ *http.Request, m mcp.Message) bool {
				n, _ := m.Get("params", "arguments", "a").Int()
				return m.Method() == "tools/call" && n > 99
			}, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
		}, `sum({"a":100}) ends the connection`, nil},
		{"property/tool/answers", mcp.HTTP, calling(func(c *mcptest.Call) (map[string]any, error) {
			if a(c) < 0 {
				<-c.Done()
				return nil, errors.New("cancelled")
			}
			return good(c), nil
		}), `sum({"a":-1}) is not answered within`, nil},
		{"property/tool/id", mcp.Stdio, func(s *mcptest.Server) {
			s.Tools = s.Tools[:1]
			s.Faults = mcptest.EditReply("tools/call", func(c *mcptest.Context, out map[string]any) {
				if n, _ := c.In.Get("params", "arguments", "a").Int(); n > 500 {
					out["id"] = 424242
				}
			})
		}, `is answered under the id 424242`, nil},
		{"property/tool/id", mcp.HTTP, func(s *mcptest.Server) {
			s.Faults = mcptest.EditReply("tools/call", func(c *mcptest.Context, out map[string]any) { out["id"] = "other" })
		}, `is answered under the id "other"`, nil},
		{"property/tool/next", mcp.Stdio, func(s *mcptest.Server) {
			var spoilt atomic.Bool
			s.Faults = mcptest.Combine(
				mcptest.EditReply("tools/call", func(_ *mcptest.Context, out map[string]any) {
					result, _ := out["result"].(object)
					spoilt.Store(out["error"] != nil || result["isError"] == true)
				}),
				mcptest.Faults{Edit: func(c *mcptest.Context, out map[string]any) {
					if m := c.In.Method(); (m == "ping" || m == "server/discover") && spoilt.Swap(false) {
						delete(out, "result")
						out["error"] = object{"code": -32603, "message": "spoilt"}
					}
				}})
		}, `that fails`, nil},
		{"property/tool/refuses", mcp.HTTP, unguarded(func(c *mcptest.Call) (map[string]any, error) {
			for _, m := range c.Arguments.Members() {
				if m.Name != "a" && m.Name != "b" {
					return mcptest.Failure("There is no such member."), nil
				}
			}
			return good(c), nil
		}), `is answered with success, though the inputSchema refuses it`, nil},
		{"property/tool/refuses-extra", mcp.HTTP, func(s *mcptest.Server) {
			unguarded(func(c *mcptest.Call) (map[string]any, error) {
				if !c.Arguments.Is(mcp.Object) {
					return mcptest.Failure("Arguments are an object."), nil
				}
				return mcptest.Content(mcptest.Text("done")), nil
			})(s)
			s.Tools[0].Descriptor = object{"inputSchema": object{"type": "object", "additionalProperties": false}}
		}, `sum({"mcpctlUnexpected":true}) is answered with success`, nil},
		{"property/tool/error-kind", mcp.HTTP, func(s *mcptest.Server) {
			s.Faults = mcptest.EditReply("tools/call", func(_ *mcptest.Context, out map[string]any) {
				if result, _ := out["result"].(object); out["error"] != nil || result["isError"] == true && len(fmt.Sprint(result)) > 0 && !strings.Contains(fmt.Sprint(result), "no such day") {
					delete(out, "result")
					out["error"] = object{"code": -32603, "message": "TypeError"}
				}
			})
		}, `is answered with -32603 ("TypeError") instead of isError or -32602`, nil},
		{"property/tool/accepts", mcp.Stdio, calling(func(c *mcptest.Call) (map[string]any, error) {
			if a(c) > 99 {
				return nil, &mcp.RPCError{Code: mcp.CodeInvalidParams, Message: "too many"}
			}
			return good(c), nil
		}), `sum({"a":100}) is refused with -32602 ("too many")`, nil},
		{"property/tool/fails-openly", mcp.HTTP, func(s *mcptest.Server) {
			calling(func(c *mcptest.Call) (map[string]any, error) {
				if a(c) > 9 {
					return mcptest.Content(mcptest.Text("Error: no such thing")), nil
				}
				return good(c), nil
			})(s)
			delete(s.Tools[0].Descriptor, "outputSchema")
		}, `sum({"a":10}) is answered without isError by "Error: no such thing"`, nil},
		{"property/tool/fails-openly", mcp.Stdio, calling(func(c *mcptest.Call) (map[string]any, error) {
			if a(c) > 9 {
				return nil, &mcp.RPCError{Code: mcp.CodeInternalError, Message: "oh"}
			}
			return good(c), nil
		}), `sum({"a":10}) is answered with the internal error "oh"`, nil},
		{"property/tool/result", mcp.HTTP, calling(func(c *mcptest.Call) (map[string]any, error) {
			if a(c) > 42 {
				return mcptest.Structured(object{"sum": "many"}), nil
			}
			return good(c), nil
		}), `sum({"a":43}) gives structuredContent that the outputSchema refuses: /sum is a string`, nil},
		{"property/tool/read-only", mcp.HTTP, func(s *mcptest.Server) {
			var n atomic.Int64
			s.Resources = append([]mcptest.Resource{counted(&n)}, s.Resources...)
			calling(func(c *mcptest.Call) (map[string]any, error) {
				if a(c) > 20 {
					n.Add(1)
				}
				return good(c), nil
			})(s)
		}, `sum({"a":21}) changes the resource test://count, though the tool says readOnlyHint`, nil},
		{"property/tool/idempotent", mcp.HTTP, func(s *mcptest.Server) {
			var n atomic.Int64
			s.Tools[1].Call = func(*mcptest.Call) (map[string]any, error) {
				return mcptest.Structured(object{"sum": n.Add(1)}), nil
			}
		}, `though the tool says idempotentHint`, nil},
		{"property/tool/stack-trace", mcp.HTTP, calling(func(c *mcptest.Call) (map[string]any, error) {
			if a(c) > 9 {
				return mcptest.Failure("boom\n    at handler (file.js:10:5)\n    at next (file.js:1:2)"), nil
			}
			return good(c), nil
		}), `shows a stack trace: "at handler (file.js:10:5)"`, nil},
		{"property/tool/path", mcp.Stdio, calling(func(c *mcptest.Call) (map[string]any, error) {
			return mcptest.Failure("cannot open /home/bob/secret/notes.txt"), nil
		}), `shows the path "/home/bob/secret/notes.txt"`, nil},
	} {
		t.Run(tt.rule+" over "+string(tt.kind), func(t *testing.T) {
			t.Parallel()
			o := options()
			o.Newest, o.Revisions = false, []mcp.Revision{mcp.Rev20251125}
			o.Limits.Call = 300 * time.Millisecond
			judged := server(tt.change)
			if strings.HasPrefix(tt.rule, "property/tool/") && tt.rule != "property/tool/idempotent" {
				judged.Tools = judged.Tools[:1]
			}
			target := judged.Target(t, tt.kind)
			r, err := property.Run(context.Background(), target, o)
			require.NoError(t, err)
			assert.Equal(t, append([]string{tt.rule}, tt.also...), broken(r), messages(r))
			i := slices.IndexFunc(r.Findings, func(f conformance.Finding) bool { return f.Check == tt.rule && f.Counts() })
			require.GreaterOrEqual(t, i, 0)
			f := r.Findings[i]
			assert.Contains(t, f.Message, tt.message)
			assert.NotEmpty(t, f.Evidence)
			assert.NotEmpty(t, f.Fix)
			if strings.HasPrefix(tt.rule, "property/tool/") {
				replayed(t, target, o, f)
			}
		})
	}
}

// replayed makes the call of a finding again, which must find the same.
func replayed(t *testing.T, target mcp.Target, o property.Options, f conformance.Finding) {
	t.Helper()
	last := f.Details[len(f.Details)-1]
	text, ok := strings.CutPrefix(last, "again: repeat ")
	require.True(t, ok, last)
	repro, err := property.ParseRepro(text)
	require.NoError(t, err)
	r, err := property.Replay(context.Background(), target, o, repro)
	require.NoError(t, err)
	assert.Equal(t, []string{f.Check}, broken(r), messages(r))
}
