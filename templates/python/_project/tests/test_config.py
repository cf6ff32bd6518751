"""What the environment may say."""

from __future__ import annotations

from pathlib import Path

import pytest

from acme_server.config import Config, ConfigError, load
from acme_server.settings import seconds, shown


def setting(name: str, text: str) -> object:
    return getattr(load("", {name: text})[0], name)


def test_defaults() -> None:
    config, warnings = load("", {})
    assert (config.MCP_DRAIN_TIMEOUT, config.MCP_HTTP_MAX_BODY, config.MCP_HTTP_ADDR) == (20, 4 << 20, "")
    assert not [w for w in warnings if w.startswith("MCP_HTTP_HOSTS")]


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "settings.env"
    file.write_text("# a comment\n\nMCP_HTTP_ADDR=127.0.0.1:1\n MCP_LIST_TTL = 5s \n")
    config, _ = load(str(file), {"MCP_HTTP_ADDR": "127.0.0.1:2"})
    assert (config.MCP_HTTP_ADDR, config.MCP_LIST_TTL) == ("127.0.0.1:2", 5)


def test_a_value_from_a_file_of_its_own(tmp_path: Path) -> None:
    """As secrets are; the value itself wins."""
    file = tmp_path / "address"
    file.write_text("127.0.0.1:3\n")
    given = {"MCP_HTTP_ADDR_FILE": str(file)}
    config, warnings = load("", given)
    assert config.MCP_HTTP_ADDR == "127.0.0.1:3"
    assert "MCP_HTTP_ADDR_FILE" not in "".join(warnings)
    assert load("", {**given, "MCP_HTTP_ADDR": "127.0.0.1:4"})[0].MCP_HTTP_ADDR == "127.0.0.1:4"


def test_all_errors_at_once() -> None:
    """Whoever mends a configuration wants to know of everything."""
    with pytest.raises(ConfigError) as wrong:
        load(
            "",
            {
                "MCP_HTTP_ADDR": "8080",
                "MCP_HTTP_MAX_BODY": "0",
                "MCP_DRAIN_TIMEOUT": "soon",
                "MCP_HTTP_ORIGINS": "friend.example",
                "MCP_ADMIN_ADDR_FILE": "/does/not/exist",
            },
        )
    told = str(wrong.value)
    assert "MCP_HTTP_ADDR: 8080 is no address; write host:port" in told
    assert "MCP_HTTP_MAX_BODY must be more than nothing" in told
    assert "MCP_DRAIN_TIMEOUT: soon is no duration such as 20s or 1h30m" in told
    assert "MCP_HTTP_ORIGINS: friend.example; write scheme://host[:port]" in told
    assert "MCP_ADMIN_ADDR_FILE" in told


def test_warnings() -> None:
    _, warnings = load("", {"MCP_HTTP_ADDR": "0.0.0.0:8080", "MCP_HTTP_PORT": "1"})
    told = "\n".join(warnings)
    assert "MCP_HTTP_HOSTS is empty" in told
    assert "MCP_HTTP_PORT is set but no setting has this name" in told


def test_one_port_for_both() -> None:
    with pytest.raises(ConfigError, match="the admin port must be another"):
        load("", {"MCP_HTTP_ADDR": "127.0.0.1:8080", "MCP_ADMIN_ADDR": "127.0.0.1:8080"})


def test_a_broken_file(tmp_path: Path) -> None:
    file = tmp_path / "settings.env"
    file.write_text("MCP_HTTP_ADDR=127.0.0.1:1\nnonsense\n")
    with pytest.raises(ConfigError, match=":2:"):
        load(str(file), {})
    with pytest.raises(ConfigError, match="reading the configuration"):
        load(f"{file}.not", {})


def test_upstreams() -> None:
    config, _ = load("", {"MCP_UPSTREAMS": "pets=https://pets.example,shop=https://shop.example:8443/v1"})
    assert config.upstream("pets", "") == "https://pets.example"
    assert config.upstream("shop", "") == "https://shop.example:8443/v1"
    assert config.upstream("other", "https://fallback.example") == "https://fallback.example"
    with pytest.raises(ConfigError, match="pets is not name=value"):
        load("", {"MCP_UPSTREAMS": "pets"})


@pytest.mark.parametrize(
    ("text", "value"), [("20s", 20), ("1h30m", 5400), ("250ms", 0.25), ("0", 0), ("", 0), ("1.5s", 1.5)]
)
def test_durations(text: str, value: float) -> None:
    assert seconds(text) == value
    assert setting("MCP_DRAIN_DELAY", text) == value


@pytest.mark.parametrize(("value", "text"), [(0.01, "10ms"), (30, "30s"), (300, "5m0s"), (3600, "1h0m0s"), (0, "0s")])
def test_durations_are_shown(value: float, text: str) -> None:
    assert shown(value) == text
    assert seconds(text) == value


@pytest.mark.parametrize("text", ["20", "-1s", "s", "1d", "1h 30m"])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(ConfigError):
        setting("MCP_DRAIN_DELAY", text)


def test_lists() -> None:
    assert setting("MCP_HTTP_HOSTS", " a , b,,") == ["a", "b"]
    assert setting("MCP_HTTP_HOSTS", "") == []


def test_it_is_not_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Config().MCP_HTTP_ADDR = "127.0.0.1:1"


def test_an_empty_variable_is_as_good_as_none() -> None:
    config, _ = load("", {"MCP_DRAIN_TIMEOUT": "", "MCP_HTTP_MAX_BODY": ""})
    assert (config.MCP_DRAIN_TIMEOUT, config.MCP_HTTP_MAX_BODY) == (20, 4 << 20)
