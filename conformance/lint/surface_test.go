package lint

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// good is a surface in which no rule, not even advice, finds anything. Proofs put
// something in its place.
func good() Surface {
	return Surface{
		Revision: mcp.Rev20251125, Transport: "stdio", Name: "weather", Version: "1.2.0",
		Instructions: "Ask for places first, then for their forecast. Times are UTC.",
		Tools: values(`{"name":"get_forecast","title":"Forecast","description":"Gives the weather of the next days at a place: temperature, wind and rain for each hour.",
			"inputSchema":{"type":"object","additionalProperties":false,"required":["place"],"properties":{
				"place":{"type":"string","description":"Name of a city, as in Lisbon"},
				"days":{"type":"integer","minimum":1,"maximum":10,"default":3,"description":"How many days ahead"},
				"units":{"type":"string","enum":["metric","imperial"],"description":"System of units of the answer"},
				"fields":{"type":"array","items":{"type":"string"},"description":"What to give besides temperature"},
				"area":{"type":"object","description":"Around the place","properties":{"radius_km":{"type":"number","description":"Kilometres from its centre"}}}}},
			"outputSchema":{"type":"object","properties":{"hours":{"type":"array","items":{"type":"object"}}}},
			"annotations":{"readOnlyHint":true,"openWorldHint":true}}`,
			`{"name":"delete_alert","title":"Delete alert","description":"Deletes an alert that create_alert has made; it cannot be brought back.",
			"inputSchema":{"type":"object","additionalProperties":false,"required":["id"],"properties":{"id":{"type":"string","pattern":"^[a-z0-9]+$","description":"Identifier that create_alert gave"}}},
			"outputSchema":{"type":"object"},"annotations":{"readOnlyHint":false,"destructiveHint":true}}`),
		Prompts:   values(`{"name":"plan_trip","title":"Plan a trip","description":"Plans a trip around the weather.","arguments":[{"name":"place","description":"Where to"}]}`),
		Resources: values(`{"uri":"weather://stations","name":"stations","description":"All stations with their places.","mimeType":"application/json"}`),
		Templates: values(`{"uriTemplate":"weather://stations/{id}","name":"station","description":"One station by its id."}`),
	}
}

func values(texts ...string) []mcp.Value {
	var all []mcp.Value
	for _, text := range texts {
		all = append(all, mcp.MustParse(text))
	}
	return all
}

// with is the good surface with one more tool.
func with(tools ...string) Surface {
	s := good()
	s.Tools = append(s.Tools, values(tools...)...)
	return s
}

// tooled is the good surface with a tool that has a member of its own; the text is
// JSON members that replace those of a good tool.
func tooled(members string) Surface {
	base := map[string]string{
		"name": `"find_station"`, "title": `"Find station"`, "description": `"Finds the station nearest to a place, by great circle."`,
		"inputSchema": `{"type":"object","additionalProperties":false}`, "outputSchema": `{"type":"object"}`, "annotations": `{"readOnlyHint":true}`,
	}
	for _, m := range mcp.MustParse("{" + members + "}").Members() {
		base[m.Name] = m.Value.String()
	}
	var all []string
	for _, name := range []string{"name", "title", "description", "inputSchema", "outputSchema", "annotations", "icons"} {
		if text := base[name]; text != "" && text != "null" {
			all = append(all, `"`+name+`":`+text)
		}
	}
	return with("{" + strings.Join(all, ",") + "}")
}

// parameter is the good surface with a tool of one parameter, given as JSON.
func parameter(name, schema string) Surface {
	return tooled(`"inputSchema":{"type":"object","additionalProperties":false,"properties":{"` + name + `":` + schema + `}}`)
}

// described is the good surface with a tool of that description.
func described(text string) Surface { return tooled(`"description":` + mcp.ValueOf(text).String()) }

// find is the finding on a rule, judged with advice.
func find(t testing.TB, s Surface, id string) conformance.Finding {
	t.Helper()
	found := Check(s, Options{Only: []string{id}}).Findings
	require.Len(t, found, 1, "rule %s", id)
	return found[0]
}

// server is the surface of a real server, as recorded in testdata.
func server(t testing.TB, name string) Surface {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", name+".json"))
	require.NoError(t, err)
	v, err := mcp.Parse(raw)
	require.NoError(t, err)
	s := Surface{Revision: mcp.Revision(v.Get("revision").Text()), Transport: "stdio",
		Tools: v.Get("tools").Items(), Prompts: v.Get("prompts").Items(), Resources: v.Get("resources").Items(), Templates: v.Get("resourceTemplates").Items()}
	return s.OfOpening(v.Get("opening"))
}
