package traffic_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/inspect/traffic"
	"github.com/mcpctl/mcpctl/mcp"
)

// mixed is a log with something for every field.
func mixed(t testing.TB) *traffic.Log {
	l := open(t, traffic.Options{})
	script(t, l,
		`→ 0 {"id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25"}}`,
		`← 5 {"id":1,"result":{"protocolVersion":"2025-11-25"}}`,
		`→ 10 {"id":7,"method":"tools/call","params":{"name":"get-sum"}}`,
		`← 310 {"id":7,"result":{"content":[{"type":"text","text":"Foo bar"}]}}`,
		`→ 400 {"id":"s","method":"tools/call","params":{"name":"fail"}}`,
		`← 410 {"id":"s","result":{"isError":true,"content":[]}}`,
		`← 500 {"method":"notifications/message","params":{"level":"info","data":"hello"}}`,
		`→ 600 {"id":8,"method":"resources/read","params":{"uri":"file:///a"}}`)
	big := frame(t, `← 700 {"id":8,"error":{"code":-32602,"message":"`+strings.Repeat("z", 12_000)+`"}}`)
	big.HTTP = &traffic.HTTP{Status: http.StatusBadRequest}
	l.Add(big)
	line := frame(t, `← 800 a line`)
	line.Channel = traffic.ChannelStderr
	l.Add(line)
	modern := frame(t, `→ 900 {"id":1,"method":"prompts/get","params":{"name":"review"}}`)
	modern.Session, modern.Revision = 1, mcp.Rev20260728
	l.Add(modern)
	l.SetFindings(4, []traffic.Finding{{Check: "tools/result/type", Level: "must"}})
	return l
}

func TestFilters(t *testing.T) {
	l := mixed(t)
	all := []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}
	except := func(some ...int) []int {
		var rest []int
		for _, n := range all {
			if !contains(some, n) {
				rest = append(rest, n)
			}
		}
		return rest
	}
	for text, want := range map[string][]int{
		"":                                all,
		"  ":                              all,
		"method:tools/*":                  {3, 4, 5, 6},
		"method:TOOLS/call":               {3, 4, 5, 6},
		"method:*s/*ad":                   {8, 9},
		"!method:tools/*":                 except(3, 4, 5, 6),
		"not method:tools/*":              except(3, 4, 5, 6),
		"tool:get-sum":                    {3, 4},
		"prompt:rev*":                     {11},
		"uri:file://*":                    {8, 9},
		"name:fail":                       {5, 6},
		"dir:out kind:req":                {1, 3, 5, 8, 11},
		"dir:in kind:note":                {7},
		"kind:text":                       {10},
		"kind:req,note dir:in":            {7},
		"status:ok kind:req":              {1, 3},
		"status:error kind:req":           {5, 8},
		"status:failed kind:req":          {5},
		"status:rpc kind:req":             {8},
		"status:pending":                  {11},
		"ms:>200 kind:req":                {3},
		"ms:0.2s..1s kind:res":            {4},
		"ms:<=5":                          {1, 2},
		"ms:=10 kind:req":                 {5},
		"bytes:>10k":                      {8, 9},
		"bytes:<1M n:1":                   {1},
		"id:7":                            {3, 4},
		"id:s":                            {5, 6},
		"lint:must":                       {3, 4},
		"lint:any":                        {3, 4},
		"lint:tools/*":                    {3, 4},
		"lint:may":                        nil,
		`text:"foo bar"`:                  {3, 4},
		`"foo bar"`:                       {3, 4},
		`"sum\""`:                         {3},
		"era:modern":                      {11},
		"era:legacy session:0 kind:req":   {1, 3, 5, 8},
		"revision:2025-*  n:>=10":         {10},
		"channel:stderr":                  {10},
		"http:>=400":                      {8, 9},
		"since:200ms":                     {9, 10, 11},
		"of:3":                            {3, 4},
		"of:3 or of:5":                    {3, 4, 5, 6},
		"(of:3 or of:5) kind:res":         {4, 6},
		"of:3 or of:5 kind:res":           {3, 4, 6},
		"of:3 and kind:res":               {4},
		"tool:get-sum kind:req or parent": {3, 4},
		"gtsm":                            {3, 4},
		"hello":                           {7},
		"n:2..4":                          {2, 3, 4},
		"!(kind:req or kind:res)":         {7, 10},
		"session:1":                       {11},
	} {
		f, err := traffic.Parse(text)
		require.NoError(t, err, text)
		assert.Equal(t, want, f.Select(l), text)
		assert.Equal(t, len(want) > 0 && contains(want, 3), f.Match(l, 3), text)
		assert.Equal(t, strings.TrimSpace(text), f.String())
	}
}

func contains(all []int, n int) bool {
	for _, x := range all {
		if x == n {
			return true
		}
	}
	return false
}

func TestFilterErrors(t *testing.T) {
	for text, want := range map[string]string{
		"methd:x":                 "column 1: there is no field \"methd\"; did you mean method?",
		"kind:req statu:ok":       "column 10: there is no field \"statu\"; did you mean status?",
		"status:eror":             "column 8: status: \"eror\" is none of cancelled, error, failed, none, ok, pending, rpc, waiting; did you mean error?",
		"ms:>fast":                `column 4: ms: "fast" is no time such as 200 (milliseconds) or 1.5s; as in ms:>200`,
		"bytes:10x":               `column 7: bytes: "10x" is no size such as 300, 10k or 1.5M; as in bytes:>10k`,
		"bytes:NaN":               `column 7: bytes: "NaN" is no size such as 300, 10k or 1.5M; as in bytes:>10k`,
		"n:1..z":                  `column 3: n: "z" is no number; as in n:12..40`,
		"method:":                 "column 8: method: lacks its value; as in method:tools/*",
		"kind:req,":               "column 10: kind: lacks its value; as in kind:req",
		"(kind:req":               "column 1: this bracket is never closed",
		"kind:req)":               "column 9: there is no bracket that this one closes",
		")":                       "column 1: a term is missing here; write something like method:tools/* or \"text\"",
		"()":                      "column 2: a term is missing here; write something like method:tools/* or \"text\"",
		`é "x`:                    "column 3: this quote is never closed",
		"a or":                    "column 5: a term is missing here; write something like method:tools/* or \"text\"",
		"or a":                    "column 1: a term is missing here; write something like method:tools/* or \"text\"",
		"a and":                   "column 3: nothing follows this and",
		"!":                       "column 1: nothing stands here to be denied",
		"since:-5s":               `column 7: since: "-5s" is no time such as 30s or 5m; as in since:30s`,
		"of:x":                    "column 4: of: it wants the number of an entry; as in of:17",
		":x":                      `column 1: there is no field ""; a text with a colon stands in quotes`,
		strings.Repeat("(", 200):  "column 66: the filter is nested more than 64 deep",
		strings.Repeat("x", 5000): "column 1: the filter is longer than 4096 bytes",
	} {
		_, err := traffic.Parse(text)
		var wrong *traffic.FilterError
		require.ErrorAs(t, err, &wrong, text)
		assert.Equal(t, want, wrong.Error(), text)
	}
}

func TestEveryFieldIsExplainedByWhatItTakes(t *testing.T) {
	all := traffic.Fields()
	assert.Greater(t, len(all), 15)
	for _, f := range all {
		_, err := traffic.Parse(f.Example)
		require.NoError(t, err, f.Example)
		assert.True(t, strings.HasPrefix(f.Example, f.Name+":"), f.Example)
		for _, word := range f.Words {
			_, err := traffic.Parse(f.Name + ":" + word)
			require.NoError(t, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"method:tools/* ms:>200", `!(a or "b") and parent`, "bytes:1k..2M,3", "((", `"\`, "since:1s lint:any", "of:1,2 !kind:req", "\v"} {
		f.Add(seed)
	}
	l := mixed(f)
	f.Fuzz(func(t *testing.T, text string) {
		filter, err := traffic.Parse(text)
		if err != nil {
			var wrong *traffic.FilterError
			require.ErrorAs(t, err, &wrong)
			require.Positive(t, wrong.Column)
			require.LessOrEqual(t, wrong.Column, len(text)+1)
			return
		}
		chosen := filter.Select(l)
		again, err := traffic.Parse(filter.String())
		require.NoError(t, err)
		require.Equal(t, chosen, again.Select(l))
	})
}
