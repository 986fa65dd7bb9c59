"""The transformer against its description: count, formula, steps, causality, start."""

import numpy as np
import pytest
import torch

from emergence.models.network import initial_parameters
from emergence.models.transformer_parameters import TransformerSizes
from emergence.randomness import Purpose, Stream
from emergence.tasks.sparse_parity.problem import SparseParity

TASK = SparseParity(n_skills=3, skill_bits=6, sparse_bits=2, data_exponent=0.9, target_scale=1.0)
STREAMS = tuple(Stream((5, 6), run) for run in (0, 3))


def _initial(width=8, heads=2, mlp_factor=3, streams=STREAMS):
    return initial_parameters(TransformerSizes(TASK.input_size, width, heads, mlp_factor), streams)


def _model(initial, run=0):
    model = initial.network.module()
    model.load_state_dict({n: torch.from_numpy(a) for n, a in initial.of_run(run).items()})
    return model.double()


def _shifted(initial, seed=1):
    """Gains and offsets that are neither 1 nor 0, so that leaving one out shows."""
    generator = np.random.default_rng(seed)
    for name, array in initial.arrays.items():
        if "norm" in name:
            array += generator.normal(0, 0.3, array.shape).astype(np.float32)
    return initial


def by_hand(initial, run, bits):
    """One input, loops and float64: the description of App. K.2 word by word."""
    p = initial.astype(np.float64).of_run(run)
    sizes = initial.network
    d, n_tokens, size = sizes.width, sizes.n_tokens, sizes.width // sizes.heads

    def linear(name, x):
        return p[f"{name}.weight"] @ x + p[f"{name}.bias"]

    def norm(name, x):
        scaled = (x - x.mean()) / np.sqrt(x.var() + 1e-5)
        return p[f"{name}.weight"] * scaled + p[f"{name}.bias"]

    h = []
    for j, bit in enumerate(bits):
        token = np.zeros(2 + n_tokens)
        token[int(bit)] = token[2 + j] = 1.0
        h.append(np.maximum(linear("embedding", token), 0))
    joined = [linear("query_key_value", norm("attention_norm", x)) for x in h]
    query, key, value = ([x[i * d : (i + 1) * d] for x in joined] for i in range(3))
    for j in range(n_tokens):
        mixed = np.zeros(d)
        for head in range(sizes.heads):
            mine = slice(head * size, (head + 1) * size)
            scores = [query[j][mine] @ key[i][mine] / np.sqrt(size) for i in range(j + 1)]
            weights = np.exp(scores) / np.exp(scores).sum()
            mixed[mine] = sum(w * value[i][mine] for i, w in enumerate(weights))
        h[j] = h[j] + linear("attention_output", mixed)
    for j in range(n_tokens):
        hidden = np.maximum(linear("mlp_input", norm("mlp_norm", h[j])), 0)
        h[j] = h[j] + linear("mlp_output", hidden)
    return linear("read_out", np.concatenate([norm("final_norm", x) for x in h]))[0]


def test_parameter_count_is_the_descriptions():
    """n_b = 32, n_s = 5: 37 tokens, 39 -> 512, 4 projections, MLP 2048, 3 norms, 37·512 -> 1."""
    sizes = TransformerSizes(n_tokens=37, width=512, heads=4, mlp_factor=4)
    d = 512
    embedding = 39 * d + d
    attention = 4 * (d * d + d)
    mlp = (d * 2048 + 2048) + (2048 * d + d)
    expected = embedding + attention + mlp + 3 * 2 * d + (37 * d + 1)
    assert expected == 3_192_833
    assert sizes.n_parameters == expected
    assert sum(p.numel() for p in sizes.module().parameters()) == expected


@pytest.mark.parametrize(("width", "heads", "mlp_factor"), [(8, 2, 3), (6, 1, 1)])
def test_output_is_the_hand_written_formula(width, heads, mlp_factor):
    initial = _shifted(_initial(width, heads, mlp_factor))
    bits = np.random.default_rng(0).integers(0, 2, (5, TASK.input_size))
    for run in range(2):
        model = _model(initial, run)
        found = model(torch.from_numpy(bits.astype(np.float64))).detach().numpy()
        expected = [by_hand(initial, run, row) for row in bits]
        np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-12)
        assert np.std(expected) > 1e-3  # the comparison is not of a constant


@pytest.mark.parametrize("size", [1, 40])
def test_distinct_prefixes_give_the_outputs_and_gradients_of_every_token(size):
    """Output of each sample and gradient of their weighted sum."""
    generator = np.random.default_rng(size)
    bits = generator.integers(0, 2, (size, TASK.input_size)).astype(np.float64)
    bits[:, :4] = bits[0, :4]  # repetitions
    bits = torch.from_numpy(bits)
    weights = torch.from_numpy(generator.normal(size=size))
    initial = _shifted(_initial())
    outputs, gradients = [], []
    for forward in ("forward", "forward_tokens"):
        model = _model(initial)
        output = getattr(model, forward)(bits)
        (weights * output).sum().backward()
        outputs.append(output.detach().numpy())
        gradients.append([parameter.grad.numpy() for parameter in model.parameters()])
    np.testing.assert_allclose(outputs[0], outputs[1], rtol=1e-12)
    for shared, every in zip(*gradients, strict=True):
        np.testing.assert_allclose(shared, every, rtol=1e-9, atol=1e-12)


def test_start_is_pytorchs_default_with_halved_output_projections():
    initial = _initial(width=64, heads=4, mlp_factor=4, streams=STREAMS[:1])
    for name, (_, inputs) in initial.network.linear_layers.items():
        bound = (0.5 if name in ("attention_output", "mlp_output") else 1.0) / np.sqrt(inputs)
        weights = initial.arrays[f"{name}.weight"].ravel()
        biases = initial.arrays[f"{name}.bias"].ravel()
        assert np.abs(weights).max() <= bound
        assert np.abs(biases).max() <= bound
        error = bound / np.sqrt(3 * len(weights))
        assert abs(weights.mean()) < 4 * error
        # a uniform distribution in ±bound has variance bound²/3 and kurtosis 9/5
        assert weights.var() == pytest.approx(bound**2 / 3, rel=4 * np.sqrt(0.8 / len(weights)))
    for name in initial.network.normalisations:
        assert (initial.arrays[f"{name}.weight"] == 1).all()
        assert (initial.arrays[f"{name}.bias"] == 0).all()


def test_start_uses_the_runs_own_stream_once():
    together = _initial()
    drawn = STREAMS[0].uniform(Purpose.INITIALISATION, 0, together.network.n_parameters)
    first = together.arrays["embedding.weight"][0].ravel()
    bound = 1 / np.sqrt(2 + TASK.input_size)
    np.testing.assert_allclose(first, bound * (2 * drawn[: len(first)] - 1), rtol=1e-6)
    assert (together.arrays["embedding.weight"][0] != together.arrays["embedding.weight"][1]).all()


def test_impossible_sizes_are_refused():
    with pytest.raises(ValueError, match="multiple of heads"):
        TransformerSizes(5, 8, 3, 1)
    with pytest.raises(ValueError, match="n_tokens"):
        TransformerSizes(0, 8, 2, 1)


def test_operations_are_those_of_the_products_in_the_module():
    """Against PyTorch's own counter of one forward and backward pass."""
    from torch.utils.flop_counter import FlopCounterMode

    sizes = TransformerSizes(n_tokens=9, width=32, heads=2, mlp_factor=4)
    model = sizes.module()
    bits = torch.randint(0, 2, (16, 9)).float()
    counter = FlopCounterMode(display=False)
    with counter:
        model.forward_tokens(bits).square().mean().backward()
    counted = counter.get_total_flops()
    # the first layer's backward pass needs no gradient of its inputs; attention recomputes
    assert sizes.step_operations(16) == pytest.approx(counted, rel=0.1)
