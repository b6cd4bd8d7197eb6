"""Prompts as data files under prompts/: one TOML a prompt, its variables declared, a guard named, unknown fields refused."""

from __future__ import annotations

import hashlib
import re
import string
import tomllib
from dataclasses import dataclass
from pathlib import Path

FIELDS = {"id", "version", "purpose", "variables", "guarded_by", "system", "user", "changelog"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """``digest`` names exactly this wording; ``render`` fills the user part."""

    id: str
    version: str
    purpose: str
    variables: tuple[str, ...]
    guarded_by: tuple[str, ...]
    system: str
    user: str
    digest: str

    def render(self, **values: str) -> str:
        """Raises ValueError unless exactly the declared variables are given. Braces inside values stay as they are."""
        if set(values) != set(self.variables):
            raise ValueError(f"prompt {self.id} wants {sorted(self.variables)}, got {sorted(values)}")
        return string.Formatter().vformat(self.user, (), values).strip()


def load_prompt(path: Path) -> Prompt:
    """Raises ValueError when a field is unknown or missing, a variable undeclared, or no guard is named."""
    raw = path.read_bytes()
    row = tomllib.loads(raw.decode("utf-8"))
    unknown = set(row) - FIELDS
    missing = FIELDS - {"changelog"} - set(row)
    if unknown or missing:
        raise ValueError(f"{path.name}: unknown {sorted(unknown)}, missing {sorted(missing)}")
    used = set(re.findall(r"{(\w+)}", row["user"]))
    if used != set(row["variables"]):
        raise ValueError(f"{path.name}: variables {sorted(row['variables'])} do not match the text {sorted(used)}")
    if not row["guarded_by"]:
        raise ValueError(f"{path.name}: a prompt without a guard")
    return Prompt(id=row["id"], version=row["version"], purpose=row["purpose"], variables=tuple(row["variables"]),
                  guarded_by=tuple(row["guarded_by"]), system=row["system"].strip(), user=row["user"],
                  digest=hashlib.sha256(raw).hexdigest()[:16])
