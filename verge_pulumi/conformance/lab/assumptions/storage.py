"""Files."""

from __future__ import annotations

from verge_pulumi.conformance.lab.assumption import Sure, assumption
from verge_pulumi.conformance.lab.lab import APPLY_SECONDS, Lab
from verge_pulumi.conformance.lab.reply import same


@assumption("docs/vergeos/README.md §11", Sure.DOCUMENTED, "client.upload", "resources.storage.media_file")
def uploads(lab: Lab) -> None:
    """Parts of a file come in any order; `filesize` is what has come, and a download is the whole."""
    file = lab.make("files", {"name": lab.name("parts.raw"), "allocated_bytes": "8"})
    same("filesize of a new file", lab.read(file, "filesize").get("filesize"), 0)
    for position, part in ((4, b"5678"), (0, b"1234")):
        lab.upload(file, position, part).answered(200)
    lab.wait("a filesize of 8", lambda: lab.read(file, "filesize").get("filesize") == 8, APPLY_SECONDS)
    same("what is downloaded", lab.get(file.path, download=1).answered(200).body.decode(), "12345678")


@assumption("docs/vergeos/README.md §11: no source says", Sure.OPEN, "client.upload", "resources.storage.media_file")
def too_much(lab: Lab) -> None:
    """A part beyond `allocated_bytes` is refused with 422."""
    file = lab.make("files", {"name": lab.name("small.raw"), "allocated_bytes": "4"})
    lab.upload(file, 0, b"12345678").refused(422)


@assumption("docs/vergeos/other-tables.md §3: no source says", Sure.OPEN, "resources.storage.media_file")
def type_of_a_file(lab: Lab) -> None:
    """The type of a file is the ending of its name, also after it was renamed."""
    file = lab.make("files", {"name": lab.name("typed.raw"), "allocated_bytes": "4"})
    same("files.type", lab.read(file, "type").get("type"), "raw")
    lab.put(file, {"name": lab.name("typed.iso")}).answered(200)
    same("files.type of the renamed file", lab.read(file, "type").get("type"), "iso")


@assumption("docs/vergeos/other-tables.md §3: no source says", Sure.OPEN, "resources.storage.media_file")
def file_in_use(lab: Lab) -> None:
    """DELETE of a file that a drive refers to is refused with 422."""
    file = lab.make("files", {"name": lab.name("used.iso"), "allocated_bytes": "4"})
    machine = lab.machine(lab.make("vms", {"name": lab.name("cd")}))
    values = {"machine": machine, "name": lab.name("cd"), "media": "cdrom", "media_source": int(file.key)}
    lab.make("machine_drives", values)
    lab.delete(file).refused(422)
