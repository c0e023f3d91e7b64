"""Commands in groups, quick to answer `--help`."""

from __future__ import annotations

from typing import Any

from typer.core import TyperGroup


class QuickGroup(TyperGroup):
    """A group whose own `--help` is a flag that is not given, rather than nothing: nothing would be checked by pydantic,
    and importing that takes longer than all the rest of a command's `--help`."""

    def get_help_option(self, ctx: Any) -> Any:
        option = super().get_help_option(ctx)
        if option is not None and option.default is None:
            option.default = False
        return option
