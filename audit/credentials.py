"""Secrets of URLs: written as ``${NAME}`` or ``${keyring:SERVICE/USER}``, filled in only when they are used."""

import re
from collections.abc import Mapping
from urllib.parse import quote

from audit.errors import ConfigError

_PLACE = re.compile(r"\$\{([^}]*)\}")
_LITERAL = re.compile(r"://[^/@\s]*:(?!\$\{[^}]*\}@)[^/@\s]+@")


def filled(url: str, environment: Mapping[str, str]) -> str:
    """The URL with its secrets, quoted for a URL. Raises ConfigError, which names what is missing."""
    return _PLACE.sub(lambda place: quote(_secret(place[1], environment), safe=""), url)


def refuse_literal(url: str, where: str) -> None:
    """Raises ConfigError where a URL that is kept in a file carries its password in plain text."""
    if _LITERAL.search(url):
        raise ConfigError(
            f"{where} holds a password in plain text.",
            hint="Write ${NAME} in its place and set NAME in the environment.",
        )


def _secret(name: str, environment: Mapping[str, str]) -> str:
    if not name.startswith("keyring:"):
        if not environment.get(name):
            raise ConfigError(f"The environment has no {name}.", hint=f"Set {name} for the user that runs the audit.")
        return environment[name]
    service, _, user = name.removeprefix("keyring:").partition("/")
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError as error:
        raise ConfigError("Secrets from a keyring need its package.", hint="pip install 'crm-audit[alerts]'") from error
    try:
        found = keyring.get_password(service, user)
    except KeyringError as error:
        raise ConfigError("The keyring cannot be read.", hint="Unlock it, or use the environment instead.") from error
    if not found:
        raise ConfigError(f"The keyring has nothing for {service}/{user}.", hint=f"keyring set {service} {user}")
    return found
