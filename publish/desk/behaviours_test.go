//go:build unix

package desk_test

import (
	"slices"
	"strings"
)

// behaviours are all that both registries are held to.
func behaviours() []behaviour {
	return slices.Concat(service(), publishing(), refusals(), ordering(), statuses(), listing(), editing(), validation())
}

// doc is a server.json with other members besides the needed ones.
func doc(version string, more ...string) string {
	return named("NAME", version, more...)
}

func named(name, version string, more ...string) string {
	all := append([]string{`"$schema":"SCHEMA"`, `"name":"` + name + `"`, `"description":"A server"`, `"version":"` + version + `"`}, more...)
	return "{" + strings.Join(all, ",") + "}"
}

// pkg is a list of one package with other members besides the needed ones.
func pkg(more ...string) string {
	all := append([]string{`"registryType":"npm"`, `"identifier":"@acme/echo"`, `"version":"1.0.0"`}, more...)
	return `"packages":[{` + strings.Join(all, ",") + "}]"
}

const stdio = `"transport":{"type":"stdio"}`

func remote(url string, more ...string) string {
	all := append([]string{`"type":"streamable-http"`, `"url":"` + url + `"`}, more...)
	return `"remotes":[{` + strings.Join(all, ",") + "}]"
}

func publish(version string, more ...string) step {
	return step{ask: "POST /publish", body: doc(version, more...), status: 200}
}

// refused is a publish that fails while the document is read.
func refused(body string) step { return step{ask: "POST /publish", body: body, status: 422} }

const publisher = "io.modelcontextprotocol.registry/publisher-provided"

func service() []behaviour {
	none := step{ask: "POST /auth/none", as: "nobody", status: 200, says: "registry_token"}
	return []behaviour{
		{name: "it is well", steps: []step{{ask: "GET /health", as: "nobody", status: 200}, {ask: "GET /ping", as: "nobody", status: 200}, {ask: "GET ~/v0/health", as: "nobody", status: 200}}},
		{name: "it has a version", steps: []step{{ask: "GET /version", as: "nobody", status: 200, says: `"version"`}}},
		{name: "endpoints that are not there", steps: []step{
			{ask: "GET /nothing", status: 404, says: "Endpoint not found"}, {ask: "GET ~/health", status: 404, says: "Endpoint not found"},
			{ask: "GET /publish", status: 404, says: "Endpoint not found"}, {ask: "DELETE /servers/PATH/versions/1.0.0", status: 404, says: "Endpoint not found"},
			{ask: "GET /servers/com.example/two-parts/versions", status: 404, says: "Endpoint not found"}, {ask: "GET /servers/PATH", status: 404, says: "Endpoint not found"},
		}},
		{name: "a slash at the end", steps: []step{{ask: "GET /health/", status: 308}, {ask: "GET /servers/?limit=1", status: 308}}},
		{name: "null bytes", steps: []step{{ask: "GET /servers?cursor=%00", status: 400}, {ask: "GET /servers/a%00b%2Fc/versions", status: 400}}},
		{name: "login without proof", steps: []step{none, {ask: "POST /auth/none", as: "nobody", body: "{}", status: 200}, {ask: "GET /auth/none", status: 404}}},
		{name: "only to look at", steps: []step{{ask: "HEAD /servers", status: 200}}},
	}
}

func publishing() []behaviour {
	args := func(args string) string { return pkg(stdio, `"packageArguments":[`+args+`]`) }
	return []behaviour{
		{name: "publish and get", steps: []step{
			publish("1.0.0"), {ask: "GET /servers/PATH/versions/1.0.0", as: "nobody", status: 200, says: `"NAME"`},
			{ask: "GET /servers/PATH/versions/latest", as: "nobody", status: 200}, {ask: "GET ~/v0/servers/PATH/versions", as: "nobody", status: 200},
		}},
		{name: "a duplicate", steps: []step{publish("1.0.0"), {ask: "POST /publish", body: doc("1.0.0"), status: 400, says: "cannot publish duplicate version"}}},
		{name: "all members are kept, and empty ones not", steps: []step{publish("1.0.0", `"title":"Echo"`, `"websiteUrl":"https://example.com/"`,
			`"repository":{"url":"https://github.com/acme/echo","source":"github","id":"1","subfolder":"src/echo"}`,
			`"icons":[{"src":"https://example.com/a.png","mimeType":"image/png","sizes":["48x48","any"],"theme":"dark"}]`,
			pkg(stdio, `"runtimeHint":"npx"`, `"runtimeArguments":[{"type":"named","name":"-y","isRepeated":false}]`,
				`"packageArguments":[{"type":"positional","value":""},{"type":"positional","valueHint":"dir","isRequired":true,"variables":{"x":{"default":"1"}}}]`,
				`"environmentVariables":[{"name":"KEY","isSecret":true,"isRequired":false,"description":"","choices":[]}]`),
			remote("https://case.example.com/{tenant}/mcp", `"headers":[{"name":"X-Key","value":"{key}","variables":{"key":{"isSecret":true}}}]`, `"variables":{"tenant":{"choices":["a","b"]}}`)),
			{ask: "GET /servers/PATH/versions/latest", status: 200}}},
		{name: "null is absent", steps: []step{publish("1.0.0", `"repository":null`, `"packages":null`, `"title":null`, `"_meta":null`), publish("1.0.1", pkg(stdio, `"runtimeHint":null`))}},
		{name: "the case of members", steps: []step{
			publish("1.0.0", `"Title":"Echo"`, `"PACKAGES":[{"registrytype":"npm","identifier":"a","Version":"1.0.0",`+stdio+`}]`), refused(doc("1.0.1", `"Title":""`)), refused(doc("1.0.1", `"WebsiteURL":"http://example.com"`)),
		}, respelled: true},
		{name: "of two members the last counts", steps: []step{publish("1.0.0", `"version":"1.0.1"`), {ask: "GET /servers/PATH/versions/1.0.1", status: 200}}},
		{name: "old dates", steps: []step{
			{ask: "POST /publish", body: strings.Replace(doc("1.0.0"), "SCHEMA", strings.Replace(schema, "2025-12-11", "2025-10-17", 1), 1), status: 200},
			{ask: "POST /publish", body: strings.Replace(doc("1.0.1"), "SCHEMA", strings.Replace(schema, "2025-12-11", "2025-07-09", 1), 1), status: 200},
			{ask: "POST /publish", body: strings.Replace(doc("1.0.2", `"packages":[{"registry_type":"npm","identifier":"a","version":"1.0.0"}]`), "SCHEMA", strings.Replace(schema, "2025-12-11", "2025-07-09", 1), 1), status: 422},
		}},
		{name: "the publisher's own block", steps: []step{
			publish("1.0.0", `"_meta":{"`+publisher+`":{"a":1.0,"b":[1,null,"é",{"c":true}],"large":12345678901234567890}}`),
			publish("1.0.1", `"_meta":{"`+publisher+`":{}}`), publish("1.0.2", `"_meta":{}`),
			{ask: "GET /servers/PATH/versions", status: 200},
		}},
		{name: "the publisher's block is too big", steps: []step{
			{ask: "POST /publish", body: doc("1.0.0", `"_meta":{"`+publisher+`":{"a":"`+strings.Repeat("x", 4096)+`"}}`), status: 400},
			publish("1.0.0", `"_meta":{"`+publisher+`":{"a":"`+strings.Repeat("x", 4088)+`"}}`),
		}},
		{name: "nobody asks the package hosts", steps: []step{publish("1.0.0", `"packages":[{"registryType":"brew","identifier":"echo",`+stdio+`}]`)}},
		{name: "odd versions", steps: []step{
			publish("1.0.0+b/x"), {ask: "GET /servers/PATH/versions/1.0.0%2Bb%2Fx", status: 200}, {ask: "GET /servers/PATH/versions/1.0.0+b%2Fx", status: 200},
			publish("ü 1"), {ask: "GET /servers/PATH/versions/%C3%BC%201", status: 200}, publish("a:b"), publish(".."), {ask: "GET /servers/PATH/versions/%2E%2E", status: 200},
			publish("CON"), publish("con"), publish(strings.Repeat("ü", 255)), publish("1.0.0."),
		}},
		{name: "letters that differ in case", steps: []step{publish("1.0.0-a"), publish("1.0.0-A"), {ask: "GET /servers/PATH/versions/1.0.0-A", status: 200}}},
		{name: "content types", steps: []step{
			{ask: "POST /publish", body: doc("1.0.0"), kind: "none", status: 200}, {ask: "POST /publish", body: doc("1.0.1"), kind: "application/json; charset=utf-8", status: 200},
			{ask: "POST /publish", body: doc("1.0.2"), kind: "application/vnd.mcp+json", status: 200}, {ask: "POST /publish", body: doc("1.0.3"), kind: "text/plain", status: 415},
			{ask: "POST /publish", body: doc("1.0.3"), kind: "application/x-www-form-urlencoded", status: 415},
		}},
		{name: "arguments", steps: []step{
			publish("1.0.0", args(`{"type":"named","name":"--port","value":"80"}`)), publish("1.0.1", args(`{"type":"positional","valueHint":"x"}`)),
			refused(doc("2.0.0", args(`{"type":"positional"}`))), refused(doc("2.0.0", args(`{"type":"named"}`))), refused(doc("2.0.0", args(`{"type":"named","name":"--a b"}`))),
			refused(doc("2.0.0", args(`{"type":"named","name":"--a","value":"--a=1"}`))), refused(doc("2.0.0", args(`{"type":"named","name":"--a","default":"--a=1"}`))), refused(doc("2.0.0", args(`{"type":"other","name":"a"}`))),
		}},
		{name: "an address belongs to one name", steps: []step{
			publish("1.0.0", remote("https://one.example.com/NAME")), publish("1.0.1", remote("https://one.example.com/NAME")),
			{ask: "POST /publish", body: named("NAME-other", "1.0.0", remote("https://one.example.com/NAME")), status: 400, says: "already used by server NAME"},
			{ask: "PATCH /servers/PATH/status", body: `{"status":"deleted"}`, status: 200},
			{ask: "POST /publish", body: named("NAME-other", "1.0.0", remote("https://one.example.com/NAME")), status: 200},
			{ask: "PATCH /servers/PATH/status", body: `{"status":"active"}`, status: 400, says: "already used by server NAME-other"},
			{ask: "PATCH /servers/PATH/versions/1.0.0/status", body: `{"status":"active"}`, status: 400, says: "already used by server NAME-other"},
		}},
	}
}

func refusals() []behaviour {
	ask := func(as, body string, status int, says string) step {
		return step{ask: "POST /publish", as: as, body: body, status: status, says: says}
	}
	good := doc("1.0.0")
	member := func(was, is string) string { return strings.Replace(good, was, is, 1) }
	return []behaviour{
		{name: "who may publish", steps: []step{
			ask("nobody", good, 422, "header.Authorization"), ask("Basic abc", good, 401, ""), ask("Bearer", good, 401, ""), ask("Bearer abc", good, 401, ""), ask("Bearer a.b.c", good, 401, ""),
			ask("expired", good, 401, "token is expired"), ask("foreign", good, 401, "signature is invalid"), ask("stranger", good, 403, "com.other/*"), ask("editor", good, 403, ""), ask("powerless", good, 403, ""),
			ask("exact", good, 403, "com.example/only-this"), ask("lower case", good, 200, ""), ask("publisher", doc("1.0.1"), 200, ""),
			ask("exact", named("com.example/only-this", "1.0.0"), 200, ""), ask("", named("com.Example/other", "1.0.0"), 403, ""), ask("", named("com.examplex/other", "1.0.0"), 403, ""), ask("", named("org.com.example/other", "1.0.0"), 403, ""),
		}},
		{name: "what is looked at first", steps: []step{
			ask("nobody", "{}", 422, "header.Authorization"), ask("expired", "{}", 422, ""), ask("expired", member("1.0.0", "latest"), 401, ""), ask("stranger", member("1.0.0", "latest"), 403, ""),
		}},
		{name: "no document", steps: []step{
			{ask: "POST /publish", status: 400, says: "request body is required"}, ask("", "{", 400, ""), ask("", good+" x", 400, ""), refused("[]"), refused("null"), refused("{}"), refused(`"text"`),
		}},
		{name: "too long", steps: []step{
			ask("", member("A server", strings.Repeat("x", 1<<20)), 413, ""), refused(member("A server", strings.Repeat("x", 101))), ask("", member("A server", strings.Repeat("é", 100)), 200, ""),
			refused(member(`"NAME"`, `"com.example/`+strings.Repeat("a", 189)+`"`)), refused(member(`"1.0.0"`, `"`+strings.Repeat("1", 256)+`"`)),
		}},
		{name: "unknown members", steps: []step{
			refused(doc("1.0.0", `"pakages":[]`)), refused(doc("1.0.0", pkg(stdio, `"environmentVariable":[]`))), refused(doc("1.0.0", `"repository":{"url":"https://github.com/a/b","source":"github","branch":"x"}`)),
			refused(doc("1.0.0", pkg(`"transport":{"type":"stdio","headrs":[]}`))), refused(doc("1.0.0", `"status":"active"`)),
		}},
		{name: "members of _meta", steps: []step{{ask: "POST /publish", body: doc("1.0.0", `"_meta":{"io.github.acme/x":{}}`), status: 422}, refused(doc("1.0.0", `"_meta":{"`+publisher+`":"text"}`)), refused(doc("1.0.0", `"_meta":[]`))}},
		{name: "types", steps: []step{
			refused(member(`"A server"`, "5")), refused(doc("1.0.0", `"packages":{}`)), refused(doc("1.0.0", `"title":[]`)), refused(doc("1.0.0", `"repository":"x"`)), refused(doc("1.0.0", pkg(`"transport":"stdio"`))),
			refused(doc("1.0.0", pkg(stdio, `"environmentVariables":[{"name":"A","isSecret":"yes"}]`))),
		}},
		{name: "what is needed", steps: []step{
			refused(member(`"name":"NAME",`, "")), refused(member(`,"version":"1.0.0"`, "")), refused(member(`"description":"A server",`, "")), refused(member(`"$schema":"SCHEMA",`, "")),
			refused(doc("1.0.0", `"packages":[{"identifier":"x"}]`)), refused(doc("1.0.0", `"icons":[{}]`)), refused(doc("1.0.0", pkg())), refused(doc("1.0.0", pkg(stdio, `"environmentVariables":[{"description":"x"}]`))),
		}},
		{name: "empty texts", steps: []step{
			refused(member("A server", "")), refused(member("1.0.0", "")), refused(doc("1.0.0", `"title":""`)), refused(doc("1.0.0", `"websiteUrl":""`)), refused(member("SCHEMA", "")), refused(doc("1.0.0", `"title":"  "`)),
			ask("", member("1.0.0", " "), 400, ""), refused(doc("1.0.0", `"packages":[{"registryType":"","identifier":"a","version":"1.0.0",`+stdio+`}]`)), refused(doc("1.0.0", `"packages":[{"registryType":"npm","identifier":"a","version":"",`+stdio+`}]`)),
		}},
		{name: "$schema", steps: []step{refused(member("SCHEMA", "nowhere")), refused(member("SCHEMA", "https://example.com/x.json")), refused(member("SCHEMA", strings.Replace(schema, "2025-12-11", "2020-01-01", 1))), refused(member("SCHEMA", strings.Replace(schema, "2025-12-11", "draft", 1)))}},
		{name: "names", steps: []step{
			refused(named("a", "1.0.0")), refused(named("com.example", "1.0.0")), refused(named("com.example/a/b", "1.0.0")), refused(named("com.example/a b", "1.0.0")), refused(named("com.example/a", "1.0.0")), refused(named("com.example/-a", "1.0.0")), refused(named("com.example/a_", "1.0.0")),
			refused(named("com.example/../aa", "1.0.0")), ask("", named("NAME.b_c-D", "1.0.0"), 200, ""),
		}},
		{name: "versions that are none", steps: []step{
			refused(member("1.0.0", "latest")), refused(member("1.0.0", "^1.0.0")), refused(member("1.0.0", ">= 1.0")), refused(member("1.0.0", "1.x")), refused(member("1.0.0", "1.0 - 2.0")), refused(member("1.0.0", "1.0 || 2.0")), refused(member("1.0.0", "1.2.3-fix")),
			refused(doc("1.0.0", `"packages":[{"registryType":"npm","identifier":"a","version":"latest",`+stdio+`}]`)), refused(doc("1.0.0", `"packages":[{"registryType":"npm","identifier":"a","version":"~1.0.0",`+stdio+`}]`)),
		}},
		{name: "addresses", steps: []step{
			refused(doc("1.0.0", `"websiteUrl":"http://example.com"`)), refused(doc("1.0.0", `"websiteUrl":"nowhere"`)), refused(doc("1.0.0", `"websiteUrl":"https://example.com/<x>"`)), refused(doc("1.0.0", `"icons":[{"src":"http://example.com/a.png"}]`)), refused(doc("1.0.0", `"icons":[{"src":"https://example.com/a.png","mimeType":"image/gif"}]`)),
			refused(doc("1.0.0", `"icons":[{"src":"https://example.com/`+strings.Repeat("a", 255)+`"}]`)), refused(doc("1.0.0", pkg(stdio, `"registryBaseUrl":"nowhere"`))),
			publish("1.0.0", `"icons":[{"src":"https://example.com/a.png","sizes":["big"]}]`),
		}},
		{name: "repositories", steps: []step{
			refused(doc("1.0.0", `"repository":{}`)), refused(doc("1.0.0", `"repository":{"url":"https://github.com/a/b"}`)), refused(doc("1.0.0", `"repository":{"url":"https://example.com/a/b","source":"github"}`)), refused(doc("1.0.0", `"repository":{"url":"https://example.com/a/b","source":"svn"}`)),
			refused(doc("1.0.0", `"repository":{"url":"https://github.com/a/b","source":"github","subfolder":"../x"}`)), publish("1.0.0", `"repository":{"url":"https://gitlab.com/a/b/c","source":"gitlab"}`),
		}},
		{name: "packages", steps: []step{
			refused(doc("1.0.0", `"packages":[{"registryType":"npm","identifier":"a b","version":"1.0.0",`+stdio+`}]`)), refused(doc("1.0.0", pkg(stdio, `"fileSha256":"xyz"`))), refused(doc("1.0.0", pkg(`"transport":{"type":"pipe"}`))), refused(doc("1.0.0", pkg(`"transport":{"type":"stdio","url":"http://localhost"}`))),
			refused(doc("1.0.0", pkg(`"transport":{"type":"streamable-http"}`))), refused(doc("1.0.0", pkg(`"transport":{"type":"streamable-http","url":"http://localhost/{port}"}`))), refused(doc("1.0.0", pkg(`"transport":{"type":"sse","url":"ftp://localhost"}`))),
			publish("1.0.0", pkg(`"transport":{"type":"streamable-http","url":"http://localhost:{PORT}/mcp"}`, `"environmentVariables":[{"name":"PORT"}]`)), refused(doc("1.0.1", pkg(stdio, `"environmentVariables":[{"name":"A","format":"blob"}]`))),
		}},
		{name: "remotes", steps: []step{
			refused(doc("1.0.0", remote("http://example.com/mcp"))), refused(doc("1.0.0", remote("https://localhost/mcp"))), refused(doc("1.0.0", remote("https://127.0.0.1/mcp"))), refused(doc("1.0.0", remote("https://a.localhost/mcp"))), refused(doc("1.0.0", remote("https://example.com/{x}"))), refused(doc("1.0.0", remote("{x}/mcp", `"variables":{"x":{}}`))),
			refused(doc("1.0.0", `"remotes":[{"type":"stdio"}]`)), refused(doc("1.0.0", `"remotes":[{"type":"sse"}]`)), refused(doc("1.0.0", remote(""))),
		}},
		{name: "a null character", steps: []step{ask("", member("A server", `a\u0000b`), 400, ""), ask("", member("A server", `a\\u0000b`), 200, ""), ask("", doc("1.0.1", `"_meta":{"`+publisher+`":{"a":{"\u0000":1}}}`), 400, "")}},
	}
}
