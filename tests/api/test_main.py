"""What a case is about: its main measure, its main length, its essential uses."""

from dataclasses import replace

from derbes.case.entities import Tier, essential_uses, main_length, main_measure
from derbes.case.quantity import Step
from tests.api.examples import town_case


def test_the_main_measure_is_the_one_that_is_named_where_it_can_be_chosen():
    case = replace(town_case(), main_measure="surge")
    assert main_measure(case) == "surge"
    assert main_measure(case, ["embargo"]) == "embargo"
    assert main_measure(case, []) == ""


def test_without_a_name_the_main_measure_is_the_first():
    assert main_measure(town_case()) == "embargo"
    assert main_measure(replace(town_case(), measures={})) == ""


def test_the_main_length_is_the_one_that_is_named_where_it_can_be_chosen():
    case = replace(town_case(), main_length=24)
    assert main_length(case, (6, 12, 24)) == 24
    assert main_length(case, (6, 12)) == 12
    assert main_length(case, (6, 12, 24), is_main=False) == 12


def test_without_a_name_the_main_length_is_the_longest_of_at_most_a_year():
    assert main_length(town_case(), (6, 12, 24)) == 12
    assert main_length(town_case(Step.QUARTER), (2, 4, 6)) == 4
    assert main_length(town_case(), (36, 24)) == 24
    assert main_length(town_case(), ()) == 0


def test_essential_uses_stand_in_the_order_of_the_case():
    case = town_case()
    use = case.uses["treatment"]
    later = replace(use, id="later", tier=Tier.DEFERRABLE)
    case = replace(case, uses={"later": later, "washing": replace(use, id="washing"), **case.uses})
    assert essential_uses(case) == ("washing", "treatment")
