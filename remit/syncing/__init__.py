"""The way back: what was changed by hand, where the catalog says `drift: adopt`, is written into its files.

`change` what belongs into one commit · `said` what a catalog comes to, and what it shall come to · `edits` the files
that change: `access`, `permission_sets`, `policies` with `statements`, in the accounts that are `meant` · `draft` a
change after the other, each proven before it counts, for later too: `lasting` · `attention` what a reviewer should look
at · `words` commits and pull requests.
"""
