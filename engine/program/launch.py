"""Starting the program, as Pulumi's Python language host does."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

from engine.plugins.process import Child
from engine.project import Configuration, Project

_HOST = Path(__file__).with_name("host.py")


def start_program(
    project: Project,
    configuration: Configuration,
    *,
    stack: str,
    monitor: str,
    engine: str,
    preview: bool,
    parallel: int,
    on_output: Callable[[str], None],
) -> Child:
    """Run the project's program; `on_output` gets each line that it prints."""
    command = [
        project.python,
        str(_HOST),
        json.dumps(
            {
                "monitor": monitor,
                "engine": engine,
                "project": project.name,
                "stack": stack,
                "parallel": parallel,
                "dry_run": preview,
                "organization": "organization",
                "root_directory": str(project.directory),
                "program": str(project.program),
            }
        ),
    ]
    environment = {
        **os.environ,
        "PULUMI_CONFIG": json.dumps(configuration.values),
        "PULUMI_CONFIG_SECRET_KEYS": "[]",
        "PYTHONUNBUFFERED": "1",
    }
    return Child(command, cwd=project.directory, environment=environment, on_output=on_output)
