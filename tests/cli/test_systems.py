"""The connection of the command line."""

from __future__ import annotations

import time

import pytest

from tests.providers.bench import Bench
from verge_pulumi.review.systems import connect, settings_of


def test_a_long_wait_for_requests_is_told(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: object
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("VERGEOS_REQUESTS_PER_HOUR", "1")

    class Waited(Exception):
        pass

    def sleep(seconds: float) -> None:
        raise Waited

    monkeypatch.setattr(time, "sleep", sleep)
    connection = connect(settings_of({}))
    connection.client.system()
    with pytest.raises(Waited):
        connection.client.system()
    connection.client.close()
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("the 1 requests of this hour are used up; going on at ")


def test_a_provider_of_a_state_is_another_system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SITE_B_KEY", "sesame")
    configured = {"provider": "site-b", "host": "https://b.example.com", "apiKeyEnv": "SITE_B_KEY"}
    settings = settings_of({f"vergeos:{name}": value for name, value in configured.items()})
    assert (settings.provider, settings.host, settings.api_key) == ("site-b", "https://b.example.com", "sesame")
