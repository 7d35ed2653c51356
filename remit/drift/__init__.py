"""Drift: what is live, held against the catalog. Pure.

`values` what a finding is, and its JSON · `live` what is read · `compare` the finding of every difference ·
`fields` and `statements` how two of a kind differ, by meaning · `modes` who puts it right: the scheduled run, a person,
or the catalog itself · `waiting` what the catalog is to follow (`remit.syncing` writes it) · `repair` the part of a
plan that a scheduled run carries out, `run` how the program learns it, `unplanned` what it must not lose · `events` who
did it.
Reading is in `remit.aws.drift`, rendering in `remit.cli.drift`.
"""
