"""What no check-in may ask, however it is written; and that everyday words pass."""

from __future__ import annotations

from itertools import product

import pytest

from bot.settings.never_asked import danger_in, illness_in, instrument_in, listed_in, same_words

DANGER = [
    "I thought about suicide.",
    "I had suicidal thoughts.",
    "How suicidal did you feel?",
    "I wanted to harm myself.",
    "I am afraid of hurting myself.",
    "People here cut themselves.",
    "Did you kill yourself a little?",
    "I was close to self-harm.",
    "I self-injured this week.",
    "Self-injurious thoughts",
    "I felt like ending my life.",
    "Somebody ended their own life.",
    "I would take my own life.",
    "I thought of taking my life.",
    "I wanted to end it all.",
    "I wished I were dead.",
    "I wish I had never been born.",
    "Others would be better off without me.",
    "I would be better off dead.",
    "I wanted to die.",
    "I feel like dying.",
    "I keep thinking of dying.",
    "I hoped to never wake up.",
    "I cut my arms.",
    "I burned myself on purpose.",
    "Life isn't worth it.",
    "I'd rather die.",
    "I don't want to live any more.",
    "I do not want to wake up.",
    "I have no reason to live.",
    "My life is worth living.",
    "Thoughts of death",
    "I took an overdose.",
    "I was in danger.",
    "I could harm someone.",
    "I thought of killing somebody.",
]

ILLNESS = [
    "My symptoms got better.",
    "I have a diagnosis.",
    "I was diagnosed.",
    "My illness weighs on me.",
    "I was depressed.",
    "My depression got better.",
    "I had a panic attack.",
    "I have an eating disorder.",
    "I took my medication.",
    "I forgot my meds.",
    "Medicine helps me.",
    "I took what was prescribed.",
    "I stayed off drugs.",
    "Substance use",
    "I had no alcohol.",
    "I was drinking again.",
    "I drink too much.",
    "I stayed sober.",
    "I relapsed.",
    "I feel addicted.",
    "I met somebody who abused me.",
    "I live with an abusive person.",
    "I was assaulted.",
    "There is violence at home.",
    "I was raped.",
    "I was beaten.",
    "I was ill this week.",
    "I got high.",
    "Substance-free days",
]

EVERYDAY = [
    "I felt listened to.",
    "I felt safe to share, or to stay quiet.",
    "This group helps me look ahead.",
    "How often do you feel lonely?",
    "Overall, how anxious did you feel yesterday?",
    "Overall, to what extent do you feel the things you do in your life are worthwhile?",
    "I had time to drink my tea.",
    "Would you like a drink and a biscuit?",
    "The meeting was disorderly.",
    "What we said had substance, and was substantial.",
    "I felt psychologically safe.",
    "The meditation helped me arrive.",
    "We met the deadline, and I was dead tired.",
    "We could hang out after the meeting.",
    "Nobody killed the mood.",
    "Somebody skilled led the round.",
    "I take my life one step at a time.",
    "Nobody hurt anybody's feelings.",
    "We practised non-violent talking, and nonviolent listening.",
    "Grapes, drapes and a trapeze",
    "The heroine of the story",
    "I could be myself.",
    "I look after myself.",
    "My self harmonised with theirs; self-harmony",
    "I burn myself out less.",
    "Pillows, the druid, medieval media, a mediator",
    "The methods were sobering.",
    "I was in danger of missing the start.",
    "The group and I end up in the same place.",
    "I do not want to live alone with this.",
    "I feel comfortable talking about my mental health here.",
    "Nobody is bullied here.",
    "It depends; I am impressed.",
    "Nobody cut themselves off, or myself short.",
    "I felt ill at ease.",
    "I speak about what hurts me.",
    "Aim high; we all stayed, and kept the room clean.",
    "Diagonal symposium",
    "Who came? 50 did.",
    "Basque evening, who 50 came",
    "K2 and K60",
]


@pytest.mark.parametrize("text", DANGER)
def test_danger_is_found(text: str) -> None:
    assert danger_in(text)


@pytest.mark.parametrize("text", ILLNESS)
def test_illness_medicine_substances_and_abuse_are_found(text: str) -> None:
    assert illness_in(text)
    assert danger_in(text) is None


@pytest.mark.parametrize("text", EVERYDAY)
def test_everyday_words_pass(text: str) -> None:
    assert (danger_in(text), illness_in(text), instrument_in(text)) == (None, None, None)


DISGUISES = [
    "SUICIDE",
    "Sui\u200bcide",  # a space of no width
    "sui\u00adcide",  # a hyphen that shows only at the end of a line
    "sui-cide",
    "sui\u2011cide",  # a hyphen that does not break
    "sui.cide",
    "s u i c i d e",
    "s-u-i-c-i-d-e",
    "su*i*cide",
    "su_icide",
    "\u0455u\u0456c\u0456d\u0435",  # four Cyrillic letters
    "SU\u0406\u0421\u0406D\u0415",  # and four capital ones
    "s\u03c5\u03b9c\u03b9de",  # Greek ones
    "\uff53\uff55\uff49\uff43\uff49\uff44\uff45",  # wide ones
    "\U0001d4fc\U0001d4fe\U0001d4f2\U0001d4ec\U0001d4f2\U0001d4ed\U0001d4ee",  # those of mathematicians
    "\ua731\u1d1c\u026a\u1d04\u026a\u1d05\u1d07",  # small capitals
    "su\u00efcid\u00e9",
    "\u24e2\u24e4\u24d8\u24d2\u24d8\u24d3\u24d4",  # in circles
    "anti-suicide",
    "#suicide",
    "parasuicide",
]


@pytest.mark.parametrize("word", DISGUISES)
def test_a_disguise_does_not_help(word: str) -> None:
    assert danger_in(f"About {word}.")


@pytest.mark.parametrize(
    "text", ["Self\u2013harm", "self - harm", "selfharm", "harm  my-self", "hurt\u00a0myself", "END MY LIFE"]
)
def test_what_stands_between_two_words_does_not_help(text: str) -> None:
    assert danger_in(text)


VERBS = (
    "kill",
    "killing",
    "killed",
    "hurt",
    "hurting",
    "harm",
    "harming",
    "harmed",
    "cut",
    "cutting",
    "injure",
    "injured",
)
SELVES = ("myself", "yourself", "themselves", "ourselves", "oneself", "himself", "herself")


@pytest.mark.parametrize(("verb", "self_"), list(product(VERBS, SELVES)))
def test_every_form_of_harm_to_oneself_is_found(verb: str, self_: str) -> None:
    assert danger_in(f"Thoughts of {verb} {self_}, now and then")


NOT_OURS = (
    *("PHQ-9", "PHQ-8", "PHQ-2", "GAD-7", "C-SSRS", "ASQ", "WHO-5", "WEMWBS", "SWEMWBS", "Herth Hope Index"),
    *(
        "Adult Hope Scale",
        "State Hope Scale",
        "Empowerment Scale (Rogers)",
        "UCLA-20",
        "UCLA-3",
        "CORE-10",
        "K6",
        "K10",
    ),
    *("K6/K10", "EPDS", "Patient Health Questionnaire", "Warwick-Edinburgh"),
)


@pytest.mark.parametrize("name", NOT_OURS)
def test_a_questionnaire_that_screens_or_is_not_free_is_known_by_its_name(name: str) -> None:
    spelled = {
        name,
        name.lower(),
        name.replace("-", ""),
        name.replace("-", " "),
        name.replace("-", "\u2011"),
        f"The {name} (short)",
    }
    assert [one for one in spelled if instrument_in(one) is None] == []


def test_what_the_operator_adds_is_found_as_a_word_with_its_plural_or_any_ending() -> None:
    own = ("lottery ticket", "gambl*", "Tröst")
    assert listed_in("I bought Lottery-Tickets.", own) == "lottery tickets"
    assert listed_in("Gambling again", own) == "gambling"
    assert listed_in("trost", own) == "trost"
    assert listed_in("A gamut of lotteries", own) is None
    assert listed_in("anything", ()) is None
    assert instrument_in("Our Harbour scale 7", ("Harbour-Scale",)) == "Harbour-Scale"


def test_two_texts_are_the_same_words_however_they_are_written() -> None:
    assert same_words("I felt  heard.") == same_words("i FELT he\u200bard")
    assert same_words("I felt heard.") != same_words("I felt hard.")
    assert same_words("Yes!") != same_words("No!")
    assert same_words("🙂") != same_words("🙁"), "signs alone are compared as they are"
    assert same_words("\u200b \u2060") == ""
