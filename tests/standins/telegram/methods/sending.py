"""Messages to people."""

import re

from tests.standins.telegram.cloud import Cloud
from tests.standins.telegram.keyboards import read_keyboard
from tests.standins.telegram.links import BadLinkError, checked_link
from tests.standins.telegram.methods.registry import method
from tests.standins.telegram.records import Json, User
from tests.standins.telegram.refusals import bad_request
from tests.standins.telegram.texts import compact, read_caption, read_text
from tests.standins.telegram.wire import Params, Upload

BIGGEST_PHOTO = 10 * 1024 * 1024
PICTURES = re.compile(rb"\x89PNG\r\n\x1a\n|\xff\xd8\xff|GIF8|RIFF....WEBP", re.DOTALL)
CHAT_ACTIONS = (
    "typing upload_photo record_video upload_video record_voice upload_voice upload_document choose_sticker"
    " find_location record_video_note upload_video_note"
).split()


@method("sendMessage")
def send_message(cloud: Cloud, params: Params) -> Json:
    return send(cloud, params, read_text(params))


@method("sendPhoto")
def send_photo(cloud: Cloud, params: Params) -> Json:
    photo = read_file(cloud, params, "photo")
    if len(photo.content) > BIGGEST_PHOTO:
        size = f"file of size {len(photo.content)} bytes is too big for a photo"
        raise bad_request(f"{size}; the maximum size is {BIGGEST_PHOTO} bytes")
    if photo.content and not PICTURES.match(photo.content):
        raise bad_request("IMAGE_PROCESS_FAILED")
    sizes = [{**file_of(cloud, photo), "width": 800, "height": 600}]
    return send(cloud, params, {"photo": sizes, **read_caption(params)}, photo)


@method("sendDocument")
def send_document(cloud: Cloud, params: Params) -> Json:
    document = read_file(cloud, params, "document")
    described = {**file_of(cloud, document), "file_name": document.name, "mime_type": document.content_type}
    return send(cloud, params, {"document": described, **read_caption(params)}, document)


@method("sendVenue")
def send_venue(cloud: Cloud, params: Params) -> Json:
    location = {"latitude": degrees(params, "latitude", 90), "longitude": degrees(params, "longitude", 180)}
    venue = {"location": location, "title": params.required("title"), "address": params.required("address")}
    return send(cloud, params, {"location": location, "venue": venue})


@method("sendChatAction")
def send_chat_action(cloud: Cloud, params: Params) -> bool:
    if params.required("action").lower() not in CHAT_ACTIONS:
        raise bad_request("wrong parameter action in request")
    cloud.reachable(params)
    return True


def send(cloud: Cloud, params: Params, content: Json, upload: Upload | None = None) -> Json:
    """Put the message into the chat, unless the chat, the keyboard or the pace forbid it."""
    keyboard = read_keyboard(params, local_links=cloud.local_links)
    user = cloud.reachable(params)
    reply = replied_to(cloud, params, user)
    cloud.flood.admit(user.id, cloud.now())
    silent, protected = params.flag("disable_notification"), params.flag("protect_content")
    content = {**content, **compact(reply_to_message=reply, has_protected_content=protected)}
    return cloud.describe(cloud.post(user, content, reply_markup=keyboard, silent=silent, upload=upload))


def replied_to(cloud: Cloud, params: Params, user: User) -> Json | None:
    wanted = params.json("reply_parameters", "can't parse reply parameters JSON object") or {}
    message = cloud.messages.get(int(wanted.get("message_id") or 0))
    if message is not None and message.chat_id == user.id and not message.deleted:
        return cloud.describe(message)
    if wanted and not wanted.get("allow_sending_without_reply"):
        raise bad_request("message to be replied not found")
    return None


def read_file(cloud: Cloud, params: Params, field: str) -> Upload:
    """The file that came along, or was sent before, or is to be fetched (which the stand-in does not do)."""
    named = params.text(field)
    upload = params.files.get(named.removeprefix("attach://") if named.startswith("attach://") else field)
    if upload is not None:
        if not upload.content:
            raise bad_request("file must be non-empty")
        return upload
    if not named:
        raise bad_request(f"there is no {field} in the request")
    if named in cloud.files:
        return cloud.files[named]
    try:
        return Upload(checked_link(named), "application/octet-stream", b"")
    except BadLinkError:
        raise bad_request("wrong file identifier/HTTP URL specified") from None


def file_of(cloud: Cloud, upload: Upload) -> Json:
    file_id = cloud.keep_file(upload)
    return {"file_id": file_id, "file_unique_id": file_id[:16], "file_size": len(upload.content)}


def degrees(params: Params, name: str, most: float) -> float:
    text = params.text(name)
    if not text:
        raise bad_request(f"{name} is empty")
    if not re.fullmatch(r"-?\d{1,3}(\.\d+)?", text) or abs(float(text)) > most:
        raise bad_request(f"wrong {name} specified")  # ours
    return float(text)
