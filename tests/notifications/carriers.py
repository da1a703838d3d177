"""Carriers that write down what they are given, and answer what a test wants."""

from collections import deque

from notifications.errors import NotSent
from notifications.values import Channel, Message


class Recorder:
    """One channel of a test; ``script`` holds what it raises next, None for a success."""

    sent: list[Message]
    script: deque[NotSent | None]
    configured: bool

    @classmethod
    def reset(cls) -> None:
        cls.sent, cls.script, cls.configured = [], deque(), True

    @classmethod
    def answers(cls, *answers: NotSent | None) -> None:
        cls.script.extend(answers)

    @classmethod
    def targets(cls) -> list[str]:
        return [message.target for message in cls.sent]

    def is_configured(self) -> bool:
        return self.configured

    def send(self, message: Message) -> str:
        if self.script and (answer := self.script.popleft()):
            raise answer
        self.sent.append(message)
        return message.replaces or f"{type(self).__name__}-{len(self.sent)}"


class Telegram(Recorder):
    pass


class Push(Recorder):
    pass


class Mail(Recorder):
    pass


class Sms(Recorder):
    pass


RECORDERS: dict[str, type[Recorder]] = {
    Channel.TELEGRAM: Telegram,
    Channel.WEB_PUSH: Push,
    Channel.EMAIL: Mail,
    Channel.SMS: Sms,
}
PATHS = {channel: f"{__name__}.{recorder.__name__}" for channel, recorder in RECORDERS.items()}
