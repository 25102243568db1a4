"""`autograder doctor`: can this machine grade, with which boundary, and what is missing?"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Annotated

import typer
from rich.table import Table

from autograder.cli.app import CANNOT_GRADE, DONE, app, errors, screen
from autograder.errors import FewlabelsError
from autograder.runner.submission import versions
from autograder.sandbox.jail.profile import NAMES, UNSANDBOXED
from autograder.sandbox.jailed import Sandbox


@dataclass(frozen=True)
class Finding:
    profile: str
    works: bool
    says: str


@app.command()
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> None:
    """Start every kind of sandbox that could be had here, attack it, and say which ones hold.

    `autograder grade` takes the first that holds. Exit status 3: none does, so this machine cannot grade.
    """
    found = []
    for profile in NAMES:
        if profile != UNSANDBOXED:
            with errors.status(f"trying {profile} ..."):
                found.append(_try(profile))
    if as_json:
        print(json.dumps({"versions": dict(versions()), "profiles": [asdict(each) for each in found]}))
    else:
        table = Table("sandbox", "holds", "what to know")
        for each in found:
            table.add_row(each.profile, "yes" if each.works else "no", each.says)
        screen.print(table)
        screen.print(", ".join(f"{name} {version}" for name, version in versions().items()), highlight=False)
    raise typer.Exit(DONE if any(each.works for each in found) else CANNOT_GRADE)


def _try(profile: str) -> Finding:
    try:
        with Sandbox(profile=profile) as sandbox:
            return Finding(profile, True, " ".join(sandbox.notes))
    except FewlabelsError as error:
        return Finding(profile, False, f"{error.what} {error.remedy}")
