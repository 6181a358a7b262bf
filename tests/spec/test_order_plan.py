"""Orders and pins in a plan: decided as asked, written, read and kept."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from analysis.errors import PlanError
from assistant.order import propose_orders
from assistant.order_asked import OrderWords
from assistant.order_plan import PinPlan, order_plans
from assistant.order_tables import order_parts
from assistant.pins import Pin, PinKind
from assistant.plan import AlbumPlan, AlbumTable, TrackPlan
from assistant.plan_file import PlanFile
from assistant.printing import show
from tests.songs_to_order import album

SHA256 = "0123456789abcdef" * 4


class Mix:
    """A file with a title."""

    def __init__(self, file: str, title: str) -> None:
        self.file, self.title = file, title


MIXES = [
    Mix("Dawn.wav", "Dawn"),
    Mix("Anna/Night, Bus.wav", "Night, Bus"),
    Mix("Noon (live).wav", "Noon (live)"),
    Mix("Noon.wav", "Noon"),
]


@pytest.fixture
def plan() -> AlbumPlan:
    items = album(6, seed=2)
    pins = [Pin(kind=PinKind.FIRST, songs=("4",)), Pin(kind=PinKind.TOGETHER, songs=("0", "3"))]
    orders = propose_orders(items, pins=pins)
    tracks = [
        TrackPlan(
            file=item.name, title=f"Song {item.name}", sha256=SHA256, start_s=0, end_s=9, first_sound_s=0, felt_end_s=9
        )
        for item in (items[number] for number in orders.proposed[0].order)
    ]
    return AlbumPlan(
        album=AlbumTable(title="Record", mixes="mixes", rate_hz=48_000, why_order="because"),
        pin=tuple(PinPlan(kind=pin.kind.value, songs=pin.songs) for pin in pins),
        track=tuple(tracks),
        order=order_plans(items, orders, orders.proposed[0]),
    )


def test_orders_and_pins_come_back_as_they_were_written(plan: AlbumPlan) -> None:
    text = PlanFile.new(plan).text()
    assert PlanFile.parse(text).plan == plan
    assert PlanFile.parse(text).text() == text
    document = tomllib.loads(text)
    assert [order["name"] for order in document["order"]] == ["auto", "auto:2", "auto:3", "given"]
    assert [order["taken"] for order in document["order"]] == [True, False, False, False]
    assert document["order"][0]["songs"] == [track["file"] for track in document["track"]]
    assert document["pin"] == [{"kind": "first", "songs": ["4"]}, {"kind": "together", "songs": ["0", "3"]}]
    for order in document["order"]:
        assert len(order["pairs"]) == 5
        costs = [order[name] for name in ("key", "tempo", "join", "energy", "calm", "arc_cost", "ends")]
        assert sum(costs) == pytest.approx(order["cost"], abs=0.005)
    assert document["order"][3]["not_kept"] == ["first=4", "together=0:3"]


def test_pins_outlive_changes_of_the_plan_and_of_its_place(plan: AlbumPlan) -> None:
    file = PlanFile.new(plan).changed(title="Other").track_changed(0, gain_db=1.0).moved(Path("a"), Path("b/c"))
    assert file.plan.pin == plan.pin
    assert file.plan.order == plan.order


@pytest.mark.parametrize(
    ("pin", "said"),
    [
        ('kind = "first"\nsongs = ["a", "b"]', "pin[1].songs must be one song for 'first', none twice"),
        ('kind = "after"\nsongs = ["a"]', "pin[1].songs must be two songs for 'after', none twice"),
        ('kind = "apart"\nsongs = ["a", "a"]', "pin[1].songs must be two songs or more for 'apart', none twice"),
        ('kind = "before"\nsongs = ["a"]', "pin[1].kind = 'before' must be 'first', 'last', 'after'"),
    ],
)
def test_a_pin_that_makes_no_sense_is_refused(plan: AlbumPlan, pin: str, said: str) -> None:
    text = PlanFile.new(plan.model_copy(update={"pin": ()})).text()
    with pytest.raises(PlanError) as refused:
        PlanFile.parse(text.replace("\n[[track]]", f"\n[[pin]]\n{pin}\n\n[[track]]", 1))
    assert said in str(refused.value)


def test_the_orders_are_shown_side_by_side(plan: AlbumPlan, capsys: pytest.CaptureFixture[str]) -> None:
    show(*order_parts(plan))
    shown = capsys.readouterr().out
    lines = shown.splitlines()
    for order in plan.order:
        row = next(line for line in lines if f"│ {order.name}" in line and order.arc in line)
        assert f" {order.cost:.1f} " in row
    first = next(line for line in lines if line.startswith("│ 1 "))
    assert [cell.split()[1] for cell in first.split("│")[2:6]] == [order.songs[0] for order in plan.order]
    clashes = sum(pair.startswith("A clash") for order in plan.order for pair in order.pairs)
    assert sum(line.count("×") for line in lines if line.startswith("│")) == clashes
    assert "given does not keep first=4 and together=0:3." in shown
    assert order_parts(plan.model_copy(update={"order": ()})) == []


@pytest.mark.parametrize(
    ("words", "files"),
    [
        (("Noon", "Dawn"), ("Noon.wav", "Dawn.wav")),
        (("noon,DAWN",), ("Noon.wav", "Dawn.wav")),
        (("Night, Bus", "Noon.wav"), ("Anna/Night, Bus.wav", "Noon.wav")),
        (("Dawn, N*live*",), ("Dawn.wav", "Noon (live).wav")),
        (("auto.wav", "Dawn"), ("auto.wav", "Dawn.wav")),
    ],
)
def test_songs_are_named_by_file_title_or_pattern(words: tuple[str, ...], files: tuple[str, ...]) -> None:
    mixes = [*MIXES, Mix("auto.wav", "auto")]
    asked = OrderWords(order=words).ordering(mixes)
    assert (asked.by, asked.files) == ("named", files)


def test_words_of_order_arc_and_pins() -> None:
    assert OrderWords().ordering(MIXES).by is None
    assert OrderWords(order=("given",)).ordering(MIXES).by == "given"
    assert OrderWords(order=("auto",)).ordering(MIXES).take == 1
    asked = OrderWords(
        order=("auto:3",), arc="valley", pins=("first=Dawn", "after=Noon:Night, Bus", "apart=Dawn:Noon*")
    ).ordering(MIXES)
    assert (asked.by, asked.take, asked.arc) == ("auto", 3, "valley")
    assert list(map(str, asked.pins)) == [
        "first=Dawn.wav",
        "after=Noon.wav:Anna/Night, Bus.wav",
        "apart=Dawn.wav:Noon (live).wav:Noon.wav",
    ]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (OrderWords(order=("Dusk",)), "--order Dusk: 'Dusk' fits none of the 4 mixes: check the file names."),
        (
            OrderWords(order=("No*",)),
            "--order No* must name one song, and 'No*' fits Noon (live).wav, Noon.wav: name one of them.",
        ),
        (OrderWords(order=("Dawn", "dawn.wav")), "--order names Dawn.wav twice: name each song once."),
        (OrderWords(order=("auto:0",)), "--order auto:0: 'auto:0' fits none of the 4 mixes: check the file names."),
        (
            OrderWords(arc="flat"),
            "--arc flat is not known: the arcs are falling, valley, hill, rising, halves, none.",
        ),
        (
            OrderWords(order=("given",), pins=("first=Dawn",)),
            "--pin first=Dawn is for an order that is proposed, and --order decides the order: leave one out.",
        ),
        (
            OrderWords(order=("Dawn",), arc="valley"),
            "--arc valley is for an order that is proposed, and --order decides the order: leave one out.",
        ),
        (
            OrderWords(pins=("next=Dawn",)),
            (
                "--pin 'next=Dawn' is not one of first=SONG, last=SONG, after=SONG:NEXT, together=SONG:SONG, "
                "apart=SONG:SONG, side=SONG."
            ),
        ),
        (
            OrderWords(pins=("after=Dawn",)),
            "--pin after=Dawn must name two songs, as in --pin after=SONG:NEXT; it names 1.",
        ),
        (
            OrderWords(pins=("together=Dawn:Dawn.wav",)),
            "--pin together=Dawn:Dawn.wav must name two songs or more, as in --pin together=SONG:SONG; it names 1.",
        ),
        (
            OrderWords(pins=("first=Dawn:Noon",)),
            "--pin first=Dawn:Noon must name one song, as in --pin first=SONG; it names 2.",
        ),
        (
            OrderWords(pins=("last=Dusk",)),
            "--pin last=Dusk: 'Dusk' fits none of the 4 mixes: check the file names.",
        ),
    ],
)
def test_words_that_make_no_sense_are_refused(words: OrderWords, said: str) -> None:
    with pytest.raises(PlanError) as refused:
        words.ordering(MIXES)
    assert str(refused.value) == said


def test_pins_and_numbered_files_need_a_word_more() -> None:
    numbered = [Mix("01 Dawn.wav", "Dawn"), Mix("02 Noon.wav", "Noon")]
    with pytest.raises(PlanError) as refused:
        OrderWords(pins=("last=Dawn",)).ordering(numbered)
    assert str(refused.value) == (
        "--pin last=Dawn is for an order that is proposed, and the numbers of the files decide the order: "
        "add --order auto."
    )
    assert OrderWords(order=("auto",), pins=("last=Dawn",)).ordering(numbered).pins
