"""WHO gets a broadcast, and how far it has come."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.postgres.aggregates import BoolOr
from django.db.models import Case, CharField, Count, Exists, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Cast

from accounts.models import Client
from accounts.models.client import ClientQuerySet
from booking.models import Appointment, Status
from booking.queries.visits import database_time
from notifications.channels import open_channels
from notifications.models import Broadcast, DeadAddress, Delivery, PushSubscription
from notifications.queries import BROADCASTS
from notifications.values import ALL_CHANNELS, OFFER, Channel, RecipientRole, State

NONE = ""


def audience_of(broadcast: Broadcast) -> ClientQuerySet:
    """The active clients who have agreed to offers and fit every filter that is set, as of its start, or of now."""
    now = broadcast.started_at or database_time()
    clients = Client.objects.filter(company_id=broadcast.company_id, is_active=True, preferences__wants_offers=True)
    clients = clients.exclude(preferences__muted__contains=[f"{OFFER}:{ALL_CHANNELS}"])
    came = visits_until(now)
    if broadcast.not_seen_days is not None:
        recently = came.filter(start_time__gt=now - timedelta(days=broadcast.not_seen_days))
        clients = clients.filter(~Exists(recently))
    if broadcast.had_service_id is not None:
        clients = clients.filter(Exists(came.filter(service=broadcast.had_service_id)))
    if broadcast.at_location_id is not None:
        clients = clients.filter(Exists(came.filter(location=broadcast.at_location_id)))
    if broadcast.has_balance:
        clients = clients.filter(wallet__balance__gt=0)
    return clients


def visits_until(now: datetime) -> QuerySet[Appointment]:
    """Of the client of an outer query: those he came to, and those of the past that nobody has marked yet."""
    came = Q(status__in=(Status.ARRIVED, Status.COMPLETED)) | Q(status=Status.CONFIRMED, start_time__lte=now)
    return Appointment.objects.filter(came, client=OuterRef("pk"))


# --- before it starts ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Preview:
    """How many ``people`` fit, and how many of them will be told by each channel."""

    people: int
    by_channel: dict[Channel, int]

    @property
    def out_of_reach(self) -> int:
        """Without an address that works, or with every one of them switched off for offers."""
        return self.people - sum(self.by_channel.values())


def preview_of(broadcast: Broadcast) -> Preview:
    """What would happen if it were started now: two statements, however many people."""
    ways = [When(is_reached_by(channel), then=Value(channel)) for channel in channels_of_offers()]
    by = Case(*ways, default=Value(NONE), output_field=CharField())
    rows = audience_of(broadcast).order_by().annotate(by=by).values_list("by").annotate(people=Count("pk"))
    found = dict(rows)
    return Preview(sum(found.values()), {channel: found[channel] for channel in Channel if channel in found})


def channels_of_offers() -> list[Channel]:
    return [channel for channel in open_channels() if BROADCASTS.is_on(RecipientRole.CLIENT, channel)]


def is_reached_by(channel: Channel) -> Q:
    """``wanted_addresses`` as a condition, for people who are only to be counted."""
    has = {
        Channel.TELEGRAM: Q(tg_id__isnull=False),
        Channel.WEB_PUSH: Q(Exists(PushSubscription.objects.filter(client=OuterRef("pk")))),
        Channel.EMAIL: ~Q(email=""),
    }
    address = {Channel.TELEGRAM: Cast(OuterRef("tg_id"), CharField()), Channel.EMAIL: OuterRef("email")}
    alive = Q()
    if channel in address:
        alive = ~Q(Exists(DeadAddress.objects.filter(channel=channel, address=address[channel])))
    return has[channel] & alive & ~Q(preferences__muted__contains=[f"{OFFER}:{channel}"])


# --- while it runs ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Progress:
    """How many people have been written for, and what has become of them: somebody whose chat was dead and who was sent
    a mail instead is one person, and ``sent``. While ``addressed`` of the broadcast is false, more will be written."""

    total: int
    sent: int
    failed: int
    waiting: int
    dropped: int

    @property
    def percent(self) -> int:
        return 100 * (self.total - self.waiting) // self.total if self.total else 0


def progress_of(broadcast: Broadcast) -> Progress:
    """One statement."""
    people = Delivery.objects.filter(broadcast=broadcast.pk).order_by().values("recipient")
    people = people.annotate(
        was_sent=BoolOr(Q(state=State.SENT)),
        is_open=BoolOr(Q(state__in=(State.WAITING, State.SENDING))),
        was_dropped=BoolOr(Q(state=State.DROPPED)),
    )
    waiting, dropped = Q(was_sent=False, is_open=True), Q(was_sent=False, is_open=False, was_dropped=True)
    failed = Q(was_sent=False, is_open=False, was_dropped=False)
    return Progress(
        **people.aggregate(
            total=Count("recipient"),
            sent=Count("recipient", filter=Q(was_sent=True)),
            failed=Count("recipient", filter=failed),
            waiting=Count("recipient", filter=waiting),
            dropped=Count("recipient", filter=dropped),
        )
    )
