"""The tools start_report, poll_report and cancel_report."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from pydantic import Field

from acme_server.caller import caller_of
from acme_server.offers import Offers
from acme_server.problem import Problem
from acme_server.tasks import Step, Task, TooManyTasksError, UnknownTaskError
from acme_server.tools.tool import Call, Deps, Input, Output, add, additive, describe, destructive, read_only


class StartReportInput(Input):
    """What start_report takes: nothing."""


class ReportInput(Input):
    """What poll_report and cancel_report take."""

    task: str = Field(description="the id that start_report returned")


class ReportOutput(Output):
    """What the three give."""

    task: str = Field(description="the id of the task")
    state: str = Field(description="working, completed, failed or cancelled")
    done: int = Field(description="notes read so far")
    total: int = Field(description="notes to read")
    report: str | None = Field(default=None, description="the report, once completed")


def start_report(offers: Offers, deps: Deps) -> None:
    """Offer the tool."""

    async def count(step: Step) -> str:
        """Do the work: here it is done in a blink, in your server it may take hours."""
        notes = deps.notes.all()
        words = 0
        for done, note in enumerate(notes, 1):
            await asyncio.sleep(0)  # lets others go on, and is where it is cancelled
            words += len(note.text.split())
            step(done, len(notes))
        return f"{len(notes)} notes with {words} words"

    async def work(_: StartReportInput, call: Call) -> ReportOutput:
        return _told(lambda: deps.tasks.start(caller_of(call.context).id, count))

    tool = describe(
        "start_report",
        "Start a report",
        "Begins to count the words of all notes and returns a task. Ask for its result with poll_report.",
        additive(),
    )
    add(offers, deps, tool, StartReportInput, ReportOutput, work)


def poll_report(offers: Offers, deps: Deps) -> None:
    """Offer the tool."""

    async def work(args: ReportInput, call: Call) -> ReportOutput:
        return _told(lambda: deps.tasks.get(caller_of(call.context).id, args.task))

    tool = describe(
        "poll_report",
        "Ask for a report",
        "Tells how far a report is, and returns it once it is completed. Wait a second between calls.",
        read_only(),
    )
    add(offers, deps, tool, ReportInput, ReportOutput, work)


def cancel_report(offers: Offers, deps: Deps) -> None:
    """Offer the tool."""

    async def work(args: ReportInput, call: Call) -> ReportOutput:
        return _told(lambda: deps.tasks.cancel(caller_of(call.context).id, args.task))

    tool = describe("cancel_report", "Cancel a report", "Stops the work on a report.", destructive())
    add(offers, deps, tool, ReportInput, ReportOutput, work)


def _told(use: Callable[[], Task]) -> ReportOutput:
    try:
        task = use()
    except UnknownTaskError as e:
        message = "There is no such report; reports are kept for a while only."
        raise Problem("not_found", message, "Start one with start_report.") from e
    except TooManyTasksError as e:
        raise Problem("unavailable", "Too many reports are kept.", "Try again later.") from e
    if task.state == "failed":
        raise RuntimeError(f"making the report: {task.error}")
    return ReportOutput(task=task.id, state=task.state, done=task.done, total=task.total, report=task.result or None)
