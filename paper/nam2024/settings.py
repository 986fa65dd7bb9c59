"""The block `nam2024` of the configuration: what this paper has besides task and experiments."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator

from emergence.config.blocks import Block, Grid, Listed, Problems, Several
from emergence.config.experiments import BatchSize, DatasetSize, Runs, Steps, Width
from emergence.config.paper_block import Alpha, Alphas, ExperimentName, PaperBlock, with_exponents
from emergence.tasks.sparse_parity.problem import MAXIMUM_SKILL_BITS
from emergence.tasks.sparse_parity.settings import SkillMeasurement, SparseParityBlock

Share = Annotated[float, Field(gt=0, lt=1)]
Strength = Annotated[float, Field(gt=0, le=1000)]
LearningRate = Annotated[
    float, Field(gt=0, le=100, description="eta, learning rate on the loss with the 1/2")
]
FiniteSkills = Annotated[int, Field(ge=1, le=10_000_000, description="n_s, number of skills")]
AnySkills = Annotated[
    Annotated[int, Field(ge=1, le=10_000_000)] | Literal["infinite"],
    Field(description="n_s, number of skills, or infinite"),
]
Parameters = Annotated[
    Several[Annotated[int, Field(ge=1, le=10_000_000)]],
    Field(description="N, numbers of parameters"),
]
InheritedAlphas = Annotated[
    Alphas | None, Field(description="the alphas; the paper's data_exponents where not given")
]


class Emergence(Block):
    """When a skill counts as emerged."""

    threshold: Share = Field(description="R_k/S that skill k reaches at tau_emerge(k): Fig. 4")
    levels: Several[Share] = Field(
        description="levels of R_k/S at which emergence is compared: at the lowest a skill counts "
        "as emerged, at the highest as saturated",
    )

    def problems(self) -> Problems:
        """The lowest level is not the highest."""
        if len(self.levels) < 2:
            yield ("levels",), list(self.levels), "at least two levels"


# Products of the theory


class Setting(Block):
    """Where the solvable model is evaluated."""

    target_scale: Strength = Field(description="S, the size of the target")
    initial_strength: Strength = Field(description="r = R_k(0), below the target scale")
    learning_rate: LearningRate

    def problems(self) -> Problems:
        """Skills start below their final strength."""
        if self.initial_strength >= self.target_scale:
            allowed = f"must be below target_scale ({self.target_scale:g})"
            yield ("initial_strength",), self.initial_strength, allowed


class Curves(Block):
    """Closed forms over time, and the simulation beside them."""

    final_time: float = Field(gt=0, le=1e6, description="time T at which the curves end")
    n_times: int = Field(ge=2, le=100_000, description="points of a closed form's curve")


class SimulatedCurves(Curves):
    """The same with gradient descent."""

    n_markers: int = Field(
        ge=1, le=10_000, description="intervals at which a simulation is recorded"
    )
    steps_per_time: int = Field(
        ge=1, le=100_000, description="gradient descent steps per unit of time"
    )


class ResourceCurves(Setting):
    """Fig. 2: loss against one resource."""

    data_exponents: InheritedAlphas = None
    times: Grid = Field(description="T, training times")
    data_sizes: Grid = Field(description="D, numbers of samples")
    n_parameters: Parameters
    n_skills: FiniteSkills


class ComputeCurves(Setting):
    """Fig. 3: loss against compute."""

    data_exponents: InheritedAlphas = None
    times: Grid = Field(description="T, training times")
    n_parameters: Parameters
    computes: Grid = Field(description="C, computes")
    n_skills: FiniteSkills


class LinearNetwork(SimulatedCurves):
    """Fig. 5: modes of a linear network."""

    mode_strengths: Several[Strength] = Field(
        description="lambda, singular values, in decreasing order"
    )
    initial_strength: Strength = Field(description="(a b)(0), below every singular value")
    learning_rate: LearningRate
    network_size: int = Field(
        ge=1, le=1000, description="rows of the network's matrices, at least the number of modes"
    )

    def problems(self) -> Problems:
        """Modes decrease, start below their final strength and fit into the network."""
        modes = self.mode_strengths
        if self.initial_strength >= min(modes):
            allowed = f"must be below every mode strength ({min(modes):g})"
            yield ("initial_strength",), self.initial_strength, allowed
        if list(modes) != sorted(modes, reverse=True):
            yield ("mode_strengths",), list(modes), "must decrease"
        if len(modes) > self.network_size:
            allowed = f"at least the number of mode_strengths = {len(modes)}"
            yield ("network_size",), self.network_size, allowed


class StageLikeTraining(Setting, SimulatedCurves):
    """Fig. 6: stage-like training."""

    data_exponent: Alpha
    n_skills: int = Field(ge=2, le=1000, description="n_s, number of skills")
    threshold: float = Field(
        gt=0, lt=0.5, description="epsilon, share of S at which a skill counts as emerged"
    )

    def problems(self) -> Problems:
        """Skills start below the threshold."""
        yield from super().problems()
        start = self.initial_strength / self.target_scale
        if self.threshold <= start:
            allowed = f"must be above initial_strength / target_scale = {start:g}"
            yield ("threshold",), self.threshold, allowed


class SmallExponents(Setting):
    """Fig. 7: time law at small alpha."""

    data_exponents: InheritedAlphas = None
    times: Grid = Field(description="T, training times")
    n_skills: int = Field(
        ge=1, le=1_000_000, description="n_s, number of skills, summed one by one"
    )


class ThreeNeurons(Setting, Curves):
    """Fig. 8: three ReLU neurons."""

    squared_coupling: Share = Field(description="B^2 of the multilinear curve")


class Multilinear(Setting, SimulatedCurves):
    """Figs. 9 and 10: multilinear model, and linear model beside it."""

    frequencies: Several[Share] = Field(description="d_k/D, the skills' shares of the data")


class LawSetting(Setting):
    """Where a law is evaluated."""

    n_skills: AnySkills


class LawSettings(Block):
    """Where each law is evaluated."""

    time: LawSetting
    data: LawSetting
    parameters: LawSetting
    compute: LawSetting


class Prefactors(Block):
    """Prefactors of the scaling laws."""

    data_exponents: InheritedAlphas = None
    settings: LawSettings


class EquationChecks(Block):
    """Printed equations against arithmetic."""

    data_exponents: InheritedAlphas = None
    small_data_exponents: Alphas


class Window(Setting):
    """Where a law's exponent is measured."""

    data_exponents: InheritedAlphas = None
    tolerance: float = Field(
        ge=0.0001,
        le=0.5,
        description="of the measurement window: its rarest skill is at least 1/tolerance and at "
        "most tolerance n_s",
    )
    decades: float = Field(
        gt=0, le=6, description="decades of the rarest skill in reach that a window spans"
    )
    points: int = Field(ge=3, le=1000, description="points of a measurement window")


class ScalingMeasurement(Window):
    """Table 2: exponents and prefactors measured on the model's loss."""

    n_skills: Several[AnySkills] = Field(description="numbers of skills, infinite among them")

    def problems(self) -> Problems:
        """Numbers of skills leave room for the window."""
        yield from super().problems()
        for index, n_skills in enumerate(self.n_skills):
            if n_skills != "infinite" and n_skills * self.tolerance**2 <= 1.0:
                allowed = f"must exceed 1 / tolerance^2 = {self.tolerance**-2:g}"
                yield ("n_skills", index), n_skills, allowed


class Conditions(Window):
    """Conditions of each law met and violated."""

    shortage: Share = Field(
        description="what is left of a resource where its condition is violated, as a share of "
        "what is needed"
    )


class Exponents(Block):
    """Table 4: exponents of the loss and of the other resources."""

    data_exponents: InheritedAlphas = None


class ComputeEnvelope(Setting):
    """Prefactor of the compute law by every route."""

    data_exponents: InheritedAlphas = None
    computes: Grid = Field(description="C, computes")
    n_skills: Several[AnySkills] = Field(description="numbers of skills, infinite among them")


class Nothing(Block):
    """A product without arguments."""


class Theory(Block):
    """Arguments of the theory's products."""

    figure02: ResourceCurves
    figure03: ComputeCurves
    figure05: LinearNetwork
    figure06: StageLikeTraining
    figure07: SmallExponents
    figure08: ThreeNeurons
    figure09: Multilinear
    figure10: Multilinear
    prefactors: Prefactors
    simulation_checks: Nothing
    equation_checks: EquationChecks
    scaling_measurement: ScalingMeasurement
    scaling_approach: Conditions
    regimes: Conditions
    exponents: Exponents
    compute_envelope: ComputeEnvelope


# Tables


class Samples(Block):
    """Table 1: samples of the data set."""

    n_skills: int = Field(ge=1, le=MAXIMUM_SKILL_BITS, description="n_s, one control bit each")
    skill_bits: int = Field(ge=1, le=MAXIMUM_SKILL_BITS, description="n_b, skill bits of an input")
    sparse_bits: int = Field(ge=1, le=10, description="m, bits whose parity is one skill")
    n_samples: int = Field(ge=1, le=1000, description="samples shown")

    def problems(self) -> Problems:
        """There are enough bits."""
        needed, said = self._needed()
        if needed > self.skill_bits:
            yield ("skill_bits",), self.skill_bits, f"at least {said} = {needed}"

    def _needed(self) -> tuple[int, str]:
        return self.n_skills * self.sparse_bits, "n_skills * sparse_bits"


class SharedBitSamples(Samples):
    """Table 3: samples in the convention of Michaud et al., where skills may share bits."""

    def _needed(self) -> tuple[int, str]:
        return self.sparse_bits, "sparse_bits"


class SingleRuns(Block):
    """Table 5: single runs at one width."""

    width: Width = Field(description="N, one of experiments.parameters.widths")
    n_runs: int = Field(ge=1, le=1000, description="runs shown")
    learned_level: Share = Field(description="R_k/S from which a skill counts as learned")


class Tables(Block):
    """What the generated tables show."""

    table01: Samples
    table03: SharedBitSamples
    table05: SingleRuns


# Studies behind choices of the protocol, and of causes

Horizon = Annotated[float, Field(gt=0, le=1e6, description="P-steps that runs last")]
SkillBits = Annotated[int, Field(ge=1, le=MAXIMUM_SKILL_BITS, description="n_b, skill bits")]
InputsPerSkill = Annotated[
    int, Field(ge=1, le=10_000_000, description="inputs of each skill at a measurement")
]


class Plateaus(Block):
    """How long skills stand still before they rise, at fixed width."""

    width: Width
    runs: Runs = Field(description="runs")
    steps: Steps
    measure_every: int = Field(ge=1, description="steps between measurements")
    tolerance: float = Field(gt=0, le=0.5, description="change of R_k/S within a plateau")
    rise: float = Field(gt=0, le=1, description="least rise of R_k/S that follows a plateau")

    def problems(self) -> Problems:
        """A rise is no part of a plateau."""
        if self.tolerance >= self.rise:
            yield ("tolerance",), self.tolerance, f"must be below rise = {self.rise:g}"


class Case(Block):
    """Settings of an experiment with fixed training sets, at one D and batch size."""

    experiment: ExperimentName
    dataset_size: DatasetSize
    batch_size: BatchSize = Field(description="samples per step, in place of the experiment's")


class EarlyStopStudy(Block):
    """How far early stop moves what is reported."""

    cases: Several[Case] = Field(description="what is trained with and without early stop")
    runs: Runs = Field(description="runs of each case")


class CauseStudy(Block):
    """Sizes of the runs of a study of causes."""

    runs: Runs = Field(description="runs of an arm")


class OtherParity(Block):
    """Another parity."""

    sparse_bits: int = Field(ge=1, le=10, description="m, bits of the parity")
    skill_bits: SkillBits


class OnsetStudy(CauseStudy):
    """What sets the samples that a skill needs."""

    skill_bits: Several[SkillBits] = Field(description="n_b, skill bits, 32 among them")
    slowdown: int = Field(
        ge=2, le=1000, description="divisor of the learning rate, and factor of the steps"
    )
    slow_skill_bits: Several[SkillBits] = Field(
        description="n_b of the runs with the lower learning rate"
    )
    shares: Several[Annotated[float, Field(gt=0, le=100)]] = Field(
        description="D over the size at which parity and memorising are equally fast"
    )
    further: Several[OtherParity] = Field(description="m and n_b of further runs")
    further_shares: Several[Annotated[float, Field(gt=0, le=100)]] = Field(
        description="their D over the number of subsets of m - 1 bits"
    )
    width: Width
    steps: Steps


class ExponentStudy(CauseStudy):
    """Why rare skills emerge later than k^(α+1)."""

    skill_bits: Several[SkillBits] = Field(description="n_b, skill bits, 32 among them")
    horizons: Listed[Horizon] = Field(description="for each n_b, the P-steps that runs last")
    widths: Several[Width] = Field(description="N of the runs with one skill")
    batch_size: BatchSize = Field(description="samples per step of five skills")
    transplant_step: Steps = Field(description="step at which units are taken")
    guarded_runs: Runs = Field(description="runs in which weights are held")
    inputs_per_skill: InputsPerSkill
    few: Several[Annotated[int, Field(ge=2, le=64)]] = Field(
        description="numbers of skills, fewer than all"
    )
    slowdowns: Several[Annotated[int, Field(ge=2, le=1000)]] = Field(
        description="divisors of the learning rate, and factors of the steps"
    )
    slow_runs: Runs = Field(description="runs at the lower learning rate")

    def problems(self) -> Problems:
        """Each n_b has its horizon."""
        if len(self.horizons) != len(self.skill_bits):
            yield ("horizons",), list(self.horizons), "as many as skill_bits"


class SaturationStudy(CauseStudy):
    """Why skills saturate late."""

    rates: Several[Annotated[float, Field(gt=0, le=1)]] = Field(description="learning rates")
    horizon: Horizon
    width: Width
    batch_size: BatchSize = Field(description="samples per step")
    eigenvalue_runs: Runs = Field(description="runs whose largest eigenvalue is measured")
    inputs_per_skill: InputsPerSkill


class UnitsStudy(CauseStudy):
    """What few hidden units do."""

    widths: Several[Width] = Field(description="N, trained with the experiment's weight decay")
    decays: Several[Annotated[float, Field(ge=0, le=1)]] = Field(description="weight decays")
    width: Width
    batch_size: BatchSize = Field(description="samples per step")
    inputs_per_skill: InputsPerSkill


class TransformersStudy(CauseStudy):
    """Why skills of transformers emerge early."""

    skills: Several[Annotated[int, Field(ge=1, le=64)]] = Field(
        description="skills that are also trained alone"
    )
    horizon: Horizon
    joint_steps: Steps
    whole_horizon: Horizon
    slowdown: Annotated[int, Field(ge=2, le=1000)] = Field(
        description="divisor of the learning rate and of the batch, and factor of the steps"
    )
    width: Width


class Studies(Block):
    """What the studies train."""

    early_stop: EarlyStopStudy
    plateaus: Plateaus
    onset: OnsetStudy
    exponent: ExponentStudy
    saturation: SaturationStudy
    units: UnitsStudy
    transformers: TransformersStudy


class Settings(PaperBlock):
    """The block `nam2024`."""

    task: SparseParityBlock
    measurement: SkillMeasurement
    emergence: Emergence
    theory: Theory
    tables: Tables
    studies: Studies

    @field_validator("theory")
    @classmethod
    def _inherit(cls, theory: Theory, info: ValidationInfo) -> Theory:
        if "data_exponents" not in info.data:  # they are wrong themselves
            return theory
        return with_exponents(theory, info.data["data_exponents"])

    def problems(self) -> Problems:
        """Tables and studies find the widths and experiments that they name."""
        yield from self._untrained_width()
        for index, case in enumerate(self.studies.early_stop.cases):
            for key, value, allowed in self._case_problems(case):
                yield ("studies", "early_stop", "cases", index, *key), value, allowed

    def _untrained_width(self) -> Problems:
        width, trained = self.tables.table05.width, self.experiments["parameters"].widths
        if width not in trained:
            allowed = f"must be one of experiments.parameters.widths = {list(trained)}"
            yield ("tables", "table05", "width"), width, allowed

    def _case_problems(self, case: Case) -> Problems:
        fixed = {n: block for n, block in self.experiments.items() if block.resource == "data"}
        if case.experiment not in fixed:
            allowed = f"must be an experiment with resource data: {', '.join(fixed)}"
            yield ("experiment",), case.experiment, allowed
        elif early_stop := fixed[case.experiment].early_stop:
            for _, every, allowed in early_stop.unchecked_batches(
                case.dataset_size, case.batch_size
            ):
                said = f"check_every = {every} of {case.experiment} is not {allowed}"
                yield ("batch_size",), case.batch_size, said
