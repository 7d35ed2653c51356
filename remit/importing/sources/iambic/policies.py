"""Templates of managed policies → the policies that IAMbic would make, account by account."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from remit.documents import VERSION
from remit.errors import Problem, Source, listed
from remit.importing.found import FoundPolicy, LeftOut, Wording
from remit.importing.sources.iambic.accounts import Place, Places
from remit.importing.sources.iambic.matching import applies
from remit.importing.sources.iambic.said import ManagedPolicy, Statement
from remit.importing.sources.iambic.taking import DRIFT, Taking, applying, first_applying, statement_json
from remit.importing.sources.iambic.variables import ID, NAME, Filling, own_variable


def policies_of(templates: Iterable[ManagedPolicy], places: Places, taking: Taking) -> list[FoundPolicy]:
    """What IAMbic would make. What is wrong, or has no place in a catalog, is in `taking`."""
    found: list[tuple[FoundPolicy, Source]] = []
    for template in templates:
        what = f"policy {template.properties.policy_name}"
        if taking.takes(template, what):
            with taking.refusing(template.source):
                made = list(_Policy(template, places, taking).made())
                found += [(policy, template.source) for policy in made]
                if not made and not taking.problems:
                    taking.leave_out(template.source, what, "no account gets it")
    taking.problems += _twice(found)
    _tell_modes(found, taking)
    return [policy for policy, _ in found]


class _Policy:
    """One template on its way."""

    def __init__(self, template: ManagedPolicy, places: Places, taking: Taking) -> None:
        self._template, self._taking, self._said = template, taking, template.properties
        self._what = f"policy {self._said.policy_name}"
        self._places = [each for each in places.written_to if applies(template, each.subject)]
        own_names = all(each.has_own_name for each in self._places)
        self._words = {ID: "account.id", NAME: "account.name" if own_names else own_variable(NAME)}

    def made(self) -> Iterator[FoundPolicy]:
        if not self._is_sound():
            return
        what = f"statement of {self._what}"
        alive = {id(each): self._taking.alive(each.statement, what) for each in self._said.policy_document}
        without: defaultdict[str, list[str]] = defaultdict(list)
        undefined: defaultdict[str, list[str]] = defaultdict(list)
        for place in self._places:
            filling = Filling(place.variables, self._words)
            made = self._in(place, alive, filling)
            if isinstance(made, FoundPolicy):
                yield made
            else:
                without[made].append(place.subject.name)
            for key in sorted(filling.undefined()):
                undefined[key].append(place.subject.name)
        for reason, names in without.items():
            self._taking.leave_out(self._template.source, f"{self._what} in {listed(names)}", reason)
        for key, names in undefined.items():
            reason = f"{listed(names)} has no such variable: it is empty there, as IAMbic has it"
            self._taking.leave_out(self._template.source, f"{{{{var.{key}}}}} of {self._what}", reason)

    def _is_sound(self) -> bool:
        """Whether a catalog can say the statements; what it cannot is a problem."""
        said, taking = self._said, self._taking
        before = len(taking.problems)
        taking.unheeded(said.policy_document, "a document", is_list=said.is_list("policy_document"))
        if said.tags:
            taking.leave_out(said.tags[0].source, f"tags of {self._what}", "a policy of the catalog has no tags")
        word = Filling({}, self._words).worded
        for document in said.policy_document:
            taking.version(document.version, document.statement, document.source)
            taking.unheeded(document.statement, "a statement", is_list=document.is_list("statement"))
            for statement in document.statement:
                with taking.refusing(statement.source):
                    taking.statement(statement, word)
        return len(taking.problems) == before

    def _in(self, place: Place, alive: Mapping[int, Sequence[Statement]], filling: Filling) -> FoundPolicy | str:
        """The policy of one account, or why it has none. `alive`: the statements that are left of each document."""
        said, subject, template = self._said, place.subject, self._template
        document = first_applying(said.policy_document, subject, is_list=said.is_list("policy_document"))
        if document is None:
            return "none of its documents applies there"
        statements = applying(alive[id(document)], subject, is_list=document.is_list("statement"))
        if not statements:
            return "none of its statements applies there"
        path = first_applying(said.path, subject, is_list=said.is_list("path"))
        description = first_applying(said.description, subject, is_list=said.is_list("description"))
        text = str(description.description) if description else ""
        name, path_text = filling.filled(said.policy_name), filling.filled(path.path if path else "/")
        plain = [statement_json(each, filling.filled) for each in statements]
        words = [statement_json(each, filling.worded) for each in statements]
        wording = Wording(filling.worded(text), _document(_with_literal(plain, words)), filling.account_vars())
        return FoundPolicy(
            place.id,
            name,
            path_text,
            filling.filled(text),
            _document(plain),
            template.expires_at,
            DRIFT[template.iambic_managed],
            wording if filling.used else None,
        )


def _document(statements: list[dict[str, object]]) -> dict[str, object]:
    return {"Version": VERSION, "Statement": statements}


def _with_literal(plain: list[dict[str, object]], worded: list[dict[str, object]]) -> list[dict[str, object]]:
    """The catalog has no variables in a Sid."""
    return [
        {**words, **({"Sid": each["Sid"]} if "Sid" in each else {})} for each, words in zip(plain, worded, strict=True)
    ]


def _twice(found: Iterable[tuple[FoundPolicy, Source]]) -> Iterator[Problem]:
    """Two templates that make one policy: with IAMbic, the one that came last has won."""
    first: dict[tuple[str, str], Source] = {}
    told: set[tuple[Source, Source]] = set()
    for policy, source in found:
        other = first.setdefault((policy.account, policy.name.casefold()), source)
        if other != source and (other, source) not in told:
            told.add((other, source))
            yield Problem(
                f"policy {policy.name} in account {policy.account} is that of {other}, too", "keep one of them", source
            )


def _tell_modes(found: Iterable[tuple[FoundPolicy, Source]], taking: Taking) -> None:
    modes: defaultdict[str, dict[str, Source]] = defaultdict(dict)
    for policy, source in found:
        modes[policy.name].setdefault(policy.drift, source)
    for name, sources in modes.items():
        if len(sources) > 1:
            reason = f"{listed(map(str, sources.values()))} do not agree: the stack's remit:drift counts"
            taking.left_out.append(LeftOut(f"iambic_managed of policy {name}", reason))
