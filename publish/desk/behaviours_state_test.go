//go:build unix

package desk_test

import "strings"

func get(path string, status int) step {
	return step{ask: "GET /servers/PATH" + path, as: "nobody", status: status}
}

func patch(path, body string, status int, says string) step {
	return step{ask: "PATCH /servers/PATH" + path + "/status", body: body, status: status, says: says}
}

func ordering() []behaviour {
	latest := get("/versions/latest", 200)
	return []behaviour{
		{name: "semantic versions", steps: []step{publish("1.0.0"), publish("1.10.0"), latest, publish("1.9.0"), latest, publish("2.0.0-rc.1"), latest, publish("2.0.0-rc.1.1"), publish("2.0.0"), publish("2.0.0-rc.2"), latest, get("/versions", 200)}},
		{name: "others are below", steps: []step{publish("9-of-spades"), publish("2026"), latest, publish("0.0.1"), latest, publish("zzz"), latest, publish("1.0"), latest, get("/versions", 200)}},
		{name: "equal ones", steps: []step{publish("1.0.0+a"), publish("1.0.0+b"), publish("v1.0.0"), latest, patch("/versions/1.0.0+b", `{"status":"deprecated"}`, 200, ""), latest, patch("/versions/v1.0.0", `{"status":"deleted"}`, 200, ""), latest}},
		{name: "not found", steps: []step{get("/versions", 404), get("/versions/latest", 404), get("/versions/1.0.0", 404), publish("1.0.0"), get("/versions/9.9.9", 404), get("x/versions", 404)}},
		{name: "escapes in names", steps: []step{
			publish("1.0.0"), {ask: "GET /servers/" + strings.ReplaceAll("PATH", "%2F", "%2f") + "/versions/latest", status: 200}, {ask: "GET /servers/com.example%25zz/versions", status: 400}, {ask: "GET /servers/com.example%252Fnothing/versions", status: 404},
		}},
	}
}

func statuses() []behaviour {
	gone := `{"status":"deleted","statusMessage":"It leaks"}`
	return []behaviour{
		{name: "deleted and back", steps: []step{
			publish("1.0.0"), publish("2.0.0"), patch("/versions/2.0.0", gone, 200, "It leaks"), patch("/versions/2.0.0", gone, 400, "No changes to apply"), get("/versions/latest", 200), get("/versions/2.0.0", 404), get("/versions/2.0.0?include_deleted=true", 200),
			get("/versions", 200), get("/versions?include_deleted=true", 200), get("/versions?include_deleted=maybe", 422), get("/versions/2.0.0?include_deleted=maybe", 422),
			{ask: "POST /publish", body: doc("2.0.0"), status: 400, says: "cannot publish duplicate version"}, patch("/versions/2.0.0", `{"status":"active"}`, 200, ""), get("/versions/latest", 200),
		}},
		{name: "messages", steps: []step{
			publish("1.0.0"), patch("/versions/1.0.0", `{"status":"deprecated","statusMessage":"Use another"}`, 200, "Use another"), patch("/versions/1.0.0", `{"status":"deprecated","statusMessage":""}`, 200, ""), patch("/versions/1.0.0", `{"status":"deprecated"}`, 200, ""), patch("/versions/1.0.0", `{"status":"deprecated","statusMessage":null}`, 400, "No changes"),
			patch("/versions/1.0.0", `{"status":"deprecated","statusMessage":"`+strings.Repeat("é", 500)+`"}`, 200, ""), patch("/versions/1.0.0", `{"status":"deprecated","statusMessage":"`+strings.Repeat("é", 501)+`"}`, 422, "body.statusMessage"), patch("/versions/1.0.0", `{"status":"active","statusMessage":"x"}`, 400, ""), patch("/versions/1.0.0", `{"status":"active"}`, 200, ""), get("/versions/1.0.0", 200),
		}},
		{name: "changes that are none", steps: []step{
			publish("1.0.0"), patch("/versions/1.0.0", `{"status":"retired"}`, 422, "body.status"), patch("/versions/1.0.0", `{}`, 422, ""), patch("/versions/1.0.0", `[]`, 422, ""), patch("/versions/1.0.0", `{"status":"deleted","why":1}`, 422, "body.why"), patch("/versions/1.0.0", `{"status":5}`, 422, ""), patch("/versions/1.0.0", "", 400, ""), patch("/versions/1.0.0", "{", 400, ""),
			patch("/versions/9.9.9", gone, 404, "Server version not found"), patch("/versions/latest", gone, 404, "Server version not found"), patch("", `{"status":"active"}`, 400, "No changes"), get("/versions", 200),
		}},
		{name: "who may change it", steps: []step{
			publish("1.0.0"),
			{ask: "PATCH /servers/PATH/versions/1.0.0/status", as: "nobody", body: gone, status: 422}, {ask: "PATCH /servers/PATH/versions/1.0.0/status", as: "expired", body: gone, status: 401}, {ask: "PATCH /servers/PATH/versions/1.0.0/status", as: "stranger", body: gone, status: 403},
			{ask: "PATCH /servers/PATH/status", as: "stranger", body: gone, status: 403}, {ask: "PATCH /servers/PATH/versions/9.9.9/status", as: "stranger", body: gone, status: 404}, {ask: "PATCH /servers/PATH/versions/1.0.0/status", as: "editor", body: gone, status: 200}, {ask: "PATCH /servers/PATH/status", as: "publisher", body: `{"status":"active"}`, status: 200},
		}},
		{name: "all at once", steps: []step{
			patch("", `{"status":"deprecated"}`, 404, "Server not found"), publish("1.0.0"), publish("1.1.0"), publish("odd"), patch("/versions/1.0.0", gone, 200, ""), patch("", `{"status":"deprecated","statusMessage":"Use another"}`, 200, `"updatedCount":3`), patch("", `{"status":"deprecated","statusMessage":"Use another"}`, 400, "No changes"),
			patch("", `{"status":"active","statusMessage":"x"}`, 400, ""), patch("", `{"status":"deleted"}`, 200, ""), get("/versions", 404), get("/versions/latest", 404), get("/versions/latest?include_deleted=true", 200), get("/versions?include_deleted=true", 200),
			publish("0.1.0"), get("/versions/latest", 404), get("/versions", 200), patch("/versions/0.1.0", `{"status":"deprecated"}`, 200, ""), get("/versions/latest", 200), patch("", `{"status":"active"}`, 200, ""), get("/versions/latest", 200),
		}},
		{name: "a higher one after all were deleted", steps: []step{publish("1.0.0"), patch("", `{"status":"deleted"}`, 200, ""), publish("1.0.1"), get("/versions/latest", 200)}},
	}
}

func listing() []behaviour {
	list := func(query string, status int) step {
		return step{ask: "GET /servers?search=NAME" + query, as: "nobody", status: status}
	}
	query := func(query string, status int) step {
		return step{ask: "GET /servers?" + query, as: "nobody", status: status}
	}
	return []behaviour{
		{name: "pages", steps: []step{
			publish("1.0"), publish("1.0.0"), publish("1.0.0+x"), publish("B"), publish("_"), publish("a"), publish("a:b"), publish("v1.0.0"), {ask: "POST /publish", body: named("NAME-b", "1.0.0"), status: 200}, {ask: "POST /publish", body: named("NAME.a", "1.0.0"), status: 200}, {ask: "POST /publish", body: named("NAME_A", "1.0.0"), status: 200},
			list("", 200), list("&limit=3", 200), list("&limit=3&cursor=NAME:1.0.0%2Bx", 200), list("&limit=11", 200), list("&limit=12", 200), list("&cursor=NAME:a:b", 200), list("&cursor=NAME", 200), list("&cursor=com.example/", 200), list("&cursor=zzz", 200), list("&cursor=NAME:zzz&limit=1", 200), list("&cursor=:", 200),
			list("&version=1.0.0", 200), list("&version=latest", 200), list("&version=latest&limit=1", 200), list("&version=9.9.9", 200),
		}},
		{name: "searches", steps: []step{
			publish("1.0.0"), {ask: "GET /servers?search=" + strings.ToUpper("case"), status: 200}, query("search=zz-nothing", 200), query("search=ab", 422), query("search=%20%20ab%20", 422), query("search=%25%25%25", 200), query("search=___", 200), query("search=a%2Fb", 200),
			query("limit=0", 422), query("limit=101", 422), query("limit=-1", 422), query("limit=x", 422), query("limit=1&limit=2", 200), query("limit=1&whatever=2", 200), query("search=&cursor=&limit=1", 200), query("include_deleted=x", 422), query("limit=x&include_deleted=x", 422),
		}},
		{name: "since when", steps: []step{
			publish("1.0.0"), publish("1.1.0"), patch("/versions/1.0.0", `{"status":"deleted"}`, 200, ""), list("", 200), list("&include_deleted=true", 200), list("&include_deleted=false", 200), list("&updated_since=2020-01-01T00:00:00Z", 200), list("&updated_since=2020-01-01T00:00:00.5%2B02:00", 200), list("&updated_since=2999-01-01T00:00:00Z", 200),
			list("&updated_since=2020-01-01T00:00:00Z&include_deleted=true", 200), list("&updated_since=2020-01-01T00:00:00Z&include_deleted=false", 400), list("&updated_since=yesterday", 400),
		}},
	}
}

func editing() []behaviour {
	put := func(version, as, body string, status int) step {
		return step{ask: "PUT /servers/PATH/versions/" + version, as: as, body: body, status: status}
	}
	return []behaviour{
		{name: "edits", steps: []step{
			publish("1.0.0"), put("1.0.0", "", strings.Replace(doc("1.0.0"), "A server", "Another", 1), 200), get("/versions/1.0.0", 200), put("1.0.0", "", doc("1.0.1"), 400), put("1.0.0", "", named("NAME-x", "1.0.0"), 400), put("9.9.9", "", doc("9.9.9"), 404),
			put("1.0.0", "publisher", doc("1.0.0"), 403), put("1.0.0", "nobody", doc("1.0.0"), 422), put("1.0.0", "expired", doc("1.0.0"), 401), put("1.0.0", "editor", doc("1.0.0"), 200), put("1.0.0", "", doc("1.0.0", `"title":" "`), 422), put("latest", "", doc("1.0.0"), 404),
			patch("/versions/1.0.0", `{"status":"deleted"}`, 200, ""), put("1.0.0", "", doc("1.0.0"), 404),
		}},
	}
}

func validation() []behaviour {
	ask := func(body string, status int, says string) step {
		return step{ask: "POST /validate", as: "nobody", body: body, status: status, says: says}
	}
	return []behaviour{
		{name: "validation", steps: []step{
			ask(doc("1.0.0"), 200, `"valid":true`), ask(doc("latest"), 200, `"path":"version"`), ask(doc("1.0.0", pkg(stdio, `"packageArguments":[{"type":"named","name":"a b"}]`)), 200, `"valid":false`), ask(named("x", "1.0.0"), 422, "body.name"), ask("{", 400, ""), {ask: "POST /validate", as: "nobody", status: 400},
			ask(strings.Replace(doc("1.0.0"), "SCHEMA", strings.Replace(schema, "2025-12-11", "2025-10-17", 1), 1), 200, `"severity":"warning"`), ask(doc("1.0.0", `"packages":[{"registryType":"brew","identifier":"a",`+stdio+`}]`), 200, `"valid":true`), get("/versions", 404),
		}},
	}
}
