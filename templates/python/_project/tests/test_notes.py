"""The notebook."""

from __future__ import annotations

from acme_server.notes import Change, Notebook


def test_notes_are_kept_oldest_first() -> None:
    book = Notebook()
    note = book.add("Milk", "two bottles", ["shopping"])
    assert note is not None
    assert [n.id for n in book.all()] == ["n1", "n2"]
    assert book.get("n2") == note
    assert book.delete("n2")
    assert not book.delete("n2")
    assert book.get("n2") is None
    again = book.add("Milk", "", [])
    assert again is not None
    assert again.id == "n3"  # an id is never given twice


def test_search_looks_everywhere_whatever_the_case() -> None:
    book = Notebook()
    book.add("Milk", "two bottles", ["shopping"])
    for query in ("MILK", "Bottles", "shop"):
        assert [n.id for n in book.search(query)] == ["n2"]
    assert len(book.search("")) == 2
    assert book.search("beer") == []


def test_it_may_be_full() -> None:
    book = Notebook(limit=2)
    assert book.add("Second", "", [])
    assert book.add("Third", "", []) is None
    book.delete("n1")
    assert book.add("Third", "", [])


def test_changes_are_told_in_their_order() -> None:
    book = Notebook()
    told: list[Change] = []
    book.watch(told.append)
    book.add("Second", "", [])
    book.delete("n1")
    book.delete("n9")
    assert [(change.note.id, change.deleted) for change in told] == [("n2", False), ("n1", True)]
