"""Where the reference tables are, and database servers of the tests' own: PostgreSQL, and MariaDB where installed."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

SERVERS = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
PORT = "54329"
MARIADB = shutil.which("mariadbd", path="/usr/sbin:/usr/bin:/usr/libexec")


@pytest.fixture(scope="session")
def shared() -> Path:
    folder = Path(__file__).parents[3] / "shared"
    if not folder.exists():
        pytest.skip("the reference tables are not beside this folder")
    return folder


def unprivileged(folder: Path, name: str) -> list[str]:
    """How to run a command as a user that database servers accept: they refuse root."""
    if os.getuid():
        return []
    user = shutil.which("setpriv")
    if user is None:
        absent("setpriv, to run a server as another user than root")
    shutil.chown(folder, name, name)
    return [str(user), f"--reuid={name}", f"--regid={name}", "--clear-groups"]


def absent(what: str) -> None:
    """Skips, except where the environment promises that everything is there."""
    message = f"there is no {what}"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of an empty database `crm` on a server that lives as long as the tests."""
    if not SERVERS:
        absent("PostgreSQL server under /usr/lib/postgresql")
    tools = SERVERS[-1]
    folder = Path(tempfile.mkdtemp(prefix="pg", dir="/tmp"))
    user = unprivileged(folder, "postgres")

    def tool(name: str, *options: str) -> None:
        subprocess.run([*user, str(tools / name), *options], check=True, cwd=folder, capture_output=True, text=True)

    data = str(folder / "data")
    server = f"-k {folder} -p {PORT} -c listen_addresses='' -c fsync=off"
    try:
        tool("initdb", "-D", data, "-U", "auditor", "-A", "trust", "-E", "UTF8", "--no-sync")
        tool("pg_ctl", "-D", data, "-w", "-l", str(folder / "log"), "-o", server, "start")
        try:
            tool("createdb", "-h", str(folder), "-p", PORT, "-U", "auditor", "crm")
            yield f"postgresql://auditor@/crm?host={folder}&port={PORT}"
        finally:
            tool("pg_ctl", "-D", data, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def mariadb() -> Iterator[str]:
    """The path of the socket of a MariaDB server with an empty database `crm` for everybody."""
    install = shutil.which("mariadb-install-db")
    if MARIADB is None or install is None:
        pytest.skip("there is no MariaDB server")
    folder = Path(tempfile.mkdtemp(prefix="my", dir="/tmp"))
    user = unprivileged(folder, "mysql")
    plain = ["--no-defaults", f"--datadir={folder / 'data'}"]
    socket = folder / "socket"
    try:
        subprocess.run(
            [*user, install, *plain, "--auth-root-authentication-method=normal", "--skip-test-db"],
            check=True,
            cwd=folder,
            capture_output=True,
        )
        options = ["--skip-networking", f"--socket={socket}", "--innodb-flush-log-at-trx-commit=0"]
        server = subprocess.Popen(
            [*user, MARIADB, *plain, *options], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            for _ in range(300):
                if socket.exists() or server.poll() is not None:
                    break
                time.sleep(0.1)
            yield str(socket)
        finally:
            server.terminate()
            server.wait(30)
    finally:
        shutil.rmtree(folder)
