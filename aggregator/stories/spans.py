"""Find the names in a sentence: runs of words in capitals, with what stands before and behind each (English).

Serves `names.py`. A run is cut where its words belong to two names, as in "Orsholm Mayor Ada Berg".
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final


def listed(words: str) -> frozenset[str]:
    """Return the words of a list written with blanks between them."""
    return frozenset(words.split())


TITLES: Final = listed(
    "Mr Mrs Ms Miss Dr Prof Professor Sir Dame Lord Lady Rev Reverend Father Sister Rabbi Imam"
    " Ayatollah Sheikh Archbishop Bishop Cardinal President Chancellor Premier Minister Secretary"
    " Senator Sen Representative Rep Congressman Congresswoman Governor Gov Mayor Councillor Councilman"
    " Councilwoman Ambassador Commissioner Chairman Chairwoman Chair Chief Judge Justice Attorney"
    " General Gen Colonel Col Major Maj Captain Capt Lieutenant Lt Sergeant Sgt Admiral Officer"
    " Detective Inspector Superintendent Constable Sheriff Coach Deputy MP Director Spokesman"
    " Spokeswoman Speaker Leader Prosecutor Taoiseach"
)
ROYAL: Final = listed("Prince Princess King Queen Pope Duke Duchess Emperor Sultan")
"""Titles without which these names are none."""
OFFICES: Final = listed(
    "Prime Vice Deputy Foreign Home Health Finance Defence Defense Interior Justice Education"
    " Environment Press Police State Treasury Trade Acting Former District Senior First Opposition"
    " Assistant Executive Transport Culture Energy Labor Party Crown Majority Minority House Senate"
    " National Security Medical Fire County City"
)
"""Words that tell of what a title is, and are left over before it: "Health Minister Ada Berg"."""
BODIES: Final = listed(
    "Bank Party Ltd Inc Corp Corporation Co PLC University College School Ministry Department Council"
    " Court Commission Committee Agency Association Union Group Company Institute Foundation Authority"
    " Board Bureau Office Service Services Senate Congress Parliament League Club FC Federation Fund"
    " Trust Society Organization Organisation Alliance Coalition Network Airlines Airways Army Navy"
    " Guard Forces Times Post News Herald Tribune Hospital Museum Church Cabinet Assembly Administration"
    " Academy Laboratories Pharmaceuticals Motors Electric Industries Holdings Partners Media Studios"
    " Records Police Ministers Treasury Legislature Campaign Initiative Centre Center Institution"
    " Tribunal Force Team Watch Rovers Rangers Wanderers Athletic Brigade Clinic Zoo Observatory"
    " Orchestra Theatre"
)
"""Last words of what is organised."""
AREAS: Final = listed(
    "River Street Road Bridge Island Islands Mountain Mountains Lake County Province Bay Valley Square"
    " Park Airport Beach Hills Harbour Harbor Avenue Highway Strait Sea Ocean Peninsula Desert Forest"
    " District Region Coast Canal Highlands Plateau Creek Springs Heights Territory"
    " Archipelago Station Port"
)
"""Last words of places."""
AREAS_FIRST: Final = listed("Mount Lake Port Fort Cape Gulf Strait Isle Bay Saint San Santa")
"""First words of places; those of a saint are weak, for people have them, too."""
OF: Final = (
    BODIES
    | AREAS
    | AREAS_FIRST
    | listed("House Secretary Duke Duchess Prince Republic Kingdom State Bishop Archbishop")
)
"""Words that go on with "of"."""
FIELDS: Final = listed("Ministry Department Institute Bureau Centre Centers Office Commission")
"""Bodies that are named for the fields they deal with."""
PARTICLES: Final = listed("de del della der den di da dos du van von bin ibn al el la le ten ter y")
NO_NAMES: Final = listed(
    "I A An The This That These Those It Its He She They We You My Our Your Their His Her And Or But If"
    " In On At By For From To With Without As Of When While Where Who What Why How Which There Here Then"
    " Than So Yet Not No Yes After Before Since Until During Under Over About Against Between Among Amid"
    " Despite Because Although Though However Meanwhile Also Now Today Tonight Yesterday Tomorrow More"
    " Most Many Much Some Any All Both Each Every Few Several One Two Three Four Five Six Seven Eight"
    " Nine Ten Hundreds Thousands Millions Dozens Another Other Others Such Same Only Just Even Still"
    " Never Ever Once Again Last Next First Second Third Monday Tuesday Wednesday Thursday Friday"
    " Saturday Sunday January February March April May June July August September October November"
    " December Mon Tue Wed Thu Fri Sat Sun Jan Feb Mar Apr Jun Jul Aug Sept Sep Oct Nov Dec Spring"
    " Summer Autumn Winter Christmas Easter Ramadan Eid AM PM GMT BST EDT EST PDT UTC Updated Update"
    " Breaking Read Watch Photo Video Image File Opinion Analysis Exclusive Live Covid Covid-19 COVID"
    " COVID-19 Coronavirus TV PC CEO CFO MP MPs Getty Reuters AFP AP PA Associated Press Mondays"
    " Tuesdays Wednesdays Thursdays Fridays Saturdays Sundays Let's It's I'm I've He's She's They're"
    " We're Don't Can't That's There's What's Internet"
)

_TOKEN = re.compile(
    r"(?:[A-Z]\.){2,}|[A-Z]\.(?=\s+[A-Z])|St\.(?=\s[A-Z])|[^\W\d_](?:[\w’'-]*[\w])?|\d[\d.,]*|[^\w\s]"
)
_ABBREVIATED = re.compile(r"\b(Mr|Mrs|Ms|Dr|Prof|Rev|Sen|Rep|Gov|Gen|Col|Maj|Capt|Lt|Sgt|Jr)\.")
_OFFICE_OF = re.compile(r"\bSecretary of (?:State|Defense|Education|Homeland Security)\b(?: for \w+)?")
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|[@#]\w+|\b\w*_\w+|\b[A-Za-z]+\d\w*")
"""Addresses, handles and tags, whose capitals say nothing."""
_POSSESSIVE = re.compile(r"[’'](?:s|S)?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A name as it stands in a sentence.

    `title` tells that one stands before it; `is_first` that it begins the sentence, where every word is in
    capitals. `before` and `after` are the tokens around it, empty at the ends.
    """

    words: tuple[str, ...]
    title: bool
    is_first: bool
    before: tuple[str, ...]
    after: tuple[str, ...]

    @property
    def name(self) -> str:
        """Return the words with blanks."""
        return " ".join(self.words)


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    is_owner: bool

    @property
    def is_capital(self) -> bool:
        return self.text[0].isupper()


def spans_of(sentence: str) -> list[Span]:
    """Return the names in a sentence, in their order; none in one written in capitals throughout."""
    plain = _OFFICE_OF.sub("Secretary", _ABBREVIATED.sub(r"\1", _ADDRESS.sub(";", sentence)))
    tokens = [_token(one) for one in _TOKEN.findall(plain)]
    words = [one for one in tokens if one.text[0].isalpha()]
    if len(words) > 5 and sum(one.is_capital for one in words) >= 0.75 * len(words):
        return []
    found: list[Span] = []
    at = 0
    while at < len(tokens):
        end = _run_end(tokens, at)
        if end > at:
            found += _cut(tokens, at, end)
        at = max(end, at + 1)
    return found


def _token(text: str) -> _Token:
    bare = _POSSESSIVE.sub("", text)
    return _Token(bare or text, bool(bare) and bare != text)


def _run_end(tokens: Sequence[_Token], start: int) -> int:
    """Return where the run of capitals from `start` on ends; `start` where none begins."""
    if not tokens[start].is_capital or tokens[start].text in NO_NAMES:
        return start
    at = start + 1
    while at < len(tokens) and not tokens[at - 1].is_owner:
        step = _step(tokens, at) or _and(tokens, start, at)
        if not step:
            break
        at += step
    return at


def _step(tokens: Sequence[_Token], at: int) -> int:
    """Return how many tokens from `at` on go on with the name that ends before it."""
    ahead = [one.text for one in tokens[at : at + 3]]

    def is_name(place: int) -> bool:
        return place < len(ahead) and ahead[place][0].isupper() and ahead[place] not in NO_NAMES

    if is_name(0):
        return 1
    if ahead[0] in PARTICLES and is_name(1):
        return 2
    if set(ahead[:2]) <= PARTICLES and is_name(2):
        return 3
    if ahead[0] == "&" and is_name(1):
        return 2
    if ahead[0] in {"of", "for"} and tokens[at - 1].text in OF:
        if is_name(1):
            return 2
        if len(ahead) > 2 and ahead[1] == "the" and is_name(2):
            return 3
    return 0


def _and(tokens: Sequence[_Token], start: int, at: int) -> int:
    """Return how many tokens join a second field of a body: "Ministry of Health and Sport"."""
    run = [one.text for one in tokens[start:at]]
    joins = "of" in run and run[run.index("of") - 1] in FIELDS and tokens[at].text == "and"
    return 2 if joins and at + 1 < len(tokens) and tokens[at + 1].is_capital else 0


def _cut(tokens: Sequence[_Token], start: int, end: int) -> list[Span]:
    """Return the names of one run: what stands before a title, and whom it names."""
    words = [one.text for one in tokens[start:end]]
    places = [place for place, word in enumerate(words) if word in TITLES]
    if not places or words[-1] in BODIES | AREAS or "of" in words:
        return _span(tokens, start, end, title=False)
    last = places[-1]
    left = places[0]
    while left and words[left - 1] in OFFICES:
        left -= 1
    return [
        *_span(tokens, start, start + left, title=False),
        *_span(tokens, start + last + 1, end, title=True),
    ]


def _span(tokens: Sequence[_Token], start: int, end: int, *, title: bool) -> list[Span]:
    words = tuple(one.text for one in tokens[start:end])
    if not any(len(word) > 1 for word in words):
        return []
    return [
        Span(
            words=words,
            title=title,
            is_first=_opens(tokens, start),
            before=tuple(one.text for one in tokens[max(start - 2, 0) : start]),
            after=("’s",) if tokens[end - 1].is_owner else tuple(one.text for one in tokens[end : end + 3]),
        )
    ]


def _opens(tokens: Sequence[_Token], start: int) -> bool:
    """Return whether a sentence, a quotation or a clause behind a colon begins here."""
    return start == 0 or tokens[start - 1].text in {
        "“",
        '"',
        "‘",
        ":",
        "—",
        "–",
        "-",
        "(",
        "[",
        "•",
        "|",
        ".",
    }
