"""Who the bot is and what its menus offer."""

import json
import re
from typing import Any

from tests.standins.telegram.cloud import Cloud
from tests.standins.telegram.keyboards import address_in, check_link
from tests.standins.telegram.methods.registry import method
from tests.standins.telegram.records import Json
from tests.standins.telegram.refusals import bad_request
from tests.standins.telegram.wire import Params

MOST_COMMANDS = 100
LONGEST_DESCRIPTION = 256


@method("getMe")
def get_me(cloud: Cloud, params: Params) -> Json:
    abilities = {"can_join_groups": True, "can_read_all_group_messages": False, "supports_inline_queries": False}
    return {**cloud.bot, **abilities, "can_connect_to_business": False, "has_main_web_app": False}


@method("setMyCommands")
def set_my_commands(cloud: Cloud, params: Params) -> bool:
    commands = params.json("commands", "can't parse commands JSON object")
    if not isinstance(commands, list):
        raise bad_request("expected an Array of BotCommand")  # ours
    if len(commands) > MOST_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        check_command(command)
    cloud.profile[place_of_commands(params)] = commands
    return True


@method("getMyCommands")
def get_my_commands(cloud: Cloud, params: Params) -> list[Json]:
    return list(cloud.profile.get(place_of_commands(params), []))


@method("deleteMyCommands")
def delete_my_commands(cloud: Cloud, params: Params) -> bool:
    cloud.profile.pop(place_of_commands(params), None)
    return True


def check_command(command: Any) -> None:
    if not isinstance(command, dict) or not re.fullmatch(r"/?[a-z0-9_]{1,32}", str(command.get("command", ""))):
        raise bad_request("BOT_COMMAND_INVALID")
    if not 1 <= len(str(command.get("description", ""))) <= LONGEST_DESCRIPTION:
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")


def place_of_commands(params: Params) -> tuple[str, ...]:
    """For whom the commands are and in which language."""
    scope = params.json("scope", "can't parse BotCommandScope JSON object") or {"type": "default"}
    return ("commands", json.dumps(scope, sort_keys=True), language(params))


def language(params: Params) -> str:
    code = params.text("language_code")
    if not re.fullmatch(r"([a-z]{2})?", code):
        raise bad_request("invalid language code specified")  # ours
    return code


@method("setMyName")
def set_my_name(cloud: Cloud, params: Params) -> bool:
    return keep_words(cloud, params, "name", 64)


@method("setMyDescription")
def set_my_description(cloud: Cloud, params: Params) -> bool:
    return keep_words(cloud, params, "description", 512)


@method("setMyShortDescription")
def set_my_short_description(cloud: Cloud, params: Params) -> bool:
    return keep_words(cloud, params, "short_description", 120)


def keep_words(cloud: Cloud, params: Params, name: str, longest: int) -> bool:
    if len(params.text(name)) > longest:
        raise bad_request(f"bot {name.replace('_', ' ')} is too long")  # ours
    cloud.profile[(name, language(params))] = params.text(name)
    return True


@method("setChatMenuButton")
def set_chat_menu_button(cloud: Cloud, params: Params) -> bool:
    button = params.json("menu_button", "can't parse menu button JSON object") or {"type": "default"}
    check_menu_button(button, cloud.local_links)
    if params.text("chat_id"):
        cloud.chat(params).menu_button = button
    else:
        cloud.menu_button = button
    return True


def check_menu_button(button: Any, local_links: bool) -> None:
    kind = button.get("type") if isinstance(button, dict) else None
    if kind not in {"web_app", "commands", "default"}:
        raise bad_request("can't parse menu button: MenuButton has unsupported type")  # ours
    if kind == "web_app":
        if not button.get("text"):
            raise bad_request("can't parse menu button: Can't find field \"text\"")
        check_link(address_in(button.get("web_app")), "menu button Web App", https_only=True, local_links=local_links)
