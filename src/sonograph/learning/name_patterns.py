"""What file names tell: a pattern that takes the group, and perhaps the label, out of each."""

from __future__ import annotations

import re
from pathlib import Path

from sonograph.errors import SettingsError


class Pattern:
    """A pattern of file names, without their folder and ending.

    "{label}_{group}_*" names what stands where, * anything else; or a regular expression, which is searched for, with
    one group in parentheses, or (?P<group>…) and (?P<label>…).

    Raises
    ------
    SettingsError
        It has no group.

    Examples
    --------
    >>> Pattern("{label}_{group}_*").told("spoken/7_jackson_32.wav")
    {'label': '7', 'group': 'jackson'}
    >>> Pattern("_([a-z]+)_").told("spoken/7_jackson_32.wav")
    {'group': 'jackson'}
    """

    def __init__(self, text: str) -> None:
        self.text = text
        if not self.is_one(text):
            raise SettingsError(
                f"group is {text!r}; it must be a pattern of file names with a {{group}} in it, as '*_{{group}}_*', "
                f"or a regular expression with one group in parentheses, as '_([a-z]+)_'"
            )
        if "{" in text and "(" not in text:
            parts = re.split(r"(\{group\}|\{label\}|\*)", text)
            forms = {"{group}": "(?P<group>.+?)", "{label}": "(?P<label>.+?)", "*": ".*"}
            expression = "^" + "".join(forms.get(part, re.escape(part)) for part in parts) + "$"
        else:
            expression = text
        try:
            self._compiled = re.compile(expression)
        except re.error as error:
            raise SettingsError(f"group is {text!r}; it is no regular expression ({error})") from None
        names = self._compiled.groupindex
        if "group" not in names and (names or self._compiled.groups != 1):
            raise SettingsError(f"group is {text!r}; it must have one group in parentheses, or one called group")

    @staticmethod
    def is_one(text: str) -> bool:
        """Whether a text can be a pattern, and not a column's name."""
        return "{group}" in text or re.search(r"\((?!\?:)", text) is not None

    @property
    def has_label(self) -> bool:
        """Whether names tell the label too."""
        return "label" in self._compiled.groupindex

    def told(self, path: str) -> dict[str, str]:
        """What the name of a file tells.

        Raises
        ------
        SettingsError
            A name that does not fit.
        """
        found = self._compiled.search(Path(path).stem)
        if found is None:
            raise SettingsError(f"group is {self.text!r}, which {Path(path).name} does not fit; change the pattern")
        return found.groupdict() if self._compiled.groupindex else {"group": found[1]}
