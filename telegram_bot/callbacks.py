"""The grammar of the buttons (experience §3.3): one pattern a verb, its parts by name, and who may press it.

What comes back is untrusted: a chat can send any data, also of buttons that it never had.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from accounts.values import Role

LONGEST = 64
"""Bytes (facts T2)."""
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
PART = re.compile(r"\{(\w+)\}")

ANYBODY = frozenset(Role)
SPECIALIST = frozenset({Role.SPECIALIST})
DESK = frozenset({Role.ADMIN, Role.OPERATOR})
ADMIN = frozenset({Role.ADMIN})
STAFF = SPECIALIST | DESK


def base36(number: int) -> str:
    """A number of zero or more in as few letters as go."""
    text = ""
    while number or not text:
        number, digit = divmod(number, 36)
        text = DIGITS[digit] + text
    return text


def from_base36(text: str) -> int:
    return int(text, 36)


def minute36(moment: datetime) -> str:
    """The minute of a moment."""
    return base36((moment - EPOCH) // timedelta(minutes=1))


def from_minute36(text: str) -> datetime:
    return EPOCH + timedelta(minutes=int(text, 36))


def from_day(text: str) -> date:
    """Raises ValueError for a day that is none."""
    return date(int(text[:4]), int(text[4:6]), int(text[6:]))


TO_CARD = "n"
"""To the card of the visit."""
WAY_BACK = re.compile(r"[nlhdc][0-9a-z]{0,12}", re.ASCII)


def way_back(text: str) -> str:
    """``n``: the card; ``l<page>``: coming visits; ``h<page>``: past ones; ``d<yyyymmdd>``: a day; ``c<client in
    base 36>``. Whatever else it says, it is the card."""
    return text if WAY_BACK.fullmatch(text) else TO_CARD


@dataclass(frozen=True, slots=True)
class Part:
    """How a part is written, and read; ``read`` raises ValueError for what only looks like one."""

    regex: str
    write: Callable[[Any], str] = str
    read: Callable[[str], Any] = str


ID = Part(r"[1-9]\d{0,17}", read=int)
ID36 = Part(r"[1-9a-z][0-9a-z]{0,11}", base36, from_base36)
PARTS: dict[str, Part] = {
    **dict.fromkeys(("id", "location", "service", "company"), ID),
    **dict.fromkeys(("hold", "client"), ID36),
    "specialist": Part(r"0|[1-9]\d{0,17}", lambda pk: str(pk or 0), lambda text: int(text) or None),
    "page": Part(r"\d{1,3}", read=int),
    "length": Part(r"[1-9]\d{0,2}", read=int),
    "day": Part(r"[12]\d{7}", lambda day: f"{day:%Y%m%d}", from_day),
    "start": Part(r"[0-9a-z]{1,6}", minute36, from_minute36),
    "return_to": Part(r"[!-9;-~]{1,20}", way_back, way_back),
    "language": Part("ru|en"),
    "event": Part(r"[a-z_]{1,20}"),
    "channel": Part(r"[a-z_]{1,10}"),
    "role": Part("client|specialist|admin"),
    "on": Part("0|1", lambda on: str(int(on)), lambda text: text == "1"),
    "step": Part("arr|done|ns|xarr|xdone|xns"),
    "answer": Part("yes|move|no"),
    "days": Part("1|7|30", read=int),
    "whom": Part(r"0|[1-9a-z][0-9a-z]{0,11}", lambda pk: base36(pk or 0), lambda text: from_base36(text) or None),
    "choice": Part(r"[a-z0-9]{1,14}"),
    "deed": Part("start|pause|resume|stop|drop"),
}
"""By the names that patterns use. ``specialist`` 0 is any, ``whom`` 0 a guest: None here. A ``step`` with an x is that
one taken back."""


@dataclass(frozen=True)
class Callback:
    """A kind of button: ``pattern`` as in ``b:m:{location}:{service}``, and the roles that may press it."""

    pattern: str
    by: frozenset[Role] = ANYBODY
    regex: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        regex = PART.sub(lambda part: f"(?P<{part[1]}>{PARTS[part[1]].regex})", self.pattern)
        object.__setattr__(self, "regex", re.compile(regex, re.ASCII))

    def __call__(self, **parts: Any) -> str:
        """The data of one such button."""
        data = PART.sub(lambda part: PARTS[part[1]].write(parts[part[1]]), self.pattern)
        assert self.regex.fullmatch(data), data  # noqa: S101 - a button that we could not read is our own fault
        return data

    def read(self, data: str) -> dict[str, Any] | None:
        """The parts of ``data``, or None when it is no such button's."""
        found = self.regex.fullmatch(data)
        if found is None:
            return None
        try:
            return {name: PARTS[name].read(text) for name, text in found.groupdict().items()}
        except (ValueError, OverflowError):
            return None


# Source 001 §6.2, to the letter.
CARD_EDIT = Callback("bkn:edit:{id}", DESK)
CARD_HIDE = Callback("bkn:hide:{id}", DESK)
CARD_BACK = Callback("bkn:back:{id}", DESK)
EDIT = Callback("bke:menu:{id}:{return_to}")
CANCEL = Callback("bke:cancel:{id}:{return_to}")
CONFIRM_CANCEL = Callback("bke:confirm_cancel:{id}:{return_to}")
RESCHEDULE = Callback("bke:reschedule:{id}")

# Everybody.
HOME = Callback("n:home")
MENU_BELOW = Callback("n:menu")
"""The same under a receipt, which stays."""
HELP = Callback("n:help")
CONTACTS = Callback("n:contacts")
LANGUAGES = Callback("n:lang")
AS_CLIENT = Callback("n:client", STAFF)
COMPANY = Callback("n:company:{company}")
INERT = Callback("x")

# Booking.
LOCATIONS = Callback("b:l:{page}")
SERVICES = Callback("b:s:{location}:{page}")
SPECIALISTS = Callback("b:m:{location}:{service}")
NEAREST = Callback("b:q:{location}:{service}:{specialist}")
DAYS = Callback("b:d:{location}:{service}:{specialist}:{page}")
TIMES = Callback("b:t:{location}:{service}:{specialist}:{day}:{page}")
HOLD = Callback("b:h:{location}:{service}:{specialist}:{start}")
CONFIRM = Callback("b:c:{hold}")
PAY = Callback("b:p:{hold}")
RELEASE = Callback("b:x:{hold}")
OTHER_TIME = Callback("b:a:{hold}")
COMMENT_ON_HOLD = Callback("b:w:{hold}")
STOP_COMMENTING = Callback("b:wx:{hold}")

# My visits.
UPCOMING = Callback("m:l:{page}")
PAST = Callback("m:h:{page}")
VISIT = Callback("m:o:{id}")
CALENDAR_FILE = Callback("m:ics:{id}")
REPEAT = Callback("m:rep:{id}")
OWN_CARD = Callback("m:c:{id}")
COMMENT = Callback("m:w:{id}")
STOP_FOLLOWING = Callback("m:u:{id}")
REMINDER = Callback("rm:{id}:{answer}")
STOP_ASKING = Callback("m:f")
"""Leaves whatever is being asked for."""

# Inside a move.
MOVE_DAYS = Callback("r:d:{id}:{page}")
MOVE_TIMES = Callback("r:t:{id}:{day}")
MOVE_PART = Callback("r:t:{id}:{day}:{page}")
"""The same of a part of the day that is not its first."""
MOVE_ASK = Callback("r:a:{id}:{start}")
MOVE = Callback("r:h:{id}:{start}")
UNDO_MOVE = Callback("r:u:{id}")

# Wallet and settings.
WALLET = Callback("w:{page}")
SETTINGS = Callback("s:menu")
SET_LANGUAGE = Callback("s:l:{language}")
MUTE = Callback("s:n:{event}:{channel}")
CHANNELS = Callback("s:ch")
OFFERS = Callback("s:o:{on}")
EVERY_CHANNEL = Callback("s:e:{on}")
SHARE_PHONE = Callback("s:p")

# Specialist.
MY_TODAY = Callback("sp:d", SPECIALIST)
MY_DAY = Callback("sp:d:{day}", SPECIALIST)
MY_DAY_PAGE = Callback("sp:d:{day}:{page}", SPECIALIST)
MY_WEEK = Callback("sp:w:{day}", SPECIALIST)
MY_VISIT = Callback("sp:o:{id}", SPECIALIST)
MY_STEP = Callback("sp:v:{id}:{step}", SPECIALIST)
MY_CARD = Callback("sp:c:{id}", SPECIALIST)
BREAK = Callback("sp:b:{day}", SPECIALIST)
BREAK_LENGTH = Callback("sp:b1:{start}", SPECIALIST)
TAKE_BREAK = Callback("sp:b2:{start}:{length}", SPECIALIST)
DROP_BREAK = Callback("sp:bx:{id}", SPECIALIST)
EXPLAIN_BREAK = Callback("sp:br:{id}", SPECIALIST)

# Administrators and operators.
DESK_TODAY = Callback("ad:d", DESK)
DESK_DAY = Callback("ad:d:{day}:{specialist}", DESK)
DESK_DAY_PAGE = Callback("ad:d:{day}:{specialist}:{page}", DESK)
DESK_PEOPLE = Callback("ad:w:{day}:{page}", DESK)
DESK_VISIT = Callback("ad:o:{id}", DESK)
DESK_STEP = Callback("ad:v:{id}:{step}", DESK)
FIND = Callback("ad:find", DESK)
CLIENT_CARD = Callback("ad:c:{client}", DESK)
BOOK_FOR = Callback("ad:new", DESK)
NEW_PLACE = Callback("ad:nl:{whom}", DESK)
NEW_SERVICE = Callback("ad:ns:{whom}:{location}:{page}", DESK)
NEW_SPECIALIST = Callback("ad:nm:{whom}:{location}:{service}", DESK)
NEW_NEAREST = Callback("ad:nq:{whom}:{location}:{service}:{specialist}", DESK)
NEW_DAYS = Callback("ad:nd:{whom}:{location}:{service}:{specialist}:{page}", DESK)
NEW_TIMES = Callback("ad:nt:{whom}:{location}:{service}:{specialist}:{day}:{page}", DESK)
NEW_CHECK = Callback("ad:nc:{whom}:{location}:{service}:{specialist}:{start}", DESK)
NEW_BOOK = Callback("ad:nb:{whom}:{location}:{service}:{specialist}:{start}", DESK)
FIGURES = Callback("ad:fig:{days}", DESK)
SWITCHES = Callback("ad:set", ADMIN)
SWITCH = Callback("ad:set:{event}:{role}", ADMIN)
BROADCASTS = Callback("ad:bc", ADMIN)
BROADCAST = Callback("ad:bc:{id}", ADMIN)
NEW_BROADCAST = Callback("ad:bcn", ADMIN)
WRITE_BROADCAST = Callback("ad:bcn:{choice}", ADMIN)
REWRITE_BROADCAST = Callback("ad:bct:{id}", ADMIN)
BROADCAST_AUDIENCE = Callback("ad:bca:{id}", ADMIN)
SET_AUDIENCE = Callback("ad:bca:{id}:{choice}", ADMIN)
ASK_BEFORE = Callback("ad:bcq:{id}:{deed}", ADMIN)
STEER = Callback("ad:bcs:{id}:{deed}", ADMIN)

GRAMMAR: tuple[Callback, ...] = tuple(each for each in list(globals().values()) if isinstance(each, Callback))

MOVES = frozenset({RESCHEDULE, MOVE_DAYS, MOVE_TIMES, MOVE_PART, MOVE_ASK, MOVE, UNDO_MOVE})
"""The steps of a move, which remember where it began; every other button leaves it."""
STAYS_A_CARD = MOVES | {
    CARD_EDIT,
    CARD_HIDE,
    CARD_BACK,
    EDIT,
    CANCEL,
    CONFIRM_CANCEL,
    OWN_CARD,
    MY_CARD,
    REMINDER,
}
"""Pressed under a message about one visit: it changes in its place and never becomes the menu (experience §3.2). Not so
under a list, to which ``return_to`` leads back."""


@dataclass(frozen=True, slots=True)
class Press:
    """A button that somebody pressed: its kind and its parts."""

    callback: Callback
    parts: dict[str, Any]

    @property
    def is_on_a_card(self) -> bool:
        return self.callback in STAYS_A_CARD and self.parts.get("return_to", TO_CARD) == TO_CARD


def read_press(data: str) -> Press | None:
    """What was pressed; None for data that no button of ours has."""
    for callback in GRAMMAR:
        parts = callback.read(data)
        if parts is not None:
            return Press(callback, parts)
    return None
