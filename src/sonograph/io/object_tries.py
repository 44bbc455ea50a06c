"""Asking a store of objects again where it failed for the moment, and one honest sentence where it does not answer.

A server that says 5xx, 429 or 408, a connection that breaks, an answer that is cut: these are asked again, few times,
each after a longer pause of random length, so that a thousand workers do not come back together. One that is asked too
often is left alone for longer; how long it wants that itself (Retry-After), obstore does not hand on. obstore asks
nothing again. Everything else is told at once.
"""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable
from typing import TypeVar

from sonograph.errors import OutputError, SonographError
from sonograph.io.object_urls import is_only_here
from sonograph.io.status import Unreadable, shown

TRIES = 5
FIRST_PAUSE = 0.2
"""Seconds; each further one is twice as long, and of each between half and all is taken."""
LONGER = 5
"""Times as long, where the store is asked too often: 15 s in all at most."""

Made = TypeVar("Made")

_GIVE = "Give the keys in the environment: {}; or set {}_SKIP_SIGNATURE=true for a bucket that all may read."
KEYS = {
    "gs": _GIVE.format("GOOGLE_SERVICE_ACCOUNT, the path of a key's JSON", "GOOGLE"),
    "az": _GIVE.format("AZURE_STORAGE_ACCOUNT_NAME, and AZURE_STORAGE_ACCOUNT_KEY", "AZURE"),
}
"""By scheme; of any other those of S3."""
S3_KEYS = _GIVE.format("AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_REGION", "AWS")

FSSPEC_KEYS = (
    "Give its keys as fsspec takes them: in the environment (FSSPEC_SFTP_PASSWORD and the like) or ~/.config/fsspec."
)


class Cut(Exception):
    """An answer held fewer bytes than were asked for."""


class Replaced(Exception):
    """An object is not the one that it was."""


def again(work: Callable[[int], Made], name: str, *, writing: bool = False) -> Made:
    """What `work` gives; it is told how often it was tried before.

    name : the object as people know it, for the sentence
    writing : whether something is written, so that the fault is one of the output

    Raises
    ------
    SourceError, OutputError
        The store says no, or does not answer.
    FileNotFoundError
        There is no such object.
    """
    for tried in range(TRIES):
        try:
            return work(tried)
        except (SonographError, FileNotFoundError, Replaced, KeyboardInterrupt):
            raise
        except Exception as error:
            if not _is_passing(error) or tried + 1 == TRIES:
                raise refusal(error, name, writing=writing) from None
            longest = FIRST_PAUSE * 2**tried * (LONGER if _is_too_often(error) else 1)
        time.sleep(longest * random.uniform(0.5, 1.0))  # noqa: S311
    raise AssertionError


def refusal(error: Exception, name: str, *, writing: bool = False) -> SonographError:
    """One sentence about what a store said, of one kind for what is read and another for what is written."""
    reason, what = _told(error, KEYS.get(name.partition("://")[0], S3_KEYS))
    sentence = f"{shown(name)}: {what}"
    return OutputError(sentence) if writing else Unreadable(sentence, reason)


def missing(name: str) -> Unreadable:
    """An object, or its bucket, that is not there."""
    where = " in the memory of this process" if is_only_here(name) else ""
    return Unreadable(f"{shown(name)}: does not exist{where}. Check the name.", "missing")


def meets_another(error: Exception) -> bool:
    """Whether S3 did not do what was asked for as another write is under way there: it says nothing of who is first."""
    return re.search(r"<Code>(ConditionalRequestConflict|OperationAborted)<", str(error)) is not None


def _code(error: Exception) -> int | None:
    """What a server answered, where it answered; 503 also where it began with 200 and went on with an error."""
    if "Server returned error response" in str(error):
        return 503
    found = re.search(r"status code: (\d{3})", str(error))
    return int(found[1]) if found else None


def _has_no_keys(error: Exception) -> bool:
    """Whether keys were asked for at last of the machine itself, which one of a cloud has."""
    return re.search(r"/latest/(api|meta-data)/|/computeMetadata/|/metadata/identity/", str(error)) is not None


def _is_cut(error: Exception) -> bool:
    """Whether an answer did not come whole: of a list or a removal its XML cannot be read then."""
    return isinstance(error, Cut) or re.search(r"Got invalid \w+ response", str(error)) is not None


def _is_passing(error: Exception) -> bool:
    """Whether it may go well the next time."""
    code = _code(error)
    if code is not None:
        return (500 <= code <= 599 and code != 501) or code in (408, 429) or meets_another(error)
    return (
        isinstance(error, ConnectionError) or _is_cut(error) or ("HTTP error" in str(error) and not _has_no_keys(error))
    )


def _is_too_often(error: Exception) -> bool:
    """Whether a store asks for fewer requests: 429 of Google's, 503 of Amazon's (SlowDown) and Azure's (ServerBusy)."""
    return _code(error) == 429 or re.search(r"<Code>(SlowDown|ServerBusy)<", str(error)) is not None


def _told(error: Exception, keys: str) -> tuple[str, str]:
    code, text = _code(error), str(error).split("\n")[0]
    if _is_cut(error):
        return "read-error", f"its answers were cut short, {TRIES} times. Try again."
    if _has_no_keys(error):
        return "denied", f"no keys to its store were found. {keys}"
    if isinstance(error, PermissionError):
        return "denied", f"may not be read ({shown(text)}). {FSSPEC_KEYS}"
    if code in (401, 403):
        return "denied", f"may not be used with these keys, or is not there (the store said {code}). {keys}"
    if code in (301, 307):
        return "region", f"is in another region (the store said {code}). Set AWS_REGION to the bucket's."
    if _is_too_often(error):
        again_later = "Try again later, or with fewer workers."
        return "read-error", f"its store said {code} (asked too often), {TRIES} times. {again_later}"
    if code is not None and _is_passing(error):
        return "read-error", f"its store said {code} (not now), {TRIES} times. Try again later."
    if code is not None:
        message = re.search(r"<Message>([^<]*)", str(error))
        return "store", f"its store said {code}{f' ({message[1].rstrip(chr(46))})' if message else ''}."
    if _is_passing(error):
        why = f" ({shown(text)})" if isinstance(error, ConnectionError) and text else ""
        return (
            "read-error",
            f"its store did not answer{why}, {TRIES} times. Check the network and the address; try again.",
        )
    if "Account must be specified" in text:  # Azure's, without which there is no address
        return "denied", f"its account is not known. {keys}"
    return "store", f"its store could not be used ({shown(text.rstrip('.'))})."
