from __future__ import annotations

from diffusionwatch_cdk.alarms.expression import Alarm, all_of, any_of, quiet

RULE = any_of("a", all_of("b", any_of("c", "d")))


def test_a_rule_is_rendered_over_alarm_names_with_parentheses_around_inner_parts() -> None:
    text = RULE.render("prod-{}".format)

    assert text == 'ALARM("prod-a") OR (ALARM("prod-b") AND (ALARM("prod-c") OR ALARM("prod-d")))'


def test_an_or_goes_on_without_an_alarm_that_does_not_exist() -> None:
    assert RULE.within({"a", "b", "d"}) == any_of("a", all_of("b", "d"))


def test_an_and_goes_whole_when_one_of_its_parts_does_not_exist() -> None:
    assert RULE.within({"a", "c", "d"}) == Alarm("a")


def test_a_rule_of_which_nothing_is_left_is_none() -> None:
    assert RULE.within({"c"}) is None


def test_the_ids_of_a_rule_come_once_each_in_their_order() -> None:
    assert any_of("b", all_of("a", "b")).ids() == ("b", "a")


def test_an_and_goes_on_without_an_alarm_that_should_have_been_quiet() -> None:
    rule = all_of("a", quiet("b"))

    assert rule.render("{}".format) == 'ALARM("a") AND NOT ALARM("b")'
    assert rule.within({"a"}) == Alarm("a")
    assert rule.within({"b"}) is None
