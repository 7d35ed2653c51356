"""What waits to be adopted: differences that the catalog is to follow, told apart from those that are its own. Pure.

Three catalogs are held against what is live: the one that the stack got last (`applied`), the one at hand (`base`), and
the first as if nothing in it had ended (`unending`). What somebody changed by hand differs from all three.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from remit.drift.values import Difference, Finding


@dataclass(frozen=True, slots=True)
class ByHand:
    """A finding of the catalog at hand, which is to follow it. `differences`: those that somebody made by hand.

    `disputed`: the catalog at hand says something else of it than the one that the stack has. `ended`: something of it
    has come to its end, and is still there, which is nobody's change.
    """

    finding: Finding
    differences: tuple[Difference, ...] = ()
    disputed: bool = False
    ended: bool = False

    @property
    def whole(self) -> bool:
        """Whether all that differs of it was made by hand."""
        return not (self.disputed or self.ended)

    def staying(self) -> Finding | None:
        """What of it a run can leave as it is. Of a permission set that the catalog changes as well: the fields that
        somebody changed by hand alone; of a policy: nothing, since its document is one."""
        if self.whole:
            return self.finding
        if self.finding.kind != "permission_set" or self.finding.change != "changed":
            return None
        others = {field_of(each) for each in self.finding.differences if each not in self.differences}
        kept = tuple(each for each in self.differences if field_of(each) not in others)
        return replace(self.finding, differences=kept) if kept else None


def field_of(difference: Difference) -> str:
    """The field of a permission set that a difference lies in: all statements are of one, and all tags."""
    return difference.field.partition(",")[0].partition(" ")[0]


def made_by_hand(applied: Iterable[Finding], base: Iterable[Finding], unending: Iterable[Finding]) -> Iterator[ByHand]:
    """Of the findings of `base`, those that wait to be adopted; the modes are those of the catalog at hand.

    What only `base` finds waits for its turn, what only `applied` finds is in the files already, and access that has
    ended and is still there goes with the next run.
    """
    before, always = ({each.id: each for each in findings} for findings in (applied, unending))
    for each in base:
        was = before.get(each.id)
        if each.mode == "adopt" and was is not None:
            if each.change == was.change == "changed":
                yield from _of_entry(each, was, always)
            elif each.change != "unmanaged" or each.id in always:
                yield ByHand(each, disputed=each.change != was.change)


def _of_entry(finding: Finding, was: Finding, unending: Mapping[str, Finding]) -> Iterator[ByHand]:
    always = unending.get(finding.id)
    known = always.differences if always else ()
    same = [each for each in finding.differences if each in was.differences]
    by_hand = tuple(each for each in same if each.catalog is not None or each in known)
    if by_hand:
        yield ByHand(finding, by_hand, len(same) < len(finding.differences), len(by_hand) < len(same))
