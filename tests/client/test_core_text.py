"""What is masked and what is cut, to the last character."""

from __future__ import annotations

import base64
import html
import json
import pickle
import random
import re
import string
from collections.abc import Callable
from urllib.parse import quote, quote_plus
from xml.sax import saxutils

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.counting import calls
from tests.faults.faulty import cases
from verge_pulumi.client import Basic, hiding, printable, printable_lines


def mask(text: str, secrets: list[str]) -> str:
    """Return a text without secrets, however long it is."""
    return printable(text, 10_000, secrets)


def octal(secret: str) -> str:
    """Return a secret as C, shells and git write bytes that are not printed."""
    return "".join(f"\\{byte:03o}" for byte in secret.encode(errors="surrogatepass"))


FORMS: dict[str, Callable[[str], str]] = {
    "as it is": lambda secret: secret,
    "base64": lambda secret: base64.b64encode(secret.encode(errors="surrogatepass")).decode(),
    "base64 without padding": lambda secret: (
        base64.b64encode(secret.encode(errors="surrogatepass")).decode().rstrip("=")
    ),
    "URL": lambda secret: quote(secret.encode(errors="surrogatepass"), safe=""),
    "form": lambda secret: quote_plus(secret.encode(errors="surrogatepass")),
    "JSON": lambda secret: json.dumps(secret)[1:-1],
    "JSON with escaped slashes": lambda secret: json.dumps(secret)[1:-1].replace("/", "\\/"),
    "JSON of Go": lambda secret: (
        json.dumps(secret)[1:-1].replace("<", "\\u003c").replace(">", "\\u003E").replace("&", "\\u0026")
    ),
    "JSON in JSON": lambda secret: json.dumps(json.dumps(secret)[1:-1])[1:-1],
    "URL in small letters": lambda secret: re.sub(
        "%..", lambda code: code[0].lower(), quote(secret.encode(errors="surrogatepass"), safe="")
    ),
    "base64 of URLs": lambda secret: base64.urlsafe_b64encode(secret.encode(errors="surrogatepass")).decode(),
    "base64 of UTF-16": lambda secret: base64.b64encode(secret.encode("utf-16-le", "surrogatepass")).decode(),
    "base64 in a URL": lambda secret: quote(base64.b64encode(secret.encode(errors="surrogatepass")).decode(), safe=""),
    "hexadecimal": lambda secret: secret.encode(errors="surrogatepass").hex(),
    "hexadecimal in capitals": lambda secret: secret.encode(errors="surrogatepass").hex().upper(),
    "hexadecimal with colons": lambda secret: secret.encode(errors="surrogatepass").hex(":"),
    "hexadecimal with blanks": lambda secret: secret.encode(errors="surrogatepass").hex(" ").upper(),
    "hexadecimal in words": lambda secret: secret.encode(errors="surrogatepass").hex(" ", -2),
    "hexadecimal with dashes": lambda secret: secret.encode(errors="surrogatepass").hex("-"),
    "bytes of C": lambda secret: ", ".join(f"0x{byte:02x}" for byte in secret.encode(errors="surrogatepass")),
    "octal": octal,
    "octal in JSON": lambda secret: json.dumps(octal(secret))[1:-1],
    "HTML": lambda secret: html.escape(secret),
    "HTML with numbers": lambda secret: "".join(
        char if "\ud800" <= char < "\ue000" else f"&#{ord(char)};" for char in secret
    ),
    "XML": saxutils.escape,
    "repr": lambda secret: repr(secret)[1:-1],
    "repr of bytes": lambda secret: repr(secret.encode(errors="surrogatepass"))[2:-1],
    "SQL": lambda secret: secret.replace("'", "''"),
}


@pytest.mark.fault(74)
@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("secret", ["pass/word 12", 'quo"ted/ä', "half\udc80/surrogate", "it's <b>&amp;</b>"])
def test_every_form_of_a_secret_is_masked_whole(form: Callable[[str], str], secret: str) -> None:
    assert mask(f"<{form(secret)}>", [secret]) == "<***>"


def test_a_secret_inside_a_longer_one_does_not_keep_that_from_being_masked() -> None:
    assert mask("pass-word", ["word", "pass-word"]) == "***"


def test_a_very_short_secret_leaves_the_others_masked() -> None:
    assert mask("a canary", ["a", "canary"]) == "a ***"


def test_four_characters_are_a_secret() -> None:
    assert mask("1234 123", ["1234", "123"]) == "*** 123"


@pytest.mark.parametrize(
    ("text", "shown"), [("", ""), ("1234", "1234"), ("12345", "12345"), ("123456", "1234…"), ("1234567", "1234…")]
)
def test_a_text_is_cut_only_when_it_is_longer_than_the_limit(text: str, shown: str) -> None:
    assert printable(text, 5) == shown


def test_what_holds_a_secret_says_that_it_cannot_be_pickled() -> None:
    with pytest.raises(TypeError) as caught:
        pickle.dumps(Basic("admin", "password"))
    assert str(caught.value) == "Basic holds a secret and cannot be pickled. Build it again where it is used."


# Parts of a secret ---------------------------------------------------------------------------------------------------

USER_DATA = """#cloud-config
hostname: web
chpasswd:
  expire: false
  list: |
    root:Winter2031x
    ops:correcthorse
password: plainwords
ssh_pwauth: true
packages:
  - nginx
write_files:
  - path: /etc/app.env
    content: "API_TOKEN=t0pS3cretValue"
runcmd:
  - echo correct horse battery staple | passwd --stdin root
  - [curl, "https://ops:hunter2pass@10.0.0.5/x"]
"""

KEY_LINE = "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW"
PEM = f"-----BEGIN OPENSSH PRIVATE KEY-----\n{KEY_LINE}\nQyNTUxOQAAACDhTt3nGPcxDI6\n-----END OPENSSH PRIVATE KEY-----\n"
UNATTEND = """<unattend><component>
  <AdministratorPassword><Value>banana</Value><PlainText>true</PlainText></AdministratorPassword>
  <ProductKey>W269N-WFGWX-YVC9B-4J6C9-T83GX</ProductKey>
</component></unattend>"""


@pytest.mark.fault(74)
@pytest.mark.parametrize(
    ("secret", "quoted"),
    [
        (USER_DATA, "password: plainwords"),
        (USER_DATA, "plainwords"),
        (USER_DATA, "root:Winter2031x"),
        (USER_DATA, "Winter2031x"),
        (USER_DATA, "ops:correcthorse"),
        (USER_DATA, "t0pS3cretValue"),
        (USER_DATA, "- echo correct horse battery staple | passwd --stdin root"),
        (USER_DATA, "hunter2pass"),
        (PEM, KEY_LINE),
        (PEM, "QyNTUxOQAAACDhTt3nGPcxDI6"),
        (UNATTEND, "banana"),
        (UNATTEND, "<ProductKey>W269N-WFGWX-YVC9B-4J6C9-T83GX</ProductKey>"),
        (UNATTEND, "W269N-WFGWX-YVC9B-4J6C9-T83GX"),
        ('{"name": "ops", "password": "banana"}', "banana"),
        ("token = 'banana split'\nother = 1\n", "banana split"),
        ("users: [{name: ops, password: banana, type: text}]\n", "banana"),
    ],
)
@pytest.mark.parametrize(
    "form", [FORMS[name] for name in ("as it is", "base64", "hexadecimal", "JSON of Go", "HTML", "URL")]
)
def test_a_part_that_is_secret_alone_is_masked_alone(secret: str, quoted: str, form: Callable[[str], str]) -> None:
    shown = printable(f"line 4: <{form(quoted)}> is not allowed", 2000, [secret])
    assert shown == "line 4: <***> is not allowed"


@pytest.mark.fault(74)
@pytest.mark.parametrize(
    "text",
    [
        "Unable to create CloudInitFile '/user-data': POST /api/v4/cloudinit_files failed: contents: line 4 (422).",
        "'#cloud-config' is followed by 'expire: false', 'hostname: web' and 'packages:', which nobody expected",
        "the password of root is wrong for host 10.0.0.5, 'ssh_pwauth: true'; nginx is not among the packages",
        "-----, <PlainText>, true, component, /etc/app, echo",
    ],
)
def test_what_is_in_everybodys_user_data_garbles_no_message(text: str) -> None:
    assert printable(text, 2000, [USER_DATA, PEM, UNATTEND]) == text


NAMES = """#cloud-config
hostname: frontend-01
fqdn: frontend-01.shop.example.com
packages:
  - postgresql-16
users:
  - name: ops
    passwd: $6$rounds=4096$c4nary
write_files:
  - path: /etc/shop/frontend-01.conf
    content: |
      upstream backend-02
      database db-1.internal.example
runcmd:
  - echo root:c4nary | chpasswd
  - curl -o /tmp/app-2.tar https://mirror-3.example.com/app-2.tar
"""


@pytest.mark.fault(74)
@pytest.mark.parametrize(
    "name",
    [
        "frontend-01",
        "frontend-01.shop.example.com",
        "hostname: frontend-01",
        "postgresql-16",
        "/etc/shop/frontend-01.conf",
        "backend-02",
        "db-1.internal.example",
        "https://mirror-3.example.com/app-2.tar",
    ],
)
def test_an_ordinary_name_in_user_data_garbles_no_message(name: str) -> None:
    text = f"Unable to create VirtualMachine 'frontend-01': <{name}> is taken"
    assert printable(text, 2000, [NAMES]) == text


@pytest.mark.fault(74)
@pytest.mark.parametrize(
    "secret",
    [
        "frontend-01 is all of it",
        "#cloud-config\npassword: frontend-01\n",
        "#cloud-config\nhostname: frontend-01\npasswords:\n- frontend-01\n",
        "#cloud-config\nlogins:\n  ops:\n\n    - frontend-01\n",
        "#!/bin/sh\necho frontend-01 | passwd --stdin root\n",
        "#!/bin/sh\nexport DATABASE=frontend-01\n",
        '#!/bin/sh\nADMIN="frontend-01"\n',
        "#!/bin/sh\ncurl https://ops:frontend-01@10.0.0.5/\n",
        "#!/bin/sh\nmysql -pfrontend-01 shop; setup --secret frontend-01\n",
    ],
)
def test_what_looks_like_a_name_is_masked_where_secrets_stand(secret: str) -> None:
    assert printable("line 2: <frontend-01> is not allowed", 2000, [secret]) == "line 2: <***> is not allowed"


@pytest.mark.fault(74)
@pytest.mark.parametrize(
    "secret",
    [
        "#cloud-config\nchpasswd:\n  expire: false\n  list: |\n    root:correct horse\n    ops:banana\n",
        "#cloud-config\nchpasswd:\n  list:\n    - ops:banana\n    - 'root:correct horse'\n",
        '#cloud-config\nchpasswd: {list: [ops:banana, "root:correct horse"], expire: false}\n',
        "#cloud-config\nruncmd:\n  - echo ops:banana|chpasswd\n  - echo 'root:correct horse' | chpasswd\n",
        "#!/bin/sh\nchpasswd <<EOF\nops:banana\nroot:correct horse\nEOF\n",
        "#!/bin/sh\nprintf 'ops:banana\\nroot:correct horse\\n' | chpasswd\n",
        '{"chpasswd": {"list": "ops:banana\\nroot:correct horse"}}',
        "ops:banana\nroot:correct horse\n",
    ],
)
def test_passwords_of_a_chpasswd_list_are_masked_alone(secret: str) -> None:
    shown = printable("<banana> of <ops:banana>, <correct horse>, <ops>, <root> and <expire>", 2000, [secret])
    assert shown in (
        "<***> of <***>, <***>, <ops>, <root> and <expire>",
        "<***> of <ops:***>, <***>, <ops>, <root> and <expire>",
    )


@pytest.mark.fault(74)
def test_without_a_chpasswd_list_what_follows_a_colon_is_shown() -> None:
    secret = "#cloud-config\nruncmd:\n  - docker run nginx:latest\n  - docker pull\n  - registry:stable\n"
    assert printable("<latest>, <stable>", 2000, [secret]) == "<latest>, <stable>"


@pytest.mark.fault(74)
@pytest.mark.parametrize("before", [b"", b"x", b"xx", b"user:"])
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode, lambda data: data.hex().encode()])
def test_a_secret_in_the_middle_of_something_encoded_is_masked(before: bytes, encode: Callable[[bytes], bytes]) -> None:
    secret = "c4nary-password?>"
    shown = mask(f"header {encode(before + secret.encode() + b'/and more').decode()} end", [secret])
    assert "***" in shown
    for start in range(3):
        part = encode(secret.encode()[start:])[:12].decode().rstrip("=")
        assert part not in shown


@pytest.mark.fault(74, 112)
@cases(500)
@given(
    st.text(st.characters(min_codepoint=33, max_codepoint=0x2FFF, exclude_categories=["Cs", "Z", "C"]), min_size=9),
    st.sampled_from(list(FORMS.values())),
    st.sampled_from(list(FORMS.values())),
)
def test_any_line_of_a_secret_is_masked_in_any_two_encodings(
    line: str, inner: Callable[[str], str], outer: Callable[[str], str]
) -> None:
    line = f"p4ss{line}"  # no common line
    secret = f"#cloud-config\n  {line}\nruncmd: []\n"
    assert line not in printable(f"<{inner(line)}> <{line}> refused", 10_000, [secret])
    assert inner(line) not in printable(f"<{inner(line)}>", 10_000, [secret])
    if inner is FORMS["as it is"] or "base64" not in str(outer):
        assert mask(f"<{inner(line)}>", [secret]) == "<***>"


@pytest.mark.fault(74)
def test_what_steers_a_terminal_does_not_part_a_secret() -> None:
    text = "c4na\x1b[31mry-\u202epass\u200bword"
    assert printable(f"<{text}>", 200, ["c4nary-password"]) == "<***>"
    assert printable("<c4nary-password>", 200, [text]) == "<***>"


@pytest.mark.fault(74)
def test_a_secret_that_the_limit_cuts_is_not_shown_by_half() -> None:
    secret = "c4nary-password"
    for blanks in range(16 * 1024 - len(secret), 16 * 1024):
        assert "c4n" not in printable(" " * blanks + secret, 200, [secret])


@pytest.mark.fault(80)
@pytest.mark.parametrize(
    "mark", ["\u202e", "\u2066", "\u200b", "\u2060", "\ufeff", "\u034f", "\u3164", "\ufe0f", "\U000e0100"]
)
def test_nothing_that_steers_or_hides_is_shown(mark: str) -> None:
    assert printable(f"a{mark}b") == "ab"


@pytest.mark.fault(74)
def test_what_is_hidden_for_a_while_is_masked_by_everybody() -> None:
    with hiding(["c4nary-one"]), hiding(["c4nary-two"]):
        assert printable("c4nary-one c4nary-two c4nary-three", secrets=["c4nary-three"]) == "*** *** ***"
    assert printable("c4nary-one") == "c4nary-one"


def test_a_traceback_keeps_its_lines_and_shows_no_secret() -> None:
    text = "Traceback:\n  File x\n    c4nary\x1b[31m-one\n" + "c4nary-\ntwo\n"
    assert printable_lines(text, secrets=["c4nary-one", "c4nary-\ntwo"]) == "Traceback:\n  File x\n    ***\n***"


@pytest.mark.fault(74)
def test_masking_a_large_secret_costs_no_more_than_a_small_one() -> None:
    draw = random.Random(7)  # noqa: S311  no secret is made of it
    lines = ["".join(draw.choices(string.ascii_letters + string.digits + " :-", k=40)) for _ in range(1600)]
    text = "Unable to create CloudInitFile: " + lines[70] + " is not allowed " * 20
    small, large = ("\n".join(["#cloud-config", *lines[:count]]) for count in (100, 1600))
    assert lines[70] not in printable(text, 2000, [large])
    assert calls(lambda: printable(text, 2000, [large])) == calls(lambda: printable(text, 2000, [small]))


@pytest.mark.fault(74)
@pytest.mark.timeout(120)  # where it is quadratic it takes hours
@pytest.mark.parametrize(
    "secret",
    [
        "a" * 3_000_000,
        "password: " * 100_000,
        "x1" * 500_000,
        "<a>" * 300_000,
        ": " * 500_000,
        "x-1" * 300_000,
        "chpasswd\na:" + "x " * 300_000,
        "chpasswd" + " a:b" * 200_000,
        "\n" * 500_000,
        "ops:b " * 100_000 + "\n!",
    ],
    ids=lambda secret: secret[:12],
)
def test_no_secret_makes_masking_slow(secret: str) -> None:
    assert printable("Unable to do it: nothing fits", 2000, [secret]) == "Unable to do it: nothing fits"


@pytest.mark.fault(74)
@pytest.mark.timeout(120)  # where it is quadratic it takes minutes
@pytest.mark.parametrize(
    "text", ["x" * 12_000 + "***", "12:" * 5000, "de ad " * 2500, "\\101" * 4000, "a" + "-" * 16_000]
)
def test_no_text_makes_masking_slow(text: str) -> None:
    assert "x***" not in printable(text, 16_000, ["x***"])
