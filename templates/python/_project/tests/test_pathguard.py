"""Files of one folder, and none beside it."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp.shared.exceptions import MCPError
from mcp.types import BlobResourceContents, TextResourceContents

from acme_server.pathguard import Folder, Settings

from tests.harness import connect, new_app

NO_CONTEXT: Any = None


@pytest.fixture
def inside(tmp_path: Path) -> Path:
    """Make a folder "in" with files and traps, beside a file that must not be read."""
    inside = tmp_path / "in"
    (inside / "sub").mkdir(parents=True)
    (tmp_path / "secret.txt").write_text("secret")
    (inside / "sub" / "a b.txt").write_text("hello")
    (inside / "raw.bin").write_bytes(b"\xff\x00")
    (inside / "large.txt").write_text("x" * 101)
    (inside / "relative").symlink_to("../secret.txt")
    (inside / "absolute").symlink_to(tmp_path / "secret.txt")
    (inside / "up").symlink_to("..")
    (inside / "within").symlink_to("sub/a b.txt")
    (inside / "circle").symlink_to("circle")
    os.mkfifo(inside / "pipe")
    return inside


@pytest.fixture
def folder(inside: Path) -> Iterator[Folder]:
    folder = Folder(Settings(MCP_FILES_DIR=str(inside), MCP_FILES_MAX_BYTES=100))
    yield folder
    anyio.run(folder.close)


@pytest.mark.parametrize("name", ["sub/a b.txt", "within"])
def test_files(folder: Folder, name: str) -> None:
    assert folder.read_file(name) == b"hello"


@pytest.mark.parametrize(
    "name",
    [
        *("", ".", "sub", "missing", "../secret.txt", "sub/../../secret.txt", "/etc/passwd", "..\\secret.txt"),
        *("relative", "absolute", "up/secret.txt", "secret.txt\0.txt", "circle", "pipe", "sub//a b.txt", "a" * 5000),
    ],
)
def test_what_is_none(folder: Folder, name: str) -> None:
    with pytest.raises(FileNotFoundError):
        folder.read_file(name)


def test_large_files(folder: Folder) -> None:
    with pytest.raises(ValueError, match="larger than the 100 bytes of MCP_FILES_MAX_BYTES"):
        folder.read_file("large.txt")


@pytest.mark.parametrize("swapped", ["sub", "sub/a b.txt"])
def test_a_link_that_is_swapped_in(folder: Folder, inside: Path, monkeypatch: pytest.MonkeyPatch, swapped: str) -> None:
    """Between the look and the opening, what was looked at becomes a link that leads out."""
    (inside.parent / "a b.txt").write_text("secret")
    resolve = Path.resolve

    def swap(path: Path, strict: bool = False) -> Path:
        resolved = resolve(path, strict)
        (inside / swapped).rename(inside / "moved")
        (inside / swapped).symlink_to(inside.parent / Path(swapped).name if "/" in swapped else inside.parent)
        return resolved

    monkeypatch.setattr(Path, "resolve", swap)
    with pytest.raises(FileNotFoundError):
        folder.read_file("sub/a b.txt")


@pytest.mark.anyio
async def test_resources(folder: Folder) -> None:
    [text] = (await folder.read(NO_CONTEXT, "folder:///sub/a%20b.txt")).contents
    assert text == TextResourceContents(
        uri="folder:///sub/a%20b.txt", mime_type="text/plain; charset=utf-8", text="hello"
    )
    [binary] = (await folder.read(NO_CONTEXT, "folder:///raw.bin")).contents
    assert isinstance(binary, BlobResourceContents)
    assert (base64.b64decode(binary.blob), binary.mime_type) == (b"\xff\x00", "application/octet-stream")
    for path in ("%2e%2e/secret.txt", "..%2fsecret.txt", "absolute", "%"):
        with pytest.raises(KeyError):
            await folder.read(NO_CONTEXT, f"folder:///{path}")


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="opening the folder of MCP_FILES_DIR"):
        Folder(Settings(MCP_FILES_DIR=str(tmp_path / "missing")))


@pytest.mark.anyio
async def test_the_whole_server(inside: Path) -> None:
    app, _ = new_app(MCP_FILES_DIR=str(inside))
    async with connect(app) as client:
        assert "folder:///{+path}" in [
            template.uri_template for template in (await client.list_resource_templates()).resource_templates
        ]
        [contents] = (await client.read_resource("folder:///sub/a%20b.txt")).contents
        assert isinstance(contents, TextResourceContents)
        assert contents.text == "hello"
        for path in ("../secret.txt", "large.txt/..", "absolute"):
            with pytest.raises(MCPError, match="not found"):
                await client.read_resource(f"folder:///{path}")
    await app.life.stop()
