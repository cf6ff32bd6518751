package property

import (
	"fmt"
	"hash/fnv"

	"github.com/mcpctl/mcpctl/conformance/schema"
	"github.com/mcpctl/mcpctl/mcp"
)

// maxRepeats is after how many draws in a row that bring nothing new a schema
// counts as exhausted.
const maxRepeats = 100

// inputs draws up to n different calls of a tool, valid and invalid in turn. The
// seed and the tool's name and schema decide them.
func (s *subject) inputs(n int, seed uint64) ([]call, error) {
	name := fnv.New64a()
	_, _ = name.Write([]byte(s.name)) // a hash takes all
	sampler, err := schema.NewSampler(s.tool.Get("inputSchema").Raw(), seed^name.Sum64())
	if err != nil {
		return nil, err
	}
	var all []call
	seen := map[string]bool{}
	add := func(arguments any) bool {
		if _, ok := arguments.(map[string]any); !ok {
			return false // no tool can be blamed for what is no call in the protocol
		}
		text := string(mcp.ValueOf(arguments).Raw())
		c, ok := s.callOf(arguments)
		if !ok || seen[text] {
			return false
		}
		seen[text] = true
		all = append(all, c)
		return true
	}
	for turn, idle := 0, 0; len(all) < n && idle < maxRepeats; turn++ {
		idle++
		if turn%2 == 0 {
			if value, ok := sampler.Valid(); ok && add(value) {
				idle = 0
			}
		} else if bad, ok := sampler.Invalid(); ok && add(bad.Value) {
			idle = 0
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("no arguments that fit its inputSchema were found")
	}
	return all, nil
}
