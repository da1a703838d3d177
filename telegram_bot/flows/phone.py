"""A person proves his number by sharing his own contact; asked for once, after the first booking (experience §3.4)."""

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.commands import prove_phone
from booking.models.appointment import ClockTimestamp
from telegram_bot.routes import answer
from telegram_bot.screens import text_of
from telegram_bot.talk import Talk
from telegram_bot.values import After, Notice, PhoneQuestion, Reply, Screen

CONTACT = "contact"


def phone_question(talk: Talk) -> tuple[After, ...]:
    """To send below, unless it was asked before."""
    if talk.person.was_asked_for_phone:
        return ()
    note_asking(talk)
    return (question(talk),)


def note_asking(talk: Talk) -> None:
    """From now on nobody is asked who does not want to be."""
    talk.change_chat(phone_asked_at=ClockTimestamp())


def question(talk: Talk) -> PhoneQuestion:
    text = text_of("phone/question", company=talk.company)
    return PhoneQuestion(text, share="📱 " + _("Send my number"), skip=skip_word())


def skip_word() -> str:
    return _("Skip")


def is_skip(text: str) -> bool:
    """In whichever language the key was."""
    words = []
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            words.append(skip_word())
    return text in words


def skipped(talk: Talk) -> Reply:
    return Reply(after=(notice(_("All right. You can do it later in the settings.")),))


def about_the_phone(talk: Talk, text: str) -> Reply | None:
    """The keys of its question stand below the chat, and may be pressed while something else is asked for."""
    shares_number = talk.contact is not None and talk.contact.phone
    if not shares_number and not is_skip(text):
        return None
    talk.typed = ""
    return take_contact(talk, text) if shares_number else skipped(talk)


@answer(CONTACT)
def take_contact(talk: Talk, text: str) -> Reply:
    """Only his own, and of now: anybody can send anybody's card, and whoever once had a number may still have the old
    message that says so."""
    contact, sender = talk.contact, talk.person.sender
    if contact is None or contact.tg_id != sender.tg_id or contact.is_passed_on or not contact.phone:
        return Reply(after=(notice(_("This is somebody else's number. Please use the button below.")),))
    with talk.effect():
        prove_phone(
            talk.company.pk,
            sender.tg_id,
            contact.phone,
            first_name=sender.first_name,
            last_name=sender.last_name,
            language=talk.person.language,
        )
    talk.look_again()
    return Reply(after=(notice(text_of("phone/thanks")),))


def notice(text: str) -> Notice:
    return Notice(Screen(text), ends_question=True)
