"""An MCP server. Without --http it speaks over standard input and output; with it, over HTTP."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
import sys
from collections.abc import Callable

from acme_server.app import App, Build
#mcpctl:if audit
from acme_server.audit import verify_file
#mcpctl:end
from acme_server.config import Config, ConfigError, load
#mcpctl:if health
from acme_server.health import ProbeError, probe
#mcpctl:end
from acme_server.lifecycle import LifecycleError
from acme_server.log import Bridge

__version__ = "0.1.0"


def main() -> None:
    """Serve until the client goes or the process is told to end."""
    parser = argparse.ArgumentParser("acme-server", description="An MCP server.")
    parser.add_argument(
        "--http", "-http", metavar="ADDR", help="serve MCP over HTTP on ADDR (default: standard input and output)"
    )
    parser.add_argument("--admin", "-admin", metavar="ADDR", help="serve health and metrics on ADDR")
    parser.add_argument(
        "--config", "-config", metavar="FILE", help="read settings from FILE of NAME=value lines; the environment wins"
    )
    #mcpctl:if health
    parser.add_argument(
        "--healthcheck", "-healthcheck", action="store_true", help="ask the server that runs here whether it lives"
    )
    #mcpctl:end
    #mcpctl:if audit
    parser.add_argument(
        "--verify-audit", "-verify-audit", metavar="FILE", help="check the hash chain of the audit log FILE"
    )
    #mcpctl:end
    parser.add_argument("--version", "-version", action="store_true", help="print the version and exit")
    args = parser.parse_args()
    if args.version:
        print("acme-server", __version__)
        return
    #mcpctl:if audit
    if args.verify_audit:
        try:
            verify_file(args.verify_audit, sys.stdout)
        except (OSError, ValueError) as e:
            sys.exit(f"acme-server: {e}")
        return
    #mcpctl:end
    flags = {"MCP_HTTP_ADDR": args.http, "MCP_ADMIN_ADDR": args.admin}
    try:
        config, warnings = load(args.config or "", {**os.environ, **{k: v for k, v in flags.items() if v}})
        #mcpctl:if health
        if args.healthcheck:
            probe(config.MCP_ADMIN_ADDR)
            return
        #mcpctl:end
        asyncio.run(serve(config, warnings))
    except (
        ConfigError,
        LifecycleError,
        #mcpctl:if health
        ProbeError,
        #mcpctl:end
    ) as e:
        sys.exit(f"acme-server: {e}")


async def serve(config: Config, warnings: list[str]) -> None:
    """Make the server and run it."""
    app = App(config, Build(__version__, sys.stderr))
    logging.basicConfig(handlers=[Bridge(app.log)], level=logging.WARNING)
    for warning in warnings:
        app.log.warn(warning)
    ended = asyncio.Event()
    on_signal(ended.set)
    await app.run(ended)


def on_signal(end: Callable[[], None]) -> None:
    """Call end at the first SIGINT or SIGTERM; a second one ends the process."""
    loop = asyncio.get_running_loop()

    def first(number: int, _: object) -> None:
        signal.signal(number, signal.SIG_DFL)
        loop.call_soon_threadsafe(end)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, first)


if __name__ == "__main__":
    main()
