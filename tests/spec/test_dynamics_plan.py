"""What a plan says of dynamics: written, read back, and handed to the chain as it stands."""

from __future__ import annotations

from assistant.album_spec import chain_spec
from assistant.dynamics_plan import CompressorPlan, DynamicBandPlan, MultibandPlan, SaturationPlan
from assistant.plan import AlbumPlan, AlbumTable, TrackPlan
from assistant.plan_file import PlanFile
from assistant.tables import plan_table
from mastering.dynamics_specs import CompressorSpec, Detector, DynamicBandSpec, MultibandSpec, SaturationSpec
from mastering.specs import EqShape

COMPRESSOR = CompressorPlan(
    threshold_dbfs=-24.0,
    ratio=1.8,
    attack_ms="auto",
    release_ms=120.0,
    makeup_db="auto",
    detector=Detector.PEAK,
    mix=0.4,
)
BAND = CompressorPlan(threshold_dbfs=-30.0, ratio=2.0, makeup_db=0.5)
BELL = DynamicBandPlan(shape=EqShape.BELL, freq_hz=3_100.0, q=2.0, threshold_dbfs=-38.0, ratio=3.0)
SHELF = DynamicBandPlan(shape=EqShape.LOW_SHELF, freq_hz=90.0, threshold_dbfs=-28.0, ratio=0.8, range_db=2.0)
TRACK = TrackPlan(
    file="a.wav",
    title="A",
    sha256="0" * 64,
    start_s=0.0,
    end_s=40.0,
    first_sound_s=0.0,
    felt_end_s=40.0,
    dynamic_eq=(BELL, SHELF),
    multiband=MultibandPlan(low_crossover_hz=140.0, high_crossover_hz=3_000.0, low=BAND, high=COMPRESSOR),
    compressor=COMPRESSOR,
    saturation=SaturationPlan(drive_db=0.8),
)
PLAN = AlbumPlan(album=AlbumTable(title="A", mixes="mixes", rate_hz=44_100), track=(TRACK, TRACK))


def test_what_is_written_is_read() -> None:
    text = PlanFile.new(PLAN).text()
    assert PlanFile.parse(text).plan == PLAN
    assert text.count('attack_ms = "auto"') == 4
    assert text.count("# share that is compressed; the rest stays as it is") == 1


def test_the_chain_is_given_what_the_plan_says() -> None:
    """And the usual figures where it says "auto", until they are found."""
    usual = CompressorSpec(threshold_dbfs=-24.0, ratio=1.8, release_ms=120.0, detector=Detector.PEAK, mix=0.4)
    chain = chain_spec(TRACK)
    assert chain.compressor == usual
    low = CompressorSpec(threshold_dbfs=-30.0, ratio=2.0, makeup_db=0.5)
    assert chain.multiband == MultibandSpec(crossovers_hz=(140.0, 3_000.0), low=low, high=usual)
    assert chain.dynamic_eq == (
        DynamicBandSpec(shape=EqShape.BELL, freq_hz=3_100.0, q=2.0, threshold_dbfs=-38.0, ratio=3.0),
        DynamicBandSpec(shape=EqShape.LOW_SHELF, freq_hz=90.0, q=1.0, threshold_dbfs=-28.0, ratio=0.8, range_db=2.0),
    )
    assert chain.saturation == SaturationSpec(drive_db=0.8)
    assert chain.nonlinear == ("dynamic_eq", "multiband", "compressor", "saturation")
    plain = TRACK.model_copy(update={"dynamic_eq": (), "multiband": None, "compressor": None, "saturation": None})
    assert chain.linear == chain_spec(plain)


def test_the_table_names_every_stage() -> None:
    cells = [str(cell) for column in plan_table(PLAN).columns for cell in column.cells]
    assert "dynamic 3100 Hz, dynamic 90 Hz, 3 bands, 1.80:1, drive 0.8 dB" in cells
