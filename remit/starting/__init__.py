"""From a clone to a project of one's own: what `remit init` finds out and writes. Pure.

`survey` asks what the organization is (through `remit.doctor.observed.Cloud`), `files` has the texts of the first
files, `example` tells the catalog that Remit ships from a person's own, `repository` reads the address of a git remote.
"""
