"""Hold and confirm as an ordinary Django view would: lock, check, write, one event; no reasons, no alternatives."""

from datetime import datetime, timedelta

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone

from accounts.models import Client
from booking.models import OCCUPYING, Appointment, AppointmentEvent, Status
from catalog.models import Service, Specialist

WEB = {"user_id": None, "role": "client", "channel": "web"}


def hold(request: HttpRequest, location_id: int, service_id: int) -> HttpResponse:
    start = datetime.fromisoformat(request.POST["slot"])
    specialist_id = int(request.POST["specialist"])
    service = Service.objects.get(pk=service_id)
    end = start + timedelta(minutes=service.duration_min)
    with transaction.atomic():
        list(Specialist.objects.select_for_update(no_key=True).filter(pk=specialist_id).values_list("pk"))
        if taken(specialist_id, start, end):
            return said("taken", 409)
        appointment = Appointment.objects.create(
            company_id=service.company_id,
            location_id=location_id,
            service=service,
            specialist_id=specialist_id,
            start_time=start,
            end_time=end,
            busy_until=end + timedelta(minutes=service.break_min),
            price=service.price,
            source="web",
            expires_at=timezone.now() + timedelta(minutes=5),
        )
        record(appointment, "hold_placed", {"start_time": start.isoformat(), "specialist_id": specialist_id})
    return redirect(f"/hold/{appointment.hold_token}/")


def taken(specialist_id: int, start: datetime, end: datetime) -> bool:
    near = Appointment.objects.filter(specialist_id=specialist_id, status__in=OCCUPYING)
    day = timedelta(days=1)
    return near.filter(start_time__gt=start - day, start_time__lt=end, busy_until__gt=start).exists()


def confirm(request: HttpRequest, token: str) -> HttpResponse:
    with transaction.atomic():
        found = Appointment.objects.only("specialist_id").get(hold_token=token)
        list(Specialist.objects.select_for_update(no_key=True).filter(pk=found.specialist_id).values_list("pk"))
        appointment = Appointment.objects.select_for_update(no_key=True).get(pk=found.pk)
        phone, name = request.POST["phone"], request.POST["name"]
        appointment.client, _ = Client.objects.get_or_create(
            company_id=appointment.company_id, phone=phone, defaults={"first_name": name}
        )
        appointment.contact_name, appointment.contact_phone = name, phone
        appointment.status, appointment.expires_at = Status.CONFIRMED, None
        appointment.version += 1
        appointment.save(
            update_fields=["client", "contact_name", "contact_phone", "status", "expires_at", "version", "updated_at"]
        )
        record(appointment, "booking_created", {"status": ["HOLD", "CONFIRMED"]})
    return redirect(f"/v/{appointment.visit_token}/")


def record(appointment: Appointment, event_type: str, payload: dict[str, object]) -> None:
    AppointmentEvent.objects.create(appointment=appointment, event_type=event_type, initiated_by=WEB, payload=payload)


def redirect(where: str) -> HttpResponse:
    return HttpResponse(status=302, headers={"Location": where, "Content-Length": "0"})


def said(words: str, status: int = 200) -> HttpResponse:
    return HttpResponse(words, status=status, headers={"Content-Length": str(len(words))})


def healthz(request: HttpRequest) -> HttpResponse:
    return said("ok")


urlpatterns = [
    path("healthz", healthz),
    path("bare/<int:location_id>/<int:service_id>/", hold),
    path("hold/<str:token>/", confirm),
]
