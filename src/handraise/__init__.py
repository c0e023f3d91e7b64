"""Handraise: explained lead decisions from one playbook that sales and marketing signed.

`handraise.Workspace` is the Python API; it is imported on first use, so that importing the package is quick.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from handraise.version import __version__

__all__ = ["Workspace", "__version__"]

if TYPE_CHECKING:
    from handraise.workspace import Workspace


def __getattr__(name: str) -> object:
    if name == "Workspace":
        from handraise.workspace import Workspace

        return Workspace
    raise AttributeError(f"module 'handraise' has no attribute {name!r}")
