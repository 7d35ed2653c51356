"""Catalog files as text that can be edited: what is not touched stays as it is, byte for byte, comments included.

    file = EditableFile.read(Path("policies/access/everywhere.yaml"))
    rule = file.at(12)                     # the entry that begins on line 12, as a Source has it; else KeyError
    role = file.find("permission_sets", "Engineer")
    file.set(role, "session_duration", "4h")           # a key at its place, or a new one in the canonical order
    file.drop(role, "relay_state")
    file.remove(rule)                      # with the comments that belong to it
    file.remove((*rule, "groups", 1))      # anything within: a path of keys and positions
    file.append(rule, "except", "account:lab")         # another item of a list
    file.add("access", {"groups": ["sre"], "permission_sets": ["Engineer"], "targets": ["*"]})
    write_texts({file.path: file.text})    # all files or none, each atomically

`tree` reads text into nodes that know where they stand (the parser is the catalog's own), `comments` ties comments to
the keys and items that they speak of, `document` edits, `layout` prints a tree (`remit fmt`), `values` turns plain
values into a tree, `order` is the canonical order of keys, `files` writes. Nothing here knows what an entry means.
"""

from remit.editing.document import EditableFile
from remit.editing.files import write_texts

__all__ = ["EditableFile", "write_texts"]
