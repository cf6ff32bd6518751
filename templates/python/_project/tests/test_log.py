"""Lines for people."""

from __future__ import annotations

import io
import logging
import re

from acme_server.log import Bridge, TextLog


def test_lines() -> None:
    out = io.StringIO()
    log = TextLog(out)
    log.info("a message", count=3, required=True, name="two words", path="/mcp", line="a\nb", nothing=None)
    log.debug("left out")
    log.warn("careful")
    log.error("broken", error='it said "no"')
    first, second, third = out.getvalue().splitlines()
    time, rest = first.split(" ", 1)
    assert re.fullmatch(r"time=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", time)
    fields = r'count=3 required=true name="two words" path=/mcp line="a\nb" nothing=null'
    assert rest == f'level=INFO msg="a message" {fields}'
    assert second.endswith("level=WARN msg=careful")
    assert third.endswith(r'level=ERROR msg=broken error="it said \"no\""')


def test_what_libraries_complain_of() -> None:
    out = io.StringIO()
    library = logging.Logger("library")
    library.addHandler(Bridge(TextLog(out)))
    library.info("left out")
    library.warning("careful with %s", "it")
    try:
        raise OSError("no")
    except OSError:
        library.exception("broken")
    first, second = out.getvalue().splitlines()
    assert first.endswith('level=WARN msg="careful with it" library=library')
    assert second.endswith("level=ERROR msg=broken library=library error=no")
