"""What a guest is told at its first boot: the table `cloudinit_files`."""

from __future__ import annotations

from verge_pulumi.catalogue.notation import C, R, any_ref, boolean, integer, section, table, text, words

# The files are delivered only while `vms.cloudinit_datasource` is not "none". Their 64 KiB are bytes, which the model
# cannot say of a text: the table's behaviour checks them. The types of the computed columns are inferred from their
# names; no source states them.
CLOUDINIT_FILES = table(
    "cloudinit_files",
    section(
        "docs/vergeos/virtual-machines.md §10",
        any_ref("owner", write=C, required=True),
        text("name", required=True, max_length=256),
        text("contents", default="", secret=True),
        text("render", default="no", choices=words("no variables jinja2")),
        boolean("contains_variables", write=R, default=False),
        integer("filesize", write=R, default=0, field_type="filesize"),
        integer("allocated_bytes", write=R, default=0, field_type="fileallocated"),
        integer("used_bytes", write=R, default=0, field_type="fileused"),
        integer("modified", write=R, field_type="filemodified"),
        text("creator", write=R),
    ),
    short="name filesize modified",
    unique=(("owner", "name"),),
    owner="owner",
    source="docs/vergeos/virtual-machines.md §10",
)
