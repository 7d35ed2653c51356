"""What a change of the catalog does to people's access: two plans in, who gains and who loses what out. Pure.

`values` are what is compared and what comes out; `views` makes a plan, or a saved one, comparable;
`compare` compares, `statements` and `globs` judge which way a policy goes; `words` says it by sets of accounts;
`ends` is what no plan shows, when access ends; `markdown` and `shape` write it for a pull request and for programs.
How files and revisions become plans is the command line's business.
"""

from remit.diff.compare import compare
from remit.diff.ends import both_known, ends_of
from remit.diff.values import Diff, Direction
from remit.diff.views import saved_view, view_of

__all__ = ["Diff", "Direction", "both_known", "compare", "ends_of", "saved_view", "view_of"]
