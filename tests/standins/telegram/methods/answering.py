"""Answers to what people pressed."""

from tests.standins.telegram.cloud import Cloud
from tests.standins.telegram.methods.registry import method
from tests.standins.telegram.records import Json
from tests.standins.telegram.refusals import QUERY_GONE, bad_request
from tests.standins.telegram.texts import compact
from tests.standins.telegram.wire import Params

QUERY_LIVES = 150
"""Seconds in which a callback query can be answered."""
LONGEST_ANSWER = 200


@method("answerCallbackQuery")
def answer_callback_query(cloud: Cloud, params: Params) -> bool:
    """Stop the button's spinning, once."""
    query = cloud.queries.get(params.text("callback_query_id"))
    if query is None or query.answer is not None or cloud.now() - query.issued_at > QUERY_LIVES:
        raise bad_request(QUERY_GONE)
    if len(params.text("text")) > LONGEST_ANSWER:
        raise bad_request("MESSAGE_TOO_LONG")
    query.answer = compact(text=params.text("text"), show_alert=params.flag("show_alert"), url=params.text("url"))
    return True


@method("answerWebAppQuery")
def answer_web_app_query(cloud: Cloud, params: Params) -> Json:
    query = params.required("web_app_query_id")
    result = params.json("result", "can't parse JSON object")
    if not isinstance(result, dict) or not result.get("id") or not result.get("type"):
        raise bad_request("can't parse inline query result")  # ours
    if query not in cloud.web_app_queries:
        raise bad_request(QUERY_GONE)
    cloud.web_app_queries.remove(query)
    return {"inline_message_id": f"inline-{query}"}
