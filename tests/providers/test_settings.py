"""Which VergeOS, as whom: settings, their precedence, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.providers.bench import Bench, Time
from verge_pulumi.client import ApiKey, Basic
from verge_pulumi.engine.connecting.connection import Connection, connect, from_process
from verge_pulumi.engine.connecting.settings import Settings, read_settings, wants_live_checks
from verge_pulumi.engine.errors import EngineError, given_as
from verge_pulumi.simulator import Options, Simulator


def settings(configured: Mapping[str, str] | None = None, /, **environment: str) -> Settings:
    """Read settings from a configuration and from variables without their prefix."""
    variables = {f"VERGEOS_{name.upper()}": value for name, value in environment.items()}
    return read_settings((configured or {}).get, variables)


def problem(configured: Mapping[str, str] | None = None, /, **environment: str) -> str:
    with pytest.raises(EngineError) as error:
        settings(configured, **environment)
    return str(error.value)


LOGIN = {"host": "verge.example.com", "api_key": "key"}


def test_settings_have_defaults() -> None:
    assert settings(**LOGIN) == Settings(
        host="verge.example.com",
        api_key="key",
        username="",
        password="",
        ca_file="",
        insecure=False,
        timeout=60.0,
        requests_per_hour=None,
        mark=True,
        former_name="",
        provider="",
    )


ALL = {
    "host": ("host", "a", "b"),
    "username": ("username", "a", "b"),
    "password": ("password", "a", "b"),
    "apiKey": ("api_key", "a", "b"),
    "caFile": ("ca_file", "a", "b"),
    "insecure": ("insecure", "true", "false"),
    "timeout": ("timeout", "5", "7.5"),
    "mark": ("mark", "true", "no"),
    "requestsPerHour": ("requests_per_hour", "5000", "0"),
    "formerName": ("former_name", "a", "b"),
}
VALUES: dict[str, Any] = {"true": True, "false": False, "no": False, "5": 5.0, "7.5": 7.5, "5000": 5000, "0": 0}


@pytest.mark.parametrize("name", ALL)
def test_the_environment_wins_over_the_configuration(name: str) -> None:
    attribute, configured, variable = ALL[name]
    rest = {"host": "verge.example.com", "apiKey": "key"}
    from_configuration = settings({**rest, name: configured})
    assert getattr(from_configuration, attribute) == VALUES.get(configured, configured)
    from_environment = settings({**rest, name: configured}, **{attribute: variable})
    assert getattr(from_environment, attribute) == VALUES.get(variable, variable)
    set_but_empty = settings({**rest, name: configured}, **{attribute: ""})
    assert set_but_empty == from_configuration


@pytest.mark.parametrize(
    ("configured", "variable", "wanted"),
    [(None, "", False), ("true", "", True), ("true", "No", False), (None, "1", True), ("false", "YES", True)],
)
def test_live_checks_are_wanted_if_somebody_says_so(configured: str | None, variable: str, wanted: bool) -> None:
    assert wants_live_checks({"liveChecks": configured}.get, {"VERGEOS_LIVE_CHECKS": variable}) is wanted


@pytest.mark.parametrize(
    ("text", "value"), [("1", True), ("TRUE", True), ("yes", True), ("0", False), ("False", False), ("no", False)]
)
def test_a_switch_is_written_in_many_ways(text: str, value: bool) -> None:
    read = settings(**LOGIN, insecure=text, mark=text)
    assert (read.insecure, read.mark) == (value, value)


def test_everything_that_is_wrong_is_told_at_once() -> None:
    assert problem({"timeout": "soon", "insecure": "maybe"}, mark="perhaps", requests_per_hour="-1") == (
        "VERGEOS_TIMEOUT (or the configuration vergeos:timeout) is 'soon' and must be a number of "
        "seconds above 0 and up to 86400; "
        "VERGEOS_REQUESTS_PER_HOUR (or the configuration vergeos:requestsPerHour) is '-1' and must be a whole "
        "number up to 999999999, or 0 for no limit; "
        "VERGEOS_INSECURE (or the configuration vergeos:insecure) is 'maybe' and must be true or false; "
        "VERGEOS_MARK (or the configuration vergeos:mark) is 'perhaps' and must be true or false; "
        "VERGEOS_HOST (or the configuration vergeos:host) is not set; "
        "VERGEOS_API_KEY, or VERGEOS_USERNAME and VERGEOS_PASSWORD, must be set in the environment"
    )


@pytest.mark.parametrize("text", ["²", "0", "0.0", "-1", ".", "1e3", "nan", "86401", "1_0", "9" * 5000])
def test_a_timeout_is_a_number_of_seconds(text: str) -> None:
    where = "VERGEOS_TIMEOUT (or the configuration vergeos:timeout)"
    assert problem(**LOGIN, timeout=text) == (
        f"{where} is {given_as(text)} and must be a number of seconds above 0 and up to 86400"
    )


@pytest.mark.parametrize("text", ["0.5", ".5", "0.3333333333333333", "5.", "60", "86400"])
def test_a_timeout_may_have_a_fraction(text: str) -> None:
    assert settings(**LOGIN, timeout=text).timeout == float(text)


@pytest.mark.parametrize(
    ("configured", "where"),
    [
        ({"host": "h", "apiKey": "k"}, "VERGEOS_API_KEY (or the configuration vergeos:apiKey)"),
        (
            {"host": "h", "username": "u", "password": "p"},
            "VERGEOS_USERNAME and VERGEOS_PASSWORD (or the configuration vergeos:username and vergeos:password)",
        ),
    ],
    ids=["key", "login"],
)
def test_where_credentials_come_from_is_known(configured: dict[str, str], where: str) -> None:
    assert settings(configured).credentials == where


def test_the_credentials_of_an_explicit_provider_are_those_it_names() -> None:
    read = read_settings(SITE_B.get, {"SITE_B_KEY": "key"})
    assert read.credentials == "the variables that the provider 'b' names"


@pytest.mark.parametrize("missing", ["username", "password"])
def test_half_a_login_is_none(missing: str) -> None:
    login = {"host": "verge.example.com", "username": "admin", "password": "pw"}
    assert settings(**login).username == "admin"
    login.pop(missing)
    assert "VERGEOS_API_KEY, or VERGEOS_USERNAME and VERGEOS_PASSWORD, must be set" in problem(**login)


def test_an_api_key_wins_over_a_password() -> None:
    both = Settings(host="h", username="admin", password="pw", api_key="key")
    assert isinstance(both.authentication(), ApiKey)
    assert isinstance(replace(both, api_key="").authentication(), Basic)


def test_settings_do_not_show_their_secrets() -> None:
    text = repr(Settings(host="h", username="admin", password="canary-1", api_key="canary-2"))
    assert "canary" not in text
    assert "admin" in text


# An explicit provider ------------------------------------------------------------------------------------------------

SITE_B = {"provider": "b", "host": "b.example.com", "apiKeyEnv": "SITE_B_KEY"}


def test_an_explicit_provider_takes_nothing_from_the_default_systems_environment() -> None:
    variables = {f"VERGEOS_{name}": "default" for name in ("HOST", "API_KEY", "USERNAME", "PASSWORD", "CA_FILE")}
    variables |= {"VERGEOS_INSECURE": "true", "VERGEOS_MARK": "false", "VERGEOS_TIMEOUT": "5", "SITE_B_KEY": "key-b"}
    assert read_settings(SITE_B.get, variables) == Settings(host="b.example.com", api_key="key-b", provider="b")


def test_an_explicit_provider_has_all_settings_of_its_own() -> None:
    configured = {
        "provider": "b",
        "host": "b.example.com",
        "usernameEnv": "SITE_B_USER",
        "passwordEnv": "SITE_B_PASSWORD",
        "caFile": "/ca.pem",
        "insecure": "true",
        "timeout": "9",
        "mark": "false",
        "formerName": "old",
    }
    variables = {"SITE_B_USER": "admin", "SITE_B_PASSWORD": "pw"}
    assert read_settings(configured.get, variables) == Settings(
        host="b.example.com",
        username="admin",
        password="pw",
        ca_file="/ca.pem",
        insecure=True,
        timeout=9.0,
        mark=False,
        former_name="old",
        provider="b",
    )


@pytest.mark.parametrize(
    ("configured", "text"),
    [
        (SITE_B, "the environment has no SITE_B_KEY, which the provider 'b' names for its credentials"),
        (
            {"provider": "b", "host": "h", "usernameEnv": "B_USER", "passwordEnv": "B_PW"},
            "the environment has no B_USER or B_PW, which the provider 'b' names for its credentials",
        ),
        ({"provider": "b", "host": "h"}, "the provider 'b' names no variable for its credentials"),
        ({"provider": "b", "apiKeyEnv": "OTHER"}, "host of the provider 'b' is not set"),
        (
            {**SITE_B, "apiKeyEnv": "OTHER", "timeout": "soon"},
            "timeout of the provider 'b' is 'soon' and must be a number of seconds above 0 and up to 86400",
        ),
        (
            {**SITE_B, "apiKeyEnv": "OTHER", "mark": "soon"},
            "mark of the provider 'b' is 'soon' and must be true or false",
        ),
    ],
)
def test_what_is_missing_of_an_explicit_provider_is_never_taken_from_another(
    configured: dict[str, str], text: str
) -> None:
    variables = {"VERGEOS_HOST": "default", "VERGEOS_API_KEY": "default", "OTHER": "key"}
    with pytest.raises(EngineError) as error:
        read_settings(configured.get, variables)
    assert str(error.value) == text


# The connection ------------------------------------------------------------------------------------------------------


def test_the_process_has_one_connection_for_the_same_settings(told: list[str]) -> None:
    first = connect(Settings(host="one.example.com", api_key="k"))
    assert connect(Settings(host="one.example.com", api_key="k")) is first
    assert connect(Settings(host="one.example.com", api_key="k", provider="b")) is not first
    assert told == []


def test_unchecked_certificates_are_told_once(told: list[str]) -> None:
    for _ in range(2):
        connect(Settings(host="two.example.com", api_key="k", insecure=True))
    assert told == ["warning: the certificate of two.example.com is not checked (vergeos:insecure)"]


def test_the_process_reads_its_own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERGEOS_HOST", "three.example.com")
    monkeypatch.setenv("VERGEOS_API_KEY", "k")
    asked: list[str] = []
    connection = from_process(lambda name: asked.append(name))
    assert connection.settings.host == "three.example.com"
    assert "vergeos:caFile" in asked


def test_a_connection_says_which_system_it_is_and_asks_once(bench: Bench) -> None:
    connection = bench.connection
    system = connection.system
    assert (system.name, len(system.identity)) == ("site-a", 40)
    assert connection.is_at(system.identity)
    assert not connection.is_at("elsewhere")
    assert bench.asked() == [("GET", "system")]


@pytest.mark.parametrize(
    ("settings", "left"),
    [
        (Settings(host="verge.example.com", api_key="k"), 1000),
        (Settings(host="verge.example.com", api_key="k", requests_per_hour=50), 50),
        (Settings(host="verge.example.com", api_key="k", requests_per_hour=0), None),
        (Settings(host="http://127.0.0.1:1", api_key="k"), None),
        (Settings(host="http://127.0.0.1:1", api_key="k", requests_per_hour=50), 50),
    ],
)
def test_requests_are_counted_where_vergeos_counts_them(
    settings: Settings, left: int | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert settings.budget(Time().sleep).left == left


def test_basic_credentials_and_the_certificate_authority_are_used(tmp_path: Path) -> None:
    ca_file = tmp_path / "ca.pem"
    with Simulator(Options(tls=True, name="site-t", cert_file=ca_file)) as simulator:
        connection = Connection(
            Settings(
                host=simulator.url,
                username=simulator.username,
                password=simulator.password,
                ca_file=str(ca_file),
            )
        )
        assert connection.system.name == "site-t"
        connection.client.close()


def test_time_is_the_clocks_in_retries_too(bench: Bench) -> None:
    bench.simulator.faults({"match": {"times": 1}, "what": "rate_limit", "retry_after": 30})
    assert bench.connection.system.name == "site-a"
    assert bench.time.now == 30


# White space that nobody sees ----------------------------------------------------------------------------------------


@pytest.mark.fault(112)
@pytest.mark.parametrize("ends", [" {} ", "{}\n", "{}\r\n", "\t{}", "\ufeff{}", "{}\u200b", "\u00a0{}\u00a0"])
@pytest.mark.parametrize("name", ["api_key", "username", "host"])
def test_white_space_at_the_ends_is_left_out_and_told(name: str, ends: str) -> None:
    login = {"host": "verge.example.com", "api_key": "key", "username": "admin"}
    read = settings(**{**login, name: ends.format(login[name])})
    assert replace(read, trimmed=()) == settings(**login)
    assert len(read.trimmed) == 1
    assert read.trimmed[0].startswith(f"VERGEOS_{name.upper()} (or ")


def test_a_password_keeps_its_blanks_but_not_the_end_of_its_line() -> None:
    login = {"host": "verge.example.com", "username": "admin"}
    assert settings(**login, password=" a b ").password == " a b "
    assert settings(**login, password=" a b ").trimmed == ()
    read = settings(**login, password=" a b \r\n")
    assert read.password == " a b "
    assert len(read.trimmed) == 1


def test_the_key_of_an_explicit_provider_is_trimmed_too() -> None:
    read = read_settings(SITE_B.get, {"SITE_B_KEY": "key-b\n"})
    assert (read.api_key, read.trimmed) == ("key-b", ("apiKey of the provider 'b'",))


def test_white_space_is_told_once_for_all_providers_of_a_process(told: list[str]) -> None:
    variables = {"VERGEOS_HOST": "127.0.0.1:1", "VERGEOS_API_KEY": " told-once "}
    for _ in range(3):
        connect(read_settings(lambda name: None, variables))
    assert told == [
        "warning: white space at the ends is left out of VERGEOS_API_KEY (or the configuration vergeos:apiKey)"
    ]


@pytest.mark.parametrize("key", ["two words", "two\nlines", "tab\there", "nul\x00byte", "kéy", "zero\u200bwidth"])
def test_a_key_that_no_key_looks_like_is_refused_without_showing_it(key: str) -> None:
    assert problem({"host": "verge.example.com"}, api_key=key) == (
        "VERGEOS_API_KEY (or the configuration vergeos:apiKey) holds white space or characters that no key has; "
        "copy it once more"
    )


def test_a_key_of_white_space_alone_is_none() -> None:
    assert "must be set in the environment" in problem({"host": "verge.example.com"}, api_key=" \n")
