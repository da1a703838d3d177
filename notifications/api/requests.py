"""What is asked of the endpoints of notifications, checked: every error names its field."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts.api.fields import IdField, MomentField, Strict, StrictQuery, TextField, TokenField
from notifications.models.setting import LONGEST_AD, validate_telegram_html
from notifications.values import ALL_CHANNELS, TOLD, Channel, Occasion, RecipientRole

LONGEST_ENDPOINT, LONGEST_P256DH, LONGEST_AUTH = 1000, 100, 40


class RowBody(Strict):
    """A row as it was read may be sent back, its key included."""

    id = IdField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs.pop("id", None)
        return attrs


class SettingBody(RowBody):
    """``context`` gives the ``row`` that is changed."""

    event_type = serializers.ChoiceField(Occasion.choices)
    recipient_role = serializers.ChoiceField(RecipientRole.choices)
    channel = serializers.ChoiceField([ALL_CHANNELS, *Channel.values], default=ALL_CHANNELS)
    enabled = serializers.BooleanField(default=True)
    ad_template = IdField(allow_null=True, default=None)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs, row = super().validate(attrs), self.context["row"]
        occasion = attrs.get("event_type", row.event_type)
        if attrs.get("recipient_role", row.recipient_role) not in TOLD[Occasion(occasion)]:
            raise serializers.ValidationError({"recipient_role": _("Nobody in this role is told of that.")})
        return attrs


class AdTemplateBody(RowBody):
    name = TextField(max_length=100)
    content_tg = TextField(max_length=LONGEST_AD, trim_whitespace=False, validators=[validate_telegram_html])
    content_html = TextField(max_length=10_000, trim_whitespace=False, allow_blank=True, default="")
    active = serializers.BooleanField(default=True)
    valid_until = MomentField(allow_null=True, default=None)


class Keys(serializers.Serializer[Any]):
    p256dh = TextField(max_length=LONGEST_P256DH)
    auth = TextField(max_length=LONGEST_AUTH)


class SubscriptionBody(Strict):
    """What a browser says of itself (``PushSubscription.toJSON()``), and the token of a visit that was booked in it."""

    endpoint = TextField(max_length=LONGEST_ENDPOINT)
    expirationTime = serializers.FloatField(required=False, allow_null=True)  # noqa: N815 - the browser's word
    keys = Keys()
    token = TokenField()


class TokenQuery(StrictQuery):
    token = TokenField()
