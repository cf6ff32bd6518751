"""What this example server is about: a notebook that all callers share.

Replace it with your own subject.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pydantic import BaseModel, Field

DEFAULT_LIMIT = 1000  # notes in a notebook


class Note(BaseModel, frozen=True, extra="forbid"):
    """One note."""

    id: str = Field(description="what names the note, such as n1")
    title: str = Field(description="one line")
    text: str = Field(description="the note itself, in Markdown")
    tags: list[str] = Field(description="what the note is about")


@dataclass(frozen=True)
class Change:
    """Tells that a note was added or deleted."""

    note: Note
    deleted: bool = False


class Notebook:
    """Holds notes in memory, oldest first."""

    def __init__(self, limit: int = DEFAULT_LIMIT) -> None:
        """Hold at most limit notes, and a first one."""
        self._limit = limit
        self._last = 1
        first = Note(id="n1", title="Welcome", text="This notebook is kept in memory.", tags=["help"])
        self._notes = {first.id: first}
        self._watch: list[Callable[[Change], None]] = []

    def watch(self, told: Callable[[Change], None]) -> None:
        """Have told called after each change, in the order of the changes; it must not change the notebook."""
        self._watch.append(told)

    def add(self, title: str, text: str, tags: list[str]) -> Note | None:
        """Store a note under a new id; None tells that the notebook is full."""
        if len(self._notes) >= self._limit:
            return None
        self._last += 1
        note = Note(id=f"n{self._last}", title=title, text=text, tags=tags)
        self._notes[note.id] = note
        self._tell(Change(note))
        return note

    def get(self, identity: str) -> Note | None:
        """Return the note of an id."""
        return self._notes.get(identity)

    def delete(self, identity: str) -> bool:
        """Remove a note and tell whether it was there."""
        note = self._notes.pop(identity, None)
        if note is not None:
            self._tell(Change(note, deleted=True))
        return note is not None

    def all(self) -> list[Note]:
        """Return all notes."""
        return list(self._notes.values())

    def search(self, query: str) -> list[Note]:
        """Return the notes whose title, text or tags contain query, whatever its case."""
        wanted = query.lower()
        return [n for n in self.all() if wanted in "\n".join([n.title, n.text, *n.tags]).lower()]

    def _tell(self, change: Change) -> None:
        for told in self._watch:
            told(change)
