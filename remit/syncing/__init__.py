"""The way back: what was changed by hand, where the catalog says `drift: adopt`, is written into its files.

`change` what belongs into one commit · `said` what a catalog comes to, and what it shall come to · `access`,
`permission_sets` and `policies` change the files, with the edits of `remit.importing` · `draft` a change after the
other, each proven before it counts, for later too: `lasting` · `attention` what a reviewer should look at · `words`
commits and pull requests.
"""
