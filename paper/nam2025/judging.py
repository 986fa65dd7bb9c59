"""Generated parts of documents: what was found."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from emergence.verify.claims import FAIL, NOT_TESTED, count_by_status, matching, verdict
from emergence.verify.findings import number

# Topic, patterns of the claims behind it, and a sentence with their measured numbers.
TOPICS = (
    (
        "Sigmoids",
        ("C1-*", "C2-*"),
        "From small equal layers a mode follows the sigmoid within {C1-sigmoid} under gradient "
        "descent. A hidden layer makes the first half-time of trained networks {C2-delay} times as "
        "long.",
    ),
    (
        "Conserved quantities",
        ("C3-*", "C10-exact-flow", "C10-rate"),
        "What gradient flow conserves drifts under descent as its rate to the power "
        "{C3-conserved}; the deviation from the exact flow goes with the power {C10-exact-flow}.",
    ),
    (
        "Stages",
        ("C4-*", "C7-*"),
        "From small random weights modes are learned one after another. Measured half-times are "
        "{C7-half-times} times those predicted from the weights' seeds; {C7-rank} singular values "
        "of the first layer grow, for as many outputs. In trained networks the first tenth "
        "of a mode comes at {C4-networks} times the step of nine tenths of the one before (the "
        "least pair).",
    ),
    (
        "Emergence and scaling laws",
        ("C5-*", "C6-*"),
        "With one constant each, the multilinear model misses the first paper's networks by "
        "{C5-time} in time, {C5-data} in data, {C5-parameters} in parameters (root mean square of "
        "R_k/S). Sums over skills have local slopes within {C6-time} in time, {C6-data} in data "
        "and {C6-parameters} in parameters of the laws' exponents.",
    ),
    (
        "Neural collapse",
        ("C8-*",),
        "Free features from a small start become a simplex, within {C8-simplex}. Without weight "
        "decay the variation within classes stays, as the initial scale to the power {C8-scale}: "
        "large starts do not collapse. In the last layer of trained networks it is {C8-networks} "
        "times as large from large weights without decay as from small ones. From small "
        "weights norms or angles of their class means end {C8-networks-simplex} off a simplex, the "
        "classifier {C8-networks-self-dual} off the means; a simplex has 0.",
    ),
    ("Depth", ("C9-*",), "Deeper chains rise more sharply, without exception."),
    (
        "Lazy and rich",
        ("C10-closed-form", "C10-map", "C10-faint", "C10-lazy", "C10-lighter", "C11-*"),
        "The kernel distance of balanced networks is a closed form of |λ| s/σ1 and σ2/σ1 (median "
        "error {C10-closed-form} decades). The ratio of weights to target sets the growth of "
        "neurons. Where only the target is scaled by 1/s, that distance, which does not see the "
        "kernel's size, goes as s to the power {C11-target}; where only the weights grow with s, "
        "to the power {C11-weights}.",
    ),
    (
        "Powers of the target",
        ("C11-power-*", "C13-*"),
        "Where S/Σ0 is small, the kernel distance of mirrored starts goes as its power "
        "{C11-power-mirrored}, that of independent ones as its power "
        "{C11-power-independent} (at the imbalances that are farthest from 4 and from 2). A "
        "larger first layer has {C13-upstream} decades more of it than a larger second one.",
    ),
    (
        "Grokking",
        ("C12-grokking", "C12-[b-e]", "C12-no-decay"),
        "On digits, networks reach test accuracy 0.8 after {C12-grokking} times as many epochs as "
        "training accuracy 0.95. With smaller weights it is {C12-b} times, with larger targets "
        "{C12-c}, with smaller inputs {C12-d}, with smaller outputs {C12-e}. Without weight decay "
        "test accuracy ends at {C12-no-decay}.",
    ),
    (
        "One ratio",
        ("C12-output-*", "C12-size-*"),
        "The rank correlation of that delay is {C12-output-order} with the initial output over the "
        "target and {C12-size-order} with Σ0/S. Networks alike in them differ in their delay by a "
        "factor {C12-output-alike} and {C12-size-alike}: no single ratio decides.",
    ),
    (
        "Lazy first, rich later",
        ("C12-lazy-first", "C12-rich-later", "C12-then-done"),
        "In units of its distance from start to end, the empirical kernel has moved "
        "{C12-lazy-first} when the training set is fitted, and is still {C12-rich-later} from its "
        "end. When the network generalises {C12-then-done} is left: the kernel moves before the "
        "fit, and again towards generalisation.",
    ),
    (
        "Weight decay",
        ("C12-decay-power*",),
        "The delay goes as the decay to the power {C12-decay-power} with Adam and L2, and "
        "{C12-decay-power-adamw} with AdamW. The solvable model has -1.",
    ),
    (
        "A model that groks and is solved",
        ("C12-solvable",),
        "Linear regression with fewer samples than inputs generalises when decay has removed what "
        "no sample sees, at the predicted time within {C12-solvable}.",
    ),
)


def parts(shipped: Path) -> dict[tuple[str, str], str]:
    """Text of each part, by document and name. shipped: the paper's folder of shipped results."""
    if not (shipped / "claims.csv").is_file():
        return {}
    return {("docs/layerwise.md", "found"): "".join(found(pd.read_csv(shipped / "claims.csv")))}


def found(claims: pd.DataFrame) -> Iterator[str]:
    """A numbered line for each topic: verdict, sentence, and claims that fail or are open."""
    measured = {row.id: number(float(f"{row.measured:.3g}")) for row in claims.itertuples()}
    for index, (topic, patterns, sentence) in enumerate(TOPICS, start=1):
        mine = matching(claims, patterns)
        said = verdict(*count_by_status(mine).values())
        failed = "".join(
            f" Fails: {', '.join(f'`{one}`' for one in rows['id'])} ({discrepancy})."
            for discrepancy, rows in mine[mine["status"] == FAIL].groupby("discrepancy")
        )
        still = mine[mine["status"] == NOT_TESTED]["id"]
        failed += f" Not tested: {', '.join(f'`{one}`' for one in still)}." if len(still) else ""
        yield f"{index}. **{topic}: {said}.** {sentence.format_map(measured)}{failed}\n"
