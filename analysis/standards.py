"""Every constant that comes from a standard, with document, edition and clause."""

from __future__ import annotations

# --- ITU-R BS.1770-5 (11/2023), Annex 1: programme loudness ---------------------------------------------------

LOUDNESS_OFFSET_DB = -0.691
"""Annex 1, equation (2): makes a 997 Hz sine at 0 dBFS in one front channel read -3.01 LKFS."""

CHANNEL_WEIGHTS = (1.0, 1.0, 1.0, 1.41, 1.41)
"""Annex 1, table 3: L, R, C, Ls, Rs. The LFE channel is left out."""

ABSOLUTE_GATE_LUFS = -70.0
"""Annex 1, equation (5): blocks must be above this."""

RELATIVE_GATE_LU = -10.0
"""Annex 1, equation (6): below the mean of the blocks that pass the absolute gate."""

GATING_BLOCK_S = 0.4
"""Annex 1, equation (3): length of a gating block; an incomplete last block is discarded."""

GATING_STEP_S = 0.1
"""Annex 1, equation (3): 75 % overlap."""

K_SHELF_HZ, K_SHELF_DB, K_SHELF_Q, K_SHELF_BAND_EXPONENT = (
    1681.974450955533,
    3.999843853973347,
    0.7071752369554196,
    0.4996667741545416,
)
"""Annex 1, table 1, as an analogue prototype: with the bilinear transform it gives the printed 48 kHz coefficients
to 14 digits and the same filter at any other rate (the clause asks for the same frequency response)."""

K_HIGH_PASS_HZ, K_HIGH_PASS_Q = 38.13547087602444, 0.5003270373238773
"""Annex 1, table 2, in the same way."""

K_SHELF_48K = (
    (1.53512485958697, -2.69169618940638, 1.19839281085285),
    (1.0, -1.69065929318241, 0.73248077421585),
)
"""Annex 1, table 1: b and a at 48 kHz, as printed. For tests."""

K_HIGH_PASS_48K = ((1.0, -2.0, 1.0), (1.0, -1.99004745483398, 0.99007225036621))
"""Annex 1, table 2: b and a at 48 kHz, as printed. For tests."""

# --- EBU Tech 3341 (version 4, November 2023): meters ---------------------------------------------------------

MOMENTARY_S = 0.4
"""Clause 2.2: momentary window, rectangular and ungated."""

SHORT_TERM_S = 3.0
"""Clause 2.2: short-term window, rectangular and ungated."""

METER_HOP_S = 0.01
"""Own choice: with a 100 ms hop the momentary maximum of test cases 13 and 14 reads 0.45 LU low; 10 ms is exact."""

# --- EBU Tech 3342 (November 2023): loudness range ------------------------------------------------------------

LRA_ABSOLUTE_GATE_LUFS = -70.0
LRA_RELATIVE_GATE_LU = -20.0
LRA_LOW_PERCENT, LRA_HIGH_PERCENT = 10.0, 95.0
LRA_STEP_S = 0.1
"""Clause 2: 3 s windows at 10 Hz or more, gates, and the percentiles between which the range lies. Only whole windows
count: silence appended after the end, as some file meters do, adds 0.3 LU on real music and 7 LU on a piece of 8 s,
and libebur128 and FFmpeg leave it out too."""

# --- ISO 266 / IEC 61260-1: third octaves -----------------------------------------------------------------------

THIRD_OCTAVE_REFERENCE_HZ = 1000.0
"""Mid-bands lie at this times 2^(k/3) (base 2, as ISO 266 rounds them)."""

# --- ITU-R BS.1387-2 (05/2023), Annex 2: perceived audio quality, the ear model on Fourier transforms ------------

EAR_FRAME_S = 2048 / 48_000
"""Clause 2.1: Hann window of 2048 samples at 48 kHz, half of it overlapping."""

EAR_LOWEST_HZ, EAR_HIGHEST_HZ = 80.0, 18_000.0
"""Clause 2.1: the bands begin and end here on the Bark scale, 7 asinh(f / 650 Hz)."""

EAR_BAND_BARK = 0.25
"""Clause 2.1, basic version: width of a band."""

EAR_FULL_SCALE_DB_SPL = 92.0
"""Clause 2.1: level of playback taken for a full-scale sine where none is known."""

EAR_SPREADING_POWER = 0.4
"""Clause 2.1, frequency spreading: excitations add up as powers to this."""

EAR_LOWER_SLOPE_DB_PER_BARK = 27.0
"""Clause 2.1, frequency spreading: how fast masking falls towards low frequencies."""

EAR_MASK_OFFSET_DB, EAR_MASK_OFFSET_BARK, EAR_MASK_OFFSET_DB_PER_BARK = 3.0, 12.0, 0.25
"""Clause 2.1, masking threshold: so far below the excitation, up to 12 Bark; above, a quarter dB for each Bark."""

DISTURBED_NMR_DB = 1.5
"""Clause 4, relative disturbed frames: a frame counts from this noise-to-mask ratio in any band on."""
