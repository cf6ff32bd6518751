package form_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/inspect/form"
)

func TestBranches(t *testing.T) {
	f := empty(`{"required":["t"],"properties":{"t":{"title":"Target","oneOf":[
	  {"title":"One","type":"object","properties":{"kind":{"const":"a"},"id":{"type":"string"},"n":{"type":"integer"}},"required":["kind","id"]},
	  {"type":"object","properties":{"kind":{"const":"b"},"id":{"type":"string"},"n":{"type":"string"}},"required":["kind"]},
	  {"type":"string"}]}}}`)
	target := f.Find("/t")
	assert.Equal(t, []string{"One", "b", "string"}, target.Branches)
	assert.Equal(t, "oneOf", target.Union)
	require.NoError(t, f.Set("/t/id", "x"))
	require.NoError(t, f.Set("/t/n", "1"))
	require.NoError(t, f.Choose("/t", 1))
	assert.JSONEq(t, `{"t":{"kind":"b","id":"x"}}`, f.Value().String(), "what fits there too is kept")
	assert.Empty(t, f.Check())
	require.NoError(t, f.Choose("/t", 2))
	assert.Equal(t, form.Text, f.Find("/t").Kind)
	require.Len(t, f.Check(), 1)

	require.NoError(t, f.SetJSON("", []byte(`{"t":{"kind":"b","n":"1"}}`)))
	assert.Equal(t, 1, f.Find("/t").Branch, "the constant tells the branch")
	require.NoError(t, f.SetJSON("/t", []byte(`"text"`)))
	assert.Equal(t, 2, f.Find("/t").Branch)
	require.NoError(t, f.SetJSON("/t", []byte(`[1]`)))
	assert.True(t, f.Find("/t").Misfit)
	assert.Equal(t, `{"t":[1]}`, f.Value().String(), "what fits nowhere is kept")
	assert.NotEmpty(t, f.Check())
	require.NoError(t, f.Unset("/t"))
	assert.Equal(t, form.Object, f.Find("/t").Kind)
}

func TestRecursionOpensOnDemand(t *testing.T) {
	f := empty(`{"type":"object","properties":{"v":{"type":"integer"},"kids":{"type":"array","items":{"$ref":"#"}},"next":{"$ref":"#"}},"required":["next"]}`)
	assert.Equal(t, `{"next":{}}`, f.Value().String())
	require.NoError(t, f.Expand("/next"))
	require.NoError(t, f.Set("/next/v", "2"))
	require.NotNil(t, f.Find("/next/next"))
	assert.Nil(t, f.Find("/next/next/v"))
	path, err := f.Add("/kids")
	require.NoError(t, err)
	require.NoError(t, f.Expand(path))
	require.NoError(t, f.Set(path+"/v", "3"))
	assert.JSONEq(t, `{"kids":[{"v":3,"next":{}}],"next":{"v":2,"next":{}}}`, f.Value().String())
}

func TestItems(t *testing.T) {
	f := empty(`{"properties":{"l":{"type":"array","items":{"type":"integer"},"maxItems":3},"t":{"type":"array","prefixItems":[{"type":"string"}],"items":false}}}`)
	for i := range 3 {
		path, err := f.Add("/l")
		require.NoError(t, err)
		require.NoError(t, f.Set(path, fmt.Sprint(i)))
	}
	_, err := f.Add("/l")
	require.ErrorContains(t, err, "no more than 3")
	path, err := f.Move("/l/0", 5)
	require.NoError(t, err)
	assert.Equal(t, "/l/2", path)
	require.NoError(t, f.Remove("/l/1"))
	assert.Equal(t, `{"l":[1,0]}`, f.Value().String())
	_, err = f.Add("/t")
	require.NoError(t, err)
	assert.Equal(t, `{"l":[1,0],"t":[null]}`, f.Value().String())
	require.Len(t, f.Check(), 1)
	assert.Equal(t, "/t/0 is required", f.Check()[0].String())
	_, err = f.Add("/t")
	require.Error(t, err)
	_, err = f.Move("/t/0", 1)
	require.Error(t, err)
	require.Error(t, f.Remove("/l"))
}

func TestChoices(t *testing.T) {
	f := empty(`{"properties":{"e":{"enum":["a",2,null,{"x":1}]},"m":{"type":"array","items":{"enum":["p","q","r"]},"uniqueItems":true}}}`)
	require.NoError(t, f.Pick("/e", 3))
	require.NoError(t, f.Pick("/m", 2))
	require.NoError(t, f.Pick("/m", 0))
	assert.Equal(t, `{"e":{"x":1},"m":["r","p"]}`, f.Value().String())
	require.NoError(t, f.Pick("/m", 2))
	require.NoError(t, f.Set("/e", "2"))
	assert.Equal(t, `{"e":2,"m":["p"]}`, f.Value().String())
	assert.Equal(t, 1, f.Find("/e").Choice())
	assert.Equal(t, "2", f.Find("/e").Text())
	assert.True(t, f.Find("/m").Picked(0))
	require.Error(t, f.Set("/e", "zz"))
	require.Error(t, f.Pick("/e", 4))
	require.NoError(t, f.SetJSON("/m", []byte(`["p","p"]`)))
	assert.Equal(t, form.Array, f.Find("/m").Kind, "what cannot be picked is shown item by item")
	assert.Equal(t, `["p","p"]`, f.ValueAt("/m").String())
}
