"""Parts by place: ``module:Name`` of what can be imported, ``FILE.py:Name`` of a file.

Naming a place runs the code there, as ``import`` does. Nothing here is called with a text that
was read from a file of results: those who read files ask `loaded_reference`, which runs nothing.
"""

from __future__ import annotations

import difflib
import hashlib
import importlib
import importlib.util
import inspect
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial, reduce
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

from archscout._common.own_state import users_state
from archscout._common.paths import at_home, for_record, from_here
from archscout.errors import SettingsError, UnknownNameError, error_text
from archscout.plugins._places import names_file, split_place

OF_FILES = "archscout_file_"
_ONE_AT_A_TIME = threading.RLock()


def load_reference(text: str, kind: str = "part") -> Any:
    """Import what a text places.

    A file is imported again once it has changed; while it is imported, it finds the modules that
    lie beside it.

    Args:
        text: ``"module:Name"`` or ``"FILE.py:Name"``.
        kind: what is wanted, for the message.

    Raises:
        UnknownNameError: if there is no such module, file or name in it.
        SettingsError: if its import raises.

    Examples:
        >>> load_reference("math:sqrt")(9)
        3.0
        >>> load_reference("math:sqr")
        Traceback (most recent call last):
        archscout.errors.UnknownNameError: no part is at 'math:sqr': did you mean 'sqrt'?
    """
    home, _, name = text.rpartition(":")
    module = _file(home, text, kind) if names_file(home) else _module(home, text, kind)
    try:
        return reduce(getattr, name.split("."), module)
    except AttributeError:
        close = difflib.get_close_matches(name, dir(module), n=1, cutoff=0.5)
        hint = f"did you mean {close[0]!r}?" if close else f"{_shown(home)} has no {name!r}"
        raise UnknownNameError(f"no {kind} is at {_shown(text)!r}: {hint}") from None


def reference_of(part: object) -> str | None:
    """The text by which another process finds a class or function; None where there is none.

    Examples:
        >>> reference_of(Path), reference_of(lambda: None), reference_of(3)
        ('pathlib:Path', None, None)
    """
    name, module = getattr(part, "__qualname__", ""), getattr(part, "__module__", None)
    loaded = sys.modules.get(module or "")
    if not isinstance(name, str) or not name or "<" in name or loaded is None:
        return None
    try:
        if reduce(getattr, name.split("."), loaded) is not part:
            return None
    except AttributeError:
        return None
    if module != "__main__" and not str(module).startswith(OF_FILES):
        return f"{module}:{name}"
    file = getattr(loaded, "__file__", None)
    return f"{os.path.abspath(file)}:{name}" if file and os.path.isfile(file) else None


def loaded_reference(text: str) -> Any:
    """What a recorded text places, if this process has imported it already; else None.

    Records hold paths without folders of the user, and folders move: files are told by name.
    """
    home, _, name = text.rpartition(":")
    if names_file(home):
        own = os.path.basename(home)
        modules = [m for m in _modules_with_files() if os.path.basename(str(m.__file__)) == own]
    else:
        modules = [sys.modules[home]] if home in sys.modules else []
    found = [getattr(module, name, None) for module in modules]
    return next((part for part in reversed(found) if part is not None), None)


def describe(part: object, *, code: bool = False) -> str:
    """What a record calls a part: its name or place, without the user's folders.

    Args:
        part: a registered name, a place, or a class, function or object.
        code: whether to add the fingerprint of the file that holds its code, so that a record of
            other code is told apart.

    Examples:
        >>> describe("forest", code=True), describe("/home/me/lab/own.py:Mine"), describe(Path)
        ('forest', 'own.py:Mine', 'pathlib:Path')
    """
    text = part if isinstance(part, str) else _text_of(part)
    wrappers, home, name = split_place(text)
    shown = f"{wrappers}{for_record(home)}:{name}" if names_file(home) else text
    if not code:
        return shown
    source = home if names_file(home) else _source(home if isinstance(part, str) else part)
    try:
        content = Path(source).read_bytes() if source else b""
    except OSError:
        content = b""
    return f"{shown} {hashlib.sha256(content).hexdigest()[:8]}" if content else shown


def _text_of(part: object) -> str:
    if isinstance(part, partial):
        named = [f"{key}={value!r}" for key, value in sorted(part.keywords.items())]
        return f"{_text_of(part.func)}({', '.join([*map(repr, part.args), *named])})"
    own = part if hasattr(part, "__qualname__") else type(part)
    return reference_of(own) or f"{own.__qualname__}"


def _source(part: object) -> str | None:
    """The file of a part's code; None for what belongs to no file of a user."""
    if isinstance(part, str):
        module = sys.modules.get(part)
    else:
        part = part.func if isinstance(part, partial) else part
        part = part if hasattr(part, "__qualname__") else type(part)
        module = inspect.getmodule(part)
    ours = module is None or module.__name__.partition(".")[0] == "archscout"
    return None if ours else getattr(module, "__file__", None)


def _shown(text: str) -> str:
    home, colon, name = text.rpartition(".py")
    return f"{from_here(home + colon)}{name}" if colon else text


def _module(home: str, text: str, kind: str) -> ModuleType:
    try:
        with users_state():
            return importlib.import_module(home)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{home}.".startswith(f"{error.name}."):
            _refuse(text, kind, error)
        beside = Path(*home.split(".")).with_suffix(".py")
        file = f"{beside}:{text.rpartition(':')[2]}" if beside.is_file() else "FILE.py:Name"
        raise UnknownNameError(
            f"no {kind} is at {text!r}: there is no module {error.name!r}; install the package "
            f"that holds it, or name a file as in {file}"
        ) from None
    except (Exception, SystemExit) as error:
        _refuse(text, kind, error)


def _file(home: str, text: str, kind: str) -> ModuleType:
    path = os.path.realpath(at_home(home))
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        where = "" if os.path.isabs(home) else f" in {from_here(os.getcwd())!r}"
        why = "is missing" if isinstance(error, FileNotFoundError) else f"({error.strerror})"
        raise UnknownNameError(
            f"no {kind} is at {_shown(text)!r}: the file {why}{where}; name it as it is seen from "
            "the folder that you are in"
        ) from None
    name = OF_FILES + hashlib.sha256(os.fsencode(path) + b"\0" + content).hexdigest()[:12]
    with _ONE_AT_A_TIME:
        for module in _modules_with_files():
            ours = module.__name__.startswith(OF_FILES)
            if module.__name__ == name or (
                not ours and os.path.realpath(str(module.__file__)) == path
            ):
                return module
        return _import_file(name, path, text, kind)


def _import_file(name: str, path: str, text: str, kind: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    try:
        with users_state(), _neighbours(os.path.dirname(path)):
            spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        _refuse(text, kind, error)
    except BaseException:
        del sys.modules[name]
        raise
    return module


@contextmanager
def _neighbours(folder: str) -> Iterator[None]:
    """Let a file import the modules beside it, as a script does, while it is imported."""
    sys.path.insert(0, folder)
    try:
        yield
    finally:
        if folder in sys.path:
            sys.path.remove(folder)


def _modules_with_files() -> list[ModuleType]:
    # Modules come and go in other threads, and some are no modules at all.
    return [m for m in list(sys.modules.values()) if isinstance(getattr(m, "__file__", 0), str)]


def _refuse(text: str, kind: str, error: BaseException) -> NoReturn:
    """Say which error an import raised, and on which line."""
    import traceback  # Takes milliseconds, and nearly no process comes here.

    frames = [f for f in traceback.extract_tb(error.__traceback__) if "<frozen" not in f.filename]
    place = (frames[-1].filename, frames[-1].lineno) if frames else ("", None)
    if isinstance(error, SyntaxError) and error.filename:
        place = (error.filename, error.lineno)
    where = f" ({from_here(place[0])}, line {place[1]})" if place[0] else ""
    raise SettingsError(
        f"the {kind} {_shown(text)!r} cannot be imported, its code raised {error_text(error)}"
        f"{where}: repair that first"
    ) from error
