"""What the settings say about the digest's routes, and what they refuse."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from alert_digest.policy import policy
from diffusionwatch_cdk.settings import EnvironmentSettings, SettingsError
from diffusionwatch_cdk.settings.load import read_environment

FILE = """\
account: "111122223333"
region: us-east-1
runbooks: https://example.com/runbooks.md
budget: {{monthly_usd: 100}}
digest:
  routes:
    chat: {route}
"""


def read(folder: Path, route: str) -> EnvironmentSettings:
    path = folder / "some.yaml"
    path.write_text(FILE.format(route=route))
    return read_environment(path)


def test_a_route_tells_of_everything_at_any_time_unless_told_otherwise(tmp_path: Path) -> None:
    digest = read(tmp_path, "{channel: slack, secret: diffusionwatch/some/slack}").digest

    assert digest is not None
    chat = digest.routes["chat"]
    assert (chat.severities, chat.services, chat.hours) == (("page", "ticket"), (), None)


@pytest.mark.parametrize(
    ("route", "message"),
    [
        (
            "{channel: slak, secret: s}",
            "digest.routes.chat.channel is 'slak'; allowed: slack, pagerduty",
        ),
        ("{channel: slack}", "a route by slack names its secret"),
        ("{channel: email}", "a route by email names its addresses"),
        ("{channel: email, addresses: [nobody]}", "digest.routes.chat.addresses.0 is 'nobody'"),
        ("{channel: slack, secret: s, addresses: [a@b.example]}", "addresses are for email, not for slack"),
        ("{channel: slack, secret: s, services: [image-apy]}", "no service is called 'image-apy'"),
        ("{channel: slack, secret: s, severities: [leaf]}", "digest.routes.chat.severities.0 is 'leaf'"),
        ("{channel: slack, secret: s, hours: {zone: Mars/Base}}", "no time zone is called 'Mars/Base'"),
        ("{channel: slack, secret: s, hours: {start: '18:00', end: '09:00'}}", "comes after start"),
        ("{channel: slack, secret: s, hours: {start: '9:00'}}", "digest.routes.chat.hours.start is '9:00'"),
        ("{channel: slack, secret: s, hours: {from: '09:00'}}", "allowed here: days, start, end, zone"),
    ],
)
def test_what_cannot_be_followed_is_refused_with_the_place(tmp_path: Path, route: str, message: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read(tmp_path, route)

    assert message in str(caught.value)


def test_the_examples_of_the_page_are_settings(root: Path, tmp_path: Path) -> None:
    page = (root / "docs" / "digest.md").read_text()
    (example,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    (told,) = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    path = tmp_path / "prod.yaml"
    path.write_text(FILE.format(route="{}").partition("digest:")[0] + example)

    digest = read_environment(path).digest
    assert digest is not None
    assert list(digest.routes) == ["chat", "pager", "tickets"]
    assert [route.name for route in policy("prod", told).routes] == list(digest.routes)
