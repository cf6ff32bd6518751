// Package addtest has what the tests of all generators add. Only tests import it.
package addtest

import (
	"embed"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/scaffold/add"
)

//go:embed in
var in embed.FS

// Read is a description that an item is made of.
func Read(t testing.TB, name string) []byte {
	t.Helper()
	text, err := in.ReadFile("in/" + name)
	require.NoError(t, err)
	return text
}

// Items are one of every kind and source.
func Items(t testing.TB) map[string]add.Item {
	t.Helper()
	all := map[string]add.Item{}
	keep := func(name string) func(add.Item, error) {
		return func(it add.Item, err error) { require.NoError(t, err); all[name] = it }
	}
	keep("echo")(add.New(add.Tool, "echo_text"))
	keep("schema")(add.FromSchemaFile(add.Tool, "get_forecast", Read(t, "weather.json")))
	keep("openapi")(add.FromOperation("get_pet", Read(t, "pets.yaml"), "getPet"))
	keep("put")(add.FromOperation("replace-pet", Read(t, "pets.yaml"), "replacePet"))
	keep("list")(add.FromOperation("pets.list", Read(t, "pets.yaml"), "GET /pets"))
	keep("file")(add.FromOperation("read_file", Read(t, "pets.yaml"), "readFile"))
	keep("resource")(add.New(add.Resource, "manual"))
	users, err := add.New(add.Resource, "userProfile")
	require.NoError(t, err)
	require.NoError(t, users.SetURI("users://{id}/profile{?lang}"))
	all["template"] = users
	review, err := add.New(add.Prompt, "review")
	require.NoError(t, err)
	require.NoError(t, review.AddArgument("code=what to \"review\""))
	require.NoError(t, review.AddArgument("style?"))
	all["prompt"] = review
	keep("bare_prompt")(add.New(add.Prompt, "hello"))
	return all
}
