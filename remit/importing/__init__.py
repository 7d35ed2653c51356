"""What an organization has → the catalog that a person would have written.

`found` holds what was read, `access` folds assignments into rules, `policies` folds policies of one name into one
entry, `writing` makes files of them, `proof` reads those again and compares. Pure: to read AWS is the work of
`remit.aws`, the formats of other tools are those of `sources`.
"""
