"""Media files: the table `files`, which holds ISO images, disk images to import, and the disks of VMs themselves."""

from __future__ import annotations

from verge_pulumi.catalogue.notation import C, R, integer, ref, section, table, text, words

FILE_TYPES = words("iso img qcow qcow2 qed raw vdi vhd vhdx vmdk ova ovf vmx ybvm nvram zip unknown")
"""The types (docs/vergeos/other-tables.md §3), and what tsvergeos calls a file of none of them."""

# Which of the columns have the field types named after files is inferred from their names.
#
# Its action table is left out: what `overwrite`, `add_link`, `delete_link`, `delete_reference` and `make_iso` take is
# documented nowhere. Nor does a source say that names are unique: docs/vergeos/quirks.md §6 does not list them, and
# each disk of a VM is a file too.
FILES = table(
    "files",
    section(
        "docs/vergeos/other-tables.md §3; types: tsvergeos: services/file/types.ts",
        text("name", required=True, field_type="filename"),
        text("description", default=""),
        # Derived from the name.
        text("type", write=R, default="unknown", choices=FILE_TYPES, open_choices=True),
        ref("owner", "machine_drives", write=R, source="tsvergeos: services/file/types.ts"),
        # No source gives the default; the one of drives is a system setting too.
        text("preferred_tier", default="4", choices=words("1 2 3 4 5")),
        # Bytes, of an upload; clients send them as text (docs/vergeos/README.md §8).
        integer("allocated_bytes", write=C, default=0, field_type="fileallocated"),
        text("url", write=C, default=""),
        # Bytes; 0 as long as nothing of the content is there.
        integer("filesize", write=R, default=0, field_type="filesize"),
        integer("used_bytes", write=R, default=0, field_type="fileused"),
        text("creator", write=R),
        integer("modified", write=R, field_type="filemodified"),
    ),
    short="name description type",
    dashboard="name description type filesize preferred_tier",
    owner="owner",
    source="docs/vergeos/other-tables.md §3; docs/vergeos/README.md §11",
)
