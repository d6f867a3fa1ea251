"""Starting and stopping: addresses, TLS, several at once, the state file, the command line, cost."""

from __future__ import annotations

import errno
import json
import os
import signal
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Collection
from pathlib import Path

import pytest
import requests

from tests.simulator.conftest import Http
from verge_pulumi.catalogue.model import Column, Table, Type
from verge_pulumi.simulator import Options, Simulator
from verge_pulumi.simulator.__main__ import main
from verge_pulumi.simulator.relations import Row
from verge_pulumi.simulator.server import Certificate
from verge_pulumi.simulator.store import Store


def test_it_starts_and_stops() -> None:
    simulator = Simulator()
    simulator.stop()
    assert simulator.url == ""
    assert simulator.requests() == []
    with simulator:
        assert simulator.url.startswith("http://127.0.0.1:")
        address = simulator.url
        assert repr(simulator) == f"<Simulator 'simulator' 26.1.8 {address}>"
        with pytest.raises(OSError, match="address already in use"):
            Simulator(Options(port=int(address.rpartition(":")[2]))).start()
    assert repr(simulator) == "<Simulator 'simulator' 26.1.8 stopped>"
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{address}/version.json", timeout=5)


def test_it_can_be_started_again_with_its_content() -> None:
    simulator = Simulator()
    for count in (0, 1):
        with simulator:
            client = Http(simulator)
            assert len(client.get("vms")) == count
            client.vm(f"web{count}")
            client.session.close()


@pytest.mark.fault(86)
@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "example.com", "::"])  # noqa: S104
def test_only_loopback_unless_exposed(host: str) -> None:
    with pytest.raises(ValueError, match="it is not a loopback address"):
        Simulator(Options(host=host))
    Simulator(Options(host=host, expose=True))


@pytest.mark.parametrize("host", ["localhost", "127.0.0.2"])
def test_other_names_of_loopback(start: Callable[..., Http], host: str) -> None:
    client = start(host=host)
    assert client.simulator.url.startswith(f"http://{host}:")
    assert client.get("system")


def test_the_url_of_an_ipv6_address() -> None:
    simulator = Simulator(Options(host="::1"))
    try:
        simulator.start()
    except OSError:
        pytest.skip("no IPv6 on this machine")
    assert simulator.url.startswith("http://[::1]:")
    simulator.stop()


def test_options_hide_their_secrets() -> None:
    options = Options(password="canary", api_key="canary")
    assert "canary" not in repr(options)
    assert "canary" not in repr(Simulator(options))
    assert Options().password != Options().password


def test_a_release_must_be_one() -> None:
    with pytest.raises(ValueError, match="'newest'"):
        Simulator(Options(release="newest"))


def test_several_at_once_know_nothing_of_each_other(start: Callable[..., Http]) -> None:
    first, second = start(name="site-a"), start(name="site-b")
    first.vm("web")
    assert second.get("vms") == []
    assert first.get("system", fields="id") != second.get("system", fields="id")
    assert first.simulator.password != second.simulator.password


def test_methods_may_be_called_from_any_thread(simulator: Simulator, http: Http) -> None:
    keys: list[int | str] = []

    def add() -> None:
        keys.extend(simulator.add("vms", name=f"{threading.get_ident()}-{number}") for number in range(20))

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(int, keys)) == list(range(1, 81))
    assert len(http.get("vms")) == 80


def test_tls_with_a_certificate_file(tmp_path: Path, start: Callable[..., Http]) -> None:
    path = tmp_path / "ca.pem"
    client = start(tls=True, cert_file=path)
    assert path.read_bytes() == client.simulator.ca_pem
    address = client.simulator.url
    assert address.startswith("https://127.0.0.1:")
    with pytest.raises(requests.exceptions.SSLError):
        client.get("vms")
    client.session.verify = str(path)
    assert client.get("vms") == []
    localhost = address.replace("127.0.0.1", "localhost")
    assert client.session.get(f"{localhost}/version.json", timeout=5).ok
    assert client.simulator.requests()[-1].connection == 2
    # Faults work under TLS as well.
    client.simulator.faults({"what": "reset"})
    with pytest.raises(requests.ConnectionError):
        client.get("vms")


def test_old_tls_is_refused() -> None:
    assert Certificate("127.0.0.1").context.minimum_version is ssl.TLSVersion.TLSv1_2


def test_a_certificate_file_needs_tls(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="Say --tls"):
        Simulator(Options(cert_file=tmp_path / "ca.pem"))


def test_the_state_is_kept_in_a_file(tmp_path: Path, start: Callable[..., Http]) -> None:
    path = tmp_path / "state.json"
    first = start(state=path)
    key, machine = first.vm("web", console_pass="s3cret")
    first.simulator.transitions(seconds=100)
    first.act(key, "poweron")
    first.simulator.stop()
    assert path.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["state.json"]
    second = start(state=path)
    assert second.status(machine)["status"] == "running"
    assert second.simulator.rows("vms")[0]["console_pass"] == "s3cret"
    assert second.vm("next") == (key + 1, machine + 1)


def test_a_state_that_cannot_be_written_leaves_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "state.json"
    with Simulator(Options(state=path)):
        pass
    before = path.read_bytes()

    def full(*_: object) -> None:
        raise OSError("no space")

    simulator = Simulator(Options(state=path)).start()
    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="no space"):
        simulator.stop()
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["state.json"]


@pytest.mark.fault(113)
@pytest.mark.parametrize("folder", ["missing", "file"])
def test_a_state_that_cannot_be_kept_is_refused_at_the_start(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], folder: str
) -> None:
    (tmp_path / "file").touch()
    path = tmp_path / folder / "state.json"
    assert main(["--state", str(path), "--password", "p", "--api-key", "k"]) == 1
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.startswith(f"Unable to start the simulator: its state cannot be kept in {path} (")
    assert output.err.endswith("). Name a file in a folder that can be written to.\n")
    assert output.err.count("\n") == 1


def test_a_folder_that_cannot_be_written_to_is_refused_at_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("tempfile.mkstemp", denied)  # root may write anywhere
    simulator = Simulator(Options(state=tmp_path / "state.json"))
    with pytest.raises(OSError, match=r"cannot be kept in .* \(Permission denied\)\. Name a file"):
        simulator.start()
    assert simulator.url == ""


def test_a_link_to_the_state_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    target, link = tmp_path / "there" / "state.json", tmp_path / "link.json"
    link.symlink_to(Path("there") / "state.json")
    for count in (0, 1):  # the first time the link leads nowhere
        with Simulator(Options(state=link)) as simulator:
            assert len(simulator.rows("vms")) == count
            simulator.add("vms", name=f"web{count}")
        assert link.is_symlink()
        assert len(json.loads(target.read_text())["rows"]["vms"]) == count + 1
        assert target.stat().st_mode & 0o777 == 0o600


def test_a_state_that_others_may_read_is_theirs_no_longer(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    with Simulator(Options(state=path)):
        pass
    path.chmod(0o644)
    with Simulator(Options(state=path)):
        pass
    assert path.stat().st_mode & 0o777 == 0o600


# Each is the moment before a call of the system; what is written until then is all that is there afterwards.
@pytest.mark.parametrize("call", ["os.fdopen", "os.fsync", "pathlib.Path.replace"])
def test_a_kill_at_any_moment_leaves_a_whole_state(tmp_path: Path, call: str) -> None:
    path = tmp_path / "state.json"
    with Simulator(Options(state=path)) as simulator:
        simulator.add("vms", name="old")
    before = path.read_bytes()
    script = f"""
import os, pathlib, signal, sys
from verge_pulumi.simulator import Options, Simulator
simulator = Simulator(Options(state=pathlib.Path(sys.argv[1]))).start()
simulator.add("vms", name="new")
{call} = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)
simulator.stop()
"""
    done = subprocess.run([sys.executable, "-c", script, str(path)], check=False, timeout=60)
    assert done.returncode == -signal.SIGKILL
    assert path.read_bytes() == before
    with Simulator(Options(state=path)) as simulator:
        assert [row["name"] for row in simulator.rows("vms")] == ["old"]


@pytest.mark.fault(113)
@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("{", "Expecting property name"),
        ("[" * 100_000, "nested too deeply"),
        ("[]", "the content must be an object"),
        ('{"release": "26.1.8"}', "transitions must be a list"),
        ('{"release": "4.12.6"}', "it is of release 4.12.6"),
        ("\xff", "codec can't decode"),
        ("", "Expecting value"),
        ('{"release": "26', "Unterminated string"),
    ],
)
def test_a_state_that_is_none_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str, reason: str
) -> None:
    path = tmp_path / "state.json"
    path.write_bytes(content.encode("latin-1"))
    assert main(["--state", str(path), "--password", "p", "--api-key", "k"]) == 1
    error = capsys.readouterr().err
    assert error.startswith(f"Unable to start the simulator: its state cannot be read from {path}: ")
    assert error.endswith(". Name another file, or move that one away to start without one.\n")
    assert reason in error
    assert error.count("\n") == 1
    assert path.read_bytes() == content.encode("latin-1")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--latency-ms", "nan"], "ms must be a number"),
        (["--latency-ms", "-1"], "ms must be a number"),
        (["--transition-seconds", "inf"], "seconds must be a number"),
        (["--requests-per-hour", "-1"], "requests_per_hour must be a whole number"),
        (["--port", "70000"], "port must be a whole number"),
        (["--port", "-1"], "port must be a whole number"),
    ],
)
def test_an_option_out_of_its_range_is_one_sentence(
    capsys: pytest.CaptureFixture[str], arguments: list[str], reason: str
) -> None:
    assert main([*arguments, "--password", "p", "--api-key", "k"]) == 1
    assert capsys.readouterr().err.startswith(f"Unable to start the simulator: {reason}")


def test_a_state_that_is_a_folder_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--state", str(tmp_path), "--password", "p", "--api-key", "k"]) == 1
    reason = f"its state cannot be read from {tmp_path} (Is a directory). Name another file."
    assert capsys.readouterr().err == f"Unable to start the simulator: {reason}\n"


def test_a_port_that_somebody_has_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    with Simulator() as other:
        port = other.url.rpartition(":")[2]
        assert main(["--port", port, "--password", "p", "--api-key", "k"]) == 1
    error = capsys.readouterr().err
    assert error.startswith("Unable to start the simulator: it cannot listen (")
    assert error.endswith("). Give another --host or --port; port 0 is any free one.\n")
    assert "Errno" not in error
    assert error.count("\n") == 1


@pytest.mark.parametrize("release", ["99.9", "1.0"])
def test_a_release_that_is_not_known_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], release: str
) -> None:
    monkeypatch.setattr(signal, "signal", lambda number, stop: stop(number, None))  # it ends as soon as it runs
    assert main(["--release", release, "--password", "p", "--api-key", "k"]) == 0
    assert capsys.readouterr().err.startswith(f"release {release} is not known, only 4.12.6 to ")


def test_a_report_that_is_none_is_one_sentence(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "report.json").write_text("{}")
    arguments = ["--like", str(tmp_path / "report.json"), "--password", "p", "--api-key", "k"]
    assert main(arguments) == 1
    expected = f"Unable to start the simulator: {tmp_path / 'report.json'} holds no report of 'verge-pulumi conformance"
    assert capsys.readouterr().err.startswith(expected)


def test_a_report_says_the_release(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--like", "report.json", "--release", "4.12.6"])
    assert "--release: not allowed with argument --like" in capsys.readouterr().err


def test_only_the_tables_given_exist() -> None:
    parts = Table(name="parts", columns=(Column(name="name", type=Type.TEXT),))
    with Simulator(Options(tables={"parts": parts})) as simulator:
        assert simulator.snapshot() == {"parts": {}}
        simulator.add("parts", name="x")
        assert simulator.snapshot() == {"parts": {"1": {"name": "x"}}}


def test_a_large_body(http: Http) -> None:
    text = "x" * (2 << 20)
    assert http.post("vms", {"name": "web", "advanced": text})
    assert http.get("vms/1", fields="advanced") == {"advanced": text}


def test_no_list_goes_through_a_table_for_each_row(
    simulator: Simulator, http: Http, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(10):
        key = simulator.add("vms", name=f"vm{number}")
        machine = int(key) + 107
        for _ in range(2):
            simulator.add("machine_drives", machine=machine, disksize=1 << 30)
        simulator.add("machine_nics", machine=machine, vnet=3)
    gone_through: list[str] = []
    rows_of = Store.rows

    def rows_noted(store: Store, table: str) -> Collection[Row]:
        gone_through.append(table)
        return rows_of(store, table)

    monkeypatch.setattr(Store, "rows", rows_noted)
    fields = "all,machine#status#status as s,machine[status[all],drives[all,status#status as s],nics[all]]"
    rows = http.get("vms", fields=fields, filter="name bw 'vm' and is_snapshot eq false", sort="-name")
    assert len(rows) == 10
    assert all(len(row["machine"]["drives"]) == 2 for row in rows)
    assert len(http.get("machine_drives", fields="all", filter="machine eq 110")) == 2
    # Who asks is looked up among the users.
    assert [table for table in gone_through if table != "users"] == ["vms", "machine_drives"]


# The command line


def run(*arguments: str, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "verge_pulumi.simulator", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | environment,
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_command_line(tmp_path: Path, number: signal.Signals) -> None:
    certificate, state = tmp_path / "ca.pem", tmp_path / "state.json"
    arguments = [
        "--tls",
        "--cert-file",
        str(certificate),
        "--state",
        str(state),
        "--name",
        "lab",
        "--release",
        "26.1.3",
    ]
    with run(*arguments, VERGEOS_PASSWORD="from-env", VERGEOS_API_KEY="key-from-env") as process:
        assert process.stdout is not None
        ready = process.stdout.readline()
        assert ready.startswith("VergeOS simulator 26.1.3 listening on https://127.0.0.1:")
        url = ready.split()[-1]
        answer = requests.post(
            f"{url}/api/v4/vms", json={"name": "web"}, auth=("admin", "from-env"), verify=str(certificate), timeout=5
        )
        assert answer.status_code == 201
        bearer = {"Authorization": "Bearer key-from-env"}
        system = requests.get(f"{url}/api/v4/system", headers=bearer, verify=str(certificate), timeout=5)
        assert system.json()[0]["cloud_name"] == "lab"
        process.send_signal(number)
        rest, errors = process.communicate(timeout=20)
    assert (process.returncode, rest, errors) == (0, "", "")
    assert json.loads(state.read_text())["rows"]["vms"][0]["name"] == "web"


def test_generated_secrets_are_shown_on_stderr() -> None:
    with run() as process:
        assert process.stdout is not None
        url = process.stdout.readline().split()[-1]
        process.terminate()
        rest, errors = process.communicate(timeout=20)
    assert url.startswith("http://127.0.0.1:")
    assert (process.returncode, rest) == (0, "")
    lines = errors.splitlines()
    assert [line.split(": ")[0] for line in lines] == ["password", "API key"]
    assert all(len(line.split(": ")[1]) == 40 for line in lines)


def test_what_cannot_start_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--host", "192.0.2.1", "--password", "p", "--api-key", "k"]) == 1
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.startswith("Unable to start the simulator: Unable to listen on 192.0.2.1")


def test_the_help_names_the_dials(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main(["--help"])
    text = capsys.readouterr().out
    assert "PUT /_sim/faults" in text
    assert "X-Simulator-Page" in text
    assert "usage: python -m verge_pulumi.simulator " in text
