"""Where the embedded servers keep their files, and as whom they run."""

import hashlib
import os
import pwd
import stat
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from config.embedded.words import EmbeddedError, say

PROJECT = Path(__file__).resolve().parents[2]
# /var/lib first: what lies in /var/tmp for a month without being touched is swept away by many systems.
ELSEWHERE = (Path("/var/lib"), Path("/var/tmp"))  # noqa: S108 - the folder in it is refused unless it is ours alone


@dataclass(frozen=True)
class Place:
    """One project's servers: ``home`` is for us, ``folder`` for them; the same one whenever they can reach it."""

    project: Path = PROJECT

    @cached_property
    def home(self) -> Path:
        """The git-ignored folder with the state file and the lock."""
        home = self.project / ".okno"
        try:
            home.mkdir(exist_ok=True)
            self.give_to_the_owner(home)
        except OSError as error:
            raise EmbeddedError(no_access(home)) from error
        return home

    @cached_property
    def account(self) -> pwd.struct_passwd | None:
        """Whom the servers run as when we are root, because PostgreSQL refuses root; None: as ourselves."""
        if os.geteuid() != 0:
            return None
        for path in (self.project / ".okno" / "postgres", self.project):
            owner = known(path.stat().st_uid) if path.exists() else None
            if owner and owner.pw_uid != 0:
                return owner
        if nobody := known("nobody"):
            return nobody
        raise EmbeddedError("PostgreSQL refuses to run as root, and there is no user nobody: run as an ordinary user.")

    @cached_property
    def folder(self) -> Path:
        """The folder with the servers' data and logs."""
        if self.account is None or reachable(self.home, self.account):
            return self.home
        return self.folder_elsewhere()

    def folder_elsewhere(self) -> Path:
        """A folder outside the project, which lies where an unprivileged user may not go (under /root, say)."""
        name = "okno-" + hashlib.sha256(bytes(self.project)).hexdigest()[:12]
        for parent in ELSEWHERE:
            folder = parent / name
            try:
                folder.mkdir()
            except FileExistsError:
                refuse_a_stranger(folder)
            except OSError:
                continue
            else:
                say(f"The embedded servers keep their data in {folder}: their user cannot reach {self.home}.")
            folder.chmod(0o755)
            return folder
        raise EmbeddedError(
            f"No unprivileged user can reach {self.home}, and neither /var/lib nor /var/tmp can be written."
        )

    def subfolder(self, name: str) -> Path:
        """A folder of the servers' own, closed to everybody else."""
        path = self.folder / name
        try:
            path.mkdir(mode=0o700, exist_ok=True)
            self.give_to_the_account(path)
        except OSError as error:
            raise EmbeddedError(no_access(path)) from error
        if path.stat().st_uid != (self.account.pw_uid if self.account else os.geteuid()):
            raise EmbeddedError(no_access(path))
        return path

    def give_to_the_account(self, path: Path) -> None:
        if self.account:
            os.chown(path, self.account.pw_uid, self.account.pw_gid)

    def give_to_the_owner(self, path: Path) -> None:
        """After `sudo make run` in somebody's checkout that somebody must still be able to read the state."""
        if os.geteuid() == 0:
            owner = self.project.stat()
            os.chown(path, owner.st_uid, owner.st_gid)


def known(user: int | str) -> pwd.struct_passwd | None:
    """The entry in the list of users, which initdb insists on; in a container the owner of a folder may have none."""
    try:
        return pwd.getpwuid(user) if isinstance(user, int) else pwd.getpwnam(user)
    except KeyError:
        return None


def reachable(folder: Path, account: pwd.struct_passwd) -> bool:
    """Whether ``account``, with no other group than its own, may enter ``folder``."""
    return all(searchable(step, account) for step in (folder, *folder.parents))


def searchable(folder: Path, account: pwd.struct_passwd) -> bool:
    status = folder.stat()
    if status.st_uid == account.pw_uid:
        return bool(status.st_mode & stat.S_IXUSR)
    if status.st_gid == account.pw_gid:
        return bool(status.st_mode & stat.S_IXGRP)
    return bool(status.st_mode & stat.S_IXOTH)


def refuse_a_stranger(folder: Path) -> None:
    """Anybody may have made that name in a shared folder before us, to read or to replace what we put there."""
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid() or status.st_mode & 0o022:
        raise EmbeddedError(f"{folder} was made by somebody else. Look what it is, and remove it.")


def no_access(path: Path) -> str:
    if not path.exists():
        return f"No right to make {path}. Run as the user who owns {path.parent}."
    owner = known(path.stat().st_uid)
    belongs = f"It belongs to {owner.pw_name}. " if owner else ""
    return f"No right to use {path}. {belongs}Run as the user who made it, or remove it (the demo's data are in it)."
