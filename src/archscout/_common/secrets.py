"""What may be shown of an address that may hold a password, and of texts that may repeat it.

An address is read by SQLAlchemy and put together again from the parts that are known to be
harmless. What is not surely understood, such as a password with an ``@`` that nobody escaped,
is left out altogether: all that is shown then is the kind of database.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import unquote_plus

HIDDEN = "***"
_DATABASE = re.compile(
    r"(?:^|(?<==))(?:sqlite|postgres|mysql|mariadb|mssql|oracle|redis)[\w+]*:", re.IGNORECASE
)
_ADDRESS = re.compile(r"(?:[A-Za-z][\w+.-]*:)?[A-Za-z][\w+.-]*://")
_KIND = re.compile(r"[A-Za-z][\w+.-]*://")
_PLAIN = re.compile(r"[\w.,: +/\\-]*")
_PLAIN_NAME = re.compile(r"[\w.-]*")
# Parameters that hold no secret; all others are hidden, whatever they are called.
_HARMLESS = {"application_name", "charset", "client_encoding", "connect_timeout", "dbname"}
_HARMLESS |= {"driver", "host", "port", "sslmode", "target_session_attrs", "timeout", "user"}
_SECRET_WORD = (
    r"(?:pass|passphrase|passfile|passwd|\w*password|pwd|\w*token|\w*secret|\w*api[_-]?key)"
)
_SECRET_PAIR = re.compile(rf"(?<![a-zA-Z]){_SECRET_WORD}(?:\s*[=:]\s*|%3[dD])", re.IGNORECASE)
_SECRET_FLAG = re.compile(rf"--?(?:[\w-]*-)?{_SECRET_WORD}", re.IGNORECASE)
_LOGIN = re.compile(r"(?:^|(?<=[=\s])|(?<=//))[^\s/=:@]*:(?![\\/])[^@]+@")
_SHORT = 3  # letters; shorter pieces of a password stand in any sentence


def show_storage(storage: str) -> str:
    """The address of a storage without anything secret; a path stays as it is."""
    if "://" not in storage:
        return HIDDEN if looks_like_address(storage) else storage
    kind = _KIND.match(storage)
    if kind is None:
        return HIDDEN
    return _from_parts(storage) or f"{kind[0]}{HIDDEN}"


def looks_like_address(text: str) -> bool:
    """Whether a text without ``://`` still reads like the address of a database."""
    return bool(_DATABASE.search(text) or _SECRET_PAIR.search(text) or _LOGIN.search(text))


def hide_secrets(words: Sequence[str]) -> list[str]:
    """The words of a command without passwords, in addresses or after ``--password``."""
    shown: list[str] = []
    for word in words:
        after_flag = shown and _SECRET_FLAG.fullmatch(shown[-1])
        shown.append(HIDDEN if after_flag else _hide_in_word(word))
    return shown


def repeats_secret(said: str, storage: str) -> bool:
    """Whether a text repeats something of an address that `show_storage` hides."""
    if "://" not in storage and not looks_like_address(storage):
        return False
    said = said.casefold()
    return any(_stands_in(secret.casefold(), said) for secret in _secrets(storage))


def _from_parts(storage: str) -> str:
    """The address put together from harmless parts; empty if its parts are not sure."""
    from sqlalchemy.engine import make_url

    rest = storage.partition("://")[2]
    login = re.split(r"[/?#]", rest, maxsplit=1)[0]
    is_file = storage.lower().startswith("sqlite") and not login
    # SQLAlchemy takes the first @ for the end of the login, wherever it stands.
    if not is_file and (rest.count("@") > login.count("@") or login.count("@") > 1 or "#" in rest):
        return ""
    try:
        url = make_url(storage)
    except Exception:  # It raises errors of many kinds, with parts of the address in them.
        return ""
    host = url.host or ""
    if not _PLAIN.fullmatch(host):
        return ""
    shown = f"{url.drivername}://"
    if "@" in login:
        user = url.username or ""
        # Elsewhere, as in https://TOKEN@host, a name alone may be the secret.
        is_name = _DATABASE.match(storage) and _PLAIN_NAME.fullmatch(user)
        shown += user if is_name else HIDDEN
        shown += f":{HIDDEN}@" if url.password is not None else "@"
    shown += (f"[{host}]" if ":" in host else host) + (f":{url.port}" if url.port else "")
    if url.database is not None:
        harmless = is_file or _PLAIN.fullmatch(url.database)
        shown += "/" + (url.database if harmless else HIDDEN)
    pairs = [
        f"{name}={value}" if name in _HARMLESS and _PLAIN.fullmatch(value) else HIDDEN
        for name, values in url.query.items()
        for value in ([values] if isinstance(values, str) else values)
    ]
    if "?" in rest and not pairs:
        pairs = [HIDDEN]
    return shown + ("?" + "&".join(dict.fromkeys(pairs)) if pairs else "")


def _hide_in_word(word: str) -> str:
    address = _ADDRESS.search(word)
    if address:
        return _hide_in_word(word[: address.start()]) + show_storage(word[address.start() :])
    if found := _DATABASE.search(word) or _SECRET_PAIR.search(word):
        return word[: found.end()] + HIDDEN
    if login := _LOGIN.search(word):
        return word[: login.start()] + HIDDEN
    return word


def _secrets(storage: str) -> set[str]:
    """What an address holds and `show_storage` hides: the password, and all words."""
    from sqlalchemy.engine import make_url

    found: set[str] = set()
    shown = _from_parts(storage).casefold()
    if shown:
        url = make_url(storage)
        found.add(str(url.password or ""))
        # The names of parameters stand in many sentences.
        shown += " ".join(name for name in url.query if _SECRET_FLAG.fullmatch(f"-{name}"))
    rest = storage.partition("://")[2] or storage
    for text in (rest, unquote_plus(rest)):
        found.update(word for word in re.split(r"[\W_]+", text) if len(word) >= _SHORT)
    return {secret for secret in found if secret.strip() and secret.casefold() not in shown}


def _stands_in(secret: str, said: str) -> bool:
    if len(secret) >= _SHORT:
        return secret in said
    return re.search(rf"(?<!\w){re.escape(secret)}(?!\w)", said) is not None
