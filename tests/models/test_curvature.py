"""The Gauss-Newton eigenvalue against autograd and against the edge of stability itself."""

import numpy as np
import torch

from emergence.models.curvature import gauss_newton_eigenvalue
from emergence.models.two_layer import TwoLayer
from emergence.randomness import Stream


def test_it_is_the_top_eigenvalue_of_the_gradients_of_all_parameters():
    network = TwoLayer(input_size=5, width=7, initial_std=0.7)
    parameters = network.start(Stream((1, 2), 0))
    inputs = np.random.default_rng(0).normal(size=(20, 5)).astype(np.float32)
    module = network.module().double()
    module.load_state_dict({n: torch.tensor(a).double() for n, a in parameters.items()})
    rows = []
    for x in torch.tensor(inputs).double():
        gradients = torch.autograd.grad(module(x[None]).sum(), list(module.parameters()))
        rows.append(torch.cat([g.ravel() for g in gradients]))
    jacobian = torch.stack(rows).numpy()
    expected = np.linalg.eigvalsh(2.0 * jacobian.T @ jacobian / len(inputs))[-1]
    np.testing.assert_allclose(gauss_newton_eigenvalue(parameters, inputs), expected, rtol=1e-9)
