"""Fully connected networks: shapes, how they start, and what their modules compute."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from emergence.models.architectures import network_of
from emergence.models.deep import Deep
from emergence.models.modules import ACTIVATIONS
from emergence.models.network import initial_parameters
from emergence.models.transformer_parameters import TransformerSizes
from emergence.models.two_layer import TwoLayer
from emergence.randomness import Stream

INPUTS = 13
NETWORKS = [
    TwoLayer(INPUTS, 7, 0.3),
    Deep(INPUTS, (7, 5), 0.3, "tanh", output_size=3),
    Deep(INPUTS, (), 1.0),
    TransformerSizes(INPUTS, 8, 2, 1),
]


def _streams(runs):
    return [Stream((11, 12), run) for run in runs]


@pytest.mark.parametrize("network", NETWORKS, ids=lambda network: type(network).__name__)
@settings(max_examples=10)
@given(runs=st.lists(st.integers(0, 50), min_size=1, max_size=4, unique=True))
def test_a_run_starts_the_same_alone_and_in_any_ensemble(network, runs):
    together = initial_parameters(network, _streams(runs))
    assert together.n_runs == len(runs)
    assert {k: a.shape for k, a in together.arrays.items()} == {
        name: (len(runs), *shape) for name, shape in network.shapes.items()
    }
    assert {array.dtype for array in together.arrays.values()} == {np.dtype(np.float32)}
    for place, run in enumerate(runs):
        alone = initial_parameters(network, _streams([run]))
        for name, array in together.of_run(place).items():
            np.testing.assert_array_equal(array, alone.arrays[name][0])


@pytest.mark.parametrize("network", NETWORKS, ids=lambda network: type(network).__name__)
def test_names_and_shapes_are_the_module_s(network):
    found = {name: tuple(p.shape) for name, p in network.module().named_parameters()}
    assert found == network.shapes
    assert network.sample_bytes >= 4 * INPUTS


@pytest.mark.parametrize("sigma", [1e-3, 2.0])
def test_every_parameter_of_two_layers_is_normal_with_standard_deviation_sigma(sigma):
    parameters = initial_parameters(TwoLayer(INPUTS, 200, sigma), _streams(range(50)))
    for name, array in parameters.arrays.items():
        assert stats.kstest(array.ravel() / sigma, "norm").pvalue > 1e-3, name
    values = [array.ravel() for array in parameters.arrays.values()]
    assert len(np.unique(np.concatenate(values))) > 100_000


def test_weights_of_deep_networks_have_the_variance_of_their_inputs():
    network = Deep(INPUTS, (100, 60), 1.5)
    arrays = initial_parameters(network, _streams(range(20))).arrays
    for i, (_, inputs) in enumerate(network.layers):
        scaled = arrays[f"layers.{i}.weight"].ravel() * np.sqrt(inputs) / 1.5
        assert stats.kstest(scaled, "norm").pvalue > 1e-3
        assert not arrays[f"layers.{i}.bias"].any()


PHI = {
    "relu": lambda z: np.maximum(z, 0),
    "tanh": np.tanh,
    "gelu": lambda z: z * stats.norm.cdf(z),
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "quadratic": np.square,
    "linear": lambda z: z,
}


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_modules_compute_their_formulas(activation):
    phi, generator = PHI[activation], np.random.default_rng(0)
    x = generator.normal(size=(5, INPUTS))

    def output(network, p):
        module = network.module().double()
        module.load_state_dict({name: torch.from_numpy(array) for name, array in p.items()})
        return module(torch.from_numpy(x)).detach().numpy()

    def drawn(network):
        return {name: generator.normal(size=shape) for name, shape in network.shapes.items()}

    two_layers = TwoLayer(INPUTS, 7, 1.0, activation)
    p = drawn(two_layers)
    hidden = phi(x @ p["input_weights"].T + p["hidden_biases"])
    expected = hidden @ p["output_weights"] + p["output_biases"]
    np.testing.assert_allclose(output(two_layers, p), expected)
    for outputs in (1, 3):
        deep = Deep(INPUTS, (7, 5), 1.0, activation, outputs)
        p, h = drawn(deep), x
        for i in range(3):
            h = h @ p[f"layers.{i}.weight"].T + p[f"layers.{i}.bias"]
            h = phi(h) if i < 2 else h
        np.testing.assert_allclose(output(deep, p), h[:, 0] if outputs == 1 else h)


def test_settings_name_their_network():
    settings = {"initial_std": 0.2}
    assert network_of(settings, 9, 4) == TwoLayer(9, 4, 0.2)
    deep = settings | {"architecture": "deep", "hidden_layers": 2, "activation": "tanh"}
    assert network_of(deep, 9, 4, 3) == Deep(9, (4, 4), 0.2, "tanh", 3)
    transformer = {"architecture": "transformer", "heads": 2, "mlp_factor": 3}
    assert network_of(transformer, 9, 4) == TransformerSizes(9, 4, 2, 3)
    with pytest.raises(ValueError, match="one of two-layer, transformer, deep, got 'oracle'"):
        network_of({"architecture": "oracle"}, 9, 4)
    with pytest.raises(ValueError, match="two-layer has one output, the task 3"):
        network_of(settings, 9, 4, 3)
    with pytest.raises(ValueError, match=r"activation must be one of relu, .* got 'step'"):
        TwoLayer(9, 4, 0.2, "step").module()
