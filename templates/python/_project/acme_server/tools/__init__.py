"""What models may do with this server: one file a tool."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from acme_server.offers import Offers
from acme_server.tools.add_note import add_note
#mcpctl:if elicitation
from acme_server.tools.delete_note import delete_note
#mcpctl:end
#mcpctl:if progress
from acme_server.tools.export_notes import export_notes
#mcpctl:end
from acme_server.tools.fetch_page import fetch_page
#mcpctl:if versioning
from acme_server.tools.find_notes import find_notes
#mcpctl:end
#mcpctl:if legacy
from acme_server.tools.legacy import list_roots, summarise_note
#mcpctl:end
#mcpctl:if tasks
from acme_server.tools.report import cancel_report, poll_report, start_report
#mcpctl:end
from acme_server.tools.search_notes import search_notes
#mcpctl:if elicitation
from acme_server.tools.share_note import share_note
#mcpctl:end
from acme_server.tools.tool import Deps

if TYPE_CHECKING:
    from acme_server.app import App

TOOLS: list[Callable[[Offers, Deps], None]] = [
    add_note,
    search_notes,
    fetch_page,
    #mcpctl:if versioning
    find_notes,
    #mcpctl:end
    #mcpctl:if progress
    export_notes,
    #mcpctl:end
    #mcpctl:if tasks
    start_report,
    poll_report,
    cancel_report,
    #mcpctl:end
    #mcpctl:if elicitation
    delete_note,
    share_note,
    #mcpctl:end
    #mcpctl:if legacy
    summarise_note,
    list_roots,
    #mcpctl:end
]


def join(app: App) -> None:
    """Offer the tools."""
    app.deps.log, app.deps.client = app.log, app.http_client()
    for tool in TOOLS:
        tool(app.offers, app.deps)
