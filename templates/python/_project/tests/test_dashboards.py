"""The files in deploy/observability use only what is exported."""

from __future__ import annotations

import json
import re
from pathlib import Path

from acme_server import observe
from acme_server.metrics import BUCKETS, Metrics

FOLDER = Path(__file__).parent.parent / "deploy" / "observability"

METRIC = re.compile(r"\b(?:mcp|process|python)_[a-z0-9_]+")
RECORDED = re.compile(r"\b[a-z_]+:[a-z0-9_]+:[a-z0-9_]+")
RULE = re.compile(r"^\s*- record: (\S+)$", re.MULTILINE)
OUTCOME = re.compile(r'outcome[=!]~?\\?"([a-z_|]+)\\?"')

# What the process tells of itself where there is /proc; not every system has it.
PROCESS = {
    f"process_{name}" for name in ("cpu_seconds", "max_fds", "open_fds", "resident_memory_bytes", "start_time_seconds")
}


def exported() -> set[str]:
    """Name every metric that the program can export, without the endings of its series."""
    metrics = Metrics(True, "dev", lambda: {"redis": True})
    return {family.name for family in metrics.registry.collect()} | PROCESS


def unknown(text: str, recorded: list[str]) -> list[str]:
    """Name the metrics and recorded series in text that do not exist, and outcomes that no request ever has."""
    known = exported()
    # The names in a recorded series are not metrics.
    used = METRIC.findall(RECORDED.sub("", text))
    missing = [name for name in used if not {name, re.sub("_(total|bucket|sum|count)$", "", name)} & known]
    missing += [name for name in RECORDED.findall(text) if name not in recorded]
    named = {outcome for some in OUTCOME.findall(text) for outcome in some.split("|")}
    return missing + [f"outcome {outcome}" for outcome in sorted(named - set(observe.OUTCOMES))]


def read(name: str) -> str:
    return (FOLDER / name).read_text("utf-8")


def test_every_metric_in_use_exists() -> None:
    recorded = RULE.findall(read("recording-rules.yaml"))
    assert recorded
    for name in ("recording-rules.yaml", "alerts.yaml", "slo.yaml", "dashboard.json"):
        assert METRIC.search(read(name)), f"{name} uses no metric"
        assert unknown(read(name), recorded) == []


def test_unknown_names_are_noticed() -> None:
    """The test above is only worth something if it notices."""
    text = 'mcp_requests_total{outcome=~"failed|exploded"} / mcp_made_up_total + job:mcp_made_up:rate5m + mcp_sessions'
    assert unknown(text, []) == ["mcp_made_up_total", "job:mcp_made_up:rate5m", "outcome exploded"]


def test_objectives_are_bucket_bounds() -> None:
    # A bound is written in two ways: servers differ in how they write 1.
    bounds = re.findall(r'le=~"([0-9.]+)\|', read("slo.yaml"))
    assert bounds
    assert {float(bound) for bound in bounds} <= set(BUCKETS)


def test_dashboard_is_json() -> None:
    assert json.loads(read("dashboard.json"))["panels"]
