"""What an organization has → the catalog that a person would have written.

`found` holds what was read, `access` folds assignments into rules, `policies` folds policies of one name into one
entry, `inline_policies` takes those of permission sets, `entries` and `writing` make files of them. `merging` edits a
catalog that is there where `changes` says so (`statement_edits` and `set_edits` its elements, paired by `pairing`),
with the ends that `known_ends` gives to what was found. `comparing` and `proof` read the result again and compare;
`draft` does all of it in order. Pure: to read AWS is the work of `remit.aws`, the formats of other tools are those of
`sources`.

How entries follow what is live, `remit.syncing` takes from here: `edits` holds the files, `taking_away` narrows rules,
`statements` rewrites them key by key, `new_statements` adds, `meant` has the accounts by their names.
"""
