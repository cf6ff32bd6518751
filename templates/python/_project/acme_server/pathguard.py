"""Gives out the files of one folder and none beside it."""

from __future__ import annotations

import base64
import mimetypes
import os
import stat
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

import anyio.to_thread
from mcp.types import BlobResourceContents, ReadResourceResult, ResourceTemplate, TextResourceContents
from pydantic import BaseModel

from acme_server.middleware import Context
from acme_server.settings import Number

if TYPE_CHECKING:
    from acme_server.app import App

# It is not file:, since the paths are not those of the machine.
_SCHEME = "folder:///"

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK  # a pipe is not waited for


class Settings(BaseModel):
    """The folder."""

    MCP_FILES_DIR: str = ""  # empty: no files are given out
    MCP_FILES_MAX_BYTES: Number = 1048576  # of one file


def join(app: App) -> None:
    """Give out the files of a folder, if one is named."""
    if not app.config.MCP_FILES_DIR:
        return
    folder = Folder(app.config)
    app.life.on_stop("files", folder.close)
    template = ResourceTemplate(
        uri_template=_SCHEME + "{+path}",
        name="file",
        title="File",
        description="A file of the folder that this server gives out, by its path in it.",
    )
    app.offers.templates[template.uri_template] = template, folder.read


class Folder:
    """Reads files of one folder.

    Symbolic links are followed first, and only to what lies in the folder. Then the
    path is opened anew, folder by folder, with links refused: one that was swapped
    in meanwhile leads nowhere.
    """

    def __init__(self, settings: Settings) -> None:
        """Open the folder."""
        self._most = settings.MCP_FILES_MAX_BYTES
        self._path = Path(settings.MCP_FILES_DIR).resolve()
        try:
            self._root = os.open(self._path, _FOLDER)
        except OSError as e:
            raise OSError(f"opening the folder of MCP_FILES_DIR: {e}") from e

    async def close(self) -> None:
        """Close the folder."""
        os.close(self._root)

    def read_file(self, name: str) -> bytes:
        """Read a regular file. The name is relative to the folder, with slashes.

        What is no such file, or lies elsewhere, is a FileNotFoundError: a caller must
        not learn what exists outside.
        """
        if not _valid(name):
            raise FileNotFoundError
        try:
            file = self._open(name)
        except (OSError, ValueError, RuntimeError) as e:  # also: it leads out of the folder, links go in a circle
            raise FileNotFoundError from e
        with os.fdopen(file, "rb") as opened:
            data = opened.read(self._most + 1)
        if len(data) > self._most:
            raise ValueError(f"{name} is larger than the {self._most} bytes of MCP_FILES_MAX_BYTES")
        return data

    def _open(self, name: str) -> int:
        *folders, last = (self._path / name).resolve(strict=True).relative_to(self._path).parts
        with ExitStack() as opened:
            at = self._root
            for folder in folders:
                at = os.open(folder, _FOLDER, dir_fd=at)
                opened.callback(os.close, at)
            file = os.open(last, _FILE, dir_fd=at)
        if stat.S_ISREG(os.fstat(file).st_mode):
            return file
        os.close(file)
        raise FileNotFoundError(name)

    async def read(self, _: Context, uri: str) -> ReadResourceResult:
        """Read the resource of a file; what is not there is a KeyError."""
        name = unquote(uri.removeprefix(_SCHEME))
        try:
            data = await anyio.to_thread.run_sync(self.read_file, name)
        except FileNotFoundError:
            raise KeyError(uri) from None
        try:
            text = data.decode()
        except UnicodeDecodeError:
            blob, kind = base64.b64encode(data).decode(), _type(name, "application/octet-stream")
            return ReadResourceResult(contents=[BlobResourceContents(uri=uri, mime_type=kind, blob=blob)])
        kind = _type(name, "text/plain")
        return ReadResourceResult(contents=[TextResourceContents(uri=uri, mime_type=kind, text=text)])


def _valid(name: str) -> bool:
    return not any(part in ("", ".", "..") for part in name.split("/")) and "\\" not in name and "\0" not in name


def _type(name: str, otherwise: str) -> str:
    kind = mimetypes.guess_type(name)[0] or otherwise
    return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind
