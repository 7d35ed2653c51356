"""Every rule of remit/rules, found by its file."""

from __future__ import annotations

import inspect
import pkgutil
from functools import cache
from importlib import import_module

import remit.rules
from remit.linting.rule import Rule


@cache
def all_rules() -> tuple[Rule, ...]:
    """One of each, by id."""
    names = (module.name for module in pkgutil.iter_modules(remit.rules.__path__))
    return tuple(sorted((_rule_in(f"remit.rules.{name}") for name in names), key=lambda rule: rule.id))


def _rule_in(module: str) -> Rule:
    classes = [
        each
        for _, each in inspect.getmembers(import_module(module), inspect.isclass)
        if issubclass(each, Rule) and each.__module__ == module
    ]
    if len(classes) != 1:
        raise TypeError(f"{module} holds {len(classes)} rules, not one")
    found: Rule = classes[0]()
    return found
