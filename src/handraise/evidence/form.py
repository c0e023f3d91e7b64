"""The JSON form of a result: only numbers, text, lists and objects; what is not known is null."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

import numpy as np

from handraise.errors import Finding


def json_form(value: object) -> Any:
    """`value` as JSON-ready data. A number that is not finite becomes null."""
    if isinstance(value, Finding):
        return value.as_dict()
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: json_form(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, np.generic):
        return json_form(value.item())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): json_form(item) for key, item in value.items()}
    if isinstance(value, np.ndarray):
        return json_form(value.tolist())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [json_form(item) for item in value]
    return value
