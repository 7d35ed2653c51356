"""What every test runs under."""

from __future__ import annotations

from hypothesis import settings

# How long an example takes says something of the machine, and nothing of the code.
settings.register_profile("remit", deadline=None)
settings.load_profile("remit")
