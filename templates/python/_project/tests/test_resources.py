"""What clients may read."""

from __future__ import annotations

import json

import pytest
from mcp.shared.exceptions import MCPError
from mcp.types import BlobResourceContents, TextResourceContents

from acme_server.offers import variable
from acme_server.resources import INDEX, LOGO, TEMPLATE

from tests.harness import MODERN, connect, new_app

pytestmark = pytest.mark.anyio


async def test_they_are_listed_and_read() -> None:
    app, _ = new_app()
    async with connect(app, MODERN) as client:
        listed = [resource.uri for resource in (await client.list_resources()).resources]
        assert listed[:2] == [INDEX, LOGO]
        templates = (await client.list_resource_templates()).resource_templates
        assert TEMPLATE in [template.uri_template for template in templates]

        read = await client.read_resource(INDEX)
        assert isinstance(read.contents[0], TextResourceContents)
        assert json.loads(read.contents[0].text) == [{"id": "n1", "title": "Welcome", "uri": "notes://note/n1"}]
        assert (read.ttl_ms, read.cache_scope) == (0, "private")

        read = await client.read_resource(LOGO)
        assert isinstance(read.contents[0], BlobResourceContents)
        assert read.contents[0].mime_type == "image/png"
        assert (read.ttl_ms, read.cache_scope) == (86400000, "public")

        read = await client.read_resource("notes://note/n1")
        assert isinstance(read.contents[0], TextResourceContents)
        assert read.contents[0].text == "# Welcome\n\nThis notebook is kept in memory."


@pytest.mark.parametrize(("era", "code"), [("legacy", -32002), (MODERN, -32602)])
@pytest.mark.parametrize("uri", ["notes://nowhere", "notes://note/n9", "notes://note/n1/x", "notes://note/"])
async def test_a_resource_that_is_not_there_has_the_code_of_its_era(era: str, code: int, uri: str) -> None:
    app, _ = new_app()
    async with connect(app, era) as client:
        with pytest.raises(MCPError) as refused:
            await client.read_resource(uri)
    assert refused.value.error.code == code


@pytest.mark.parametrize(
    ("template", "uri", "value"),
    [
        (TEMPLATE, "notes://note/n%31", "n1"),
        (TEMPLATE, "notes://note/a/b", None),
        (TEMPLATE, "notes://note/n1?x", None),
        ("file:///{+path}", "file:///a/b", "a/b"),
        ("file:///a", "file:///a", None),
    ],
)
def test_the_variable_of_a_template(template: str, uri: str, value: str | None) -> None:
    assert variable(template, uri) == value
