"""A PyTorch network on handwritten digits that is watched, and its noise and curvature by other means.

Trained for a while first, then kept where it is (learning rate 0), so that truth stands still. Exact values are from
every example's own gradient (functorch) and from scipy's eigsh over Hessian-vector products in float64.
"""

import json
import sys

import numpy as np
import torch
from scipy.sparse.linalg import LinearOperator, eigsh
from sklearn.datasets import load_digits
from torch import nn
from torch.nn.functional import cross_entropy

import thermograd

torch.set_num_threads(1)
torch.manual_seed(7)
STEPS, CHUNKS, SIZE = 400, 4, 16
data = load_digits()
x = torch.tensor(data.data, dtype=torch.float32) / 16
y = torch.tensor(data.target)
model = nn.Sequential(nn.Linear(64, 32), nn.Tanh(), nn.Linear(32, 10))

warm = torch.optim.SGD(model.parameters(), lr=0.5)
for _ in range(20):
    warm.zero_grad()
    cross_entropy(model(x), y).backward()
    warm.step()

optimizer = torch.optim.SGD(model.parameters(), lr=0.0, momentum=0.9)
probing = thermograd.Probing(lambda batch: cross_entropy(model(batch[0]), batch[1]), (x, y), curvature_every=200)
with thermograd.watch(
    model, optimizer, run_id="digits", sink=sys.argv[1], dataset_size=len(x), probing=probing
) as watcher:
    order, used = torch.randperm(len(x)), 0
    for _ in range(STEPS):
        if used + CHUNKS * SIZE > len(x):
            order, used = torch.randperm(len(x)), 0
        optimizer.zero_grad()
        total = 0.0
        for _ in range(CHUNKS):
            rows = order[used : used + SIZE]
            used += SIZE
            loss = cross_entropy(model(x[rows]), y[rows])
            (loss / CHUNKS).backward()
            total += loss.item() / CHUNKS
        optimizer.step()
        watcher.log(loss=total)

twin = nn.Sequential(nn.Linear(64, 32), nn.Tanh(), nn.Linear(32, 10)).double()
twin.load_state_dict({name: value.double() for name, value in model.state_dict().items()})
x = x.double()
parameters = list(twin.parameters())

try:
    from functorch import grad, make_functional, vmap

    function, weights = make_functional(twin)
    each = vmap(grad(lambda w, a, b: cross_entropy(function(w, a[None]), b[None])), (None, 0, 0))(weights, x, y)
    rows = torch.cat([g.reshape(len(x), -1) for g in each], dim=1).detach().numpy()
except ImportError:  # torch 2 keeps it elsewhere
    from torch.func import functional_call, grad, vmap

    weights = dict(twin.named_parameters())
    each = vmap(grad(lambda w, a, b: cross_entropy(functional_call(twin, w, (a[None],)), b[None])), (None, 0, 0))(
        weights, x, y
    )
    rows = torch.cat([each[name].reshape(len(x), -1) for name in weights], dim=1).detach().numpy()

gradients = torch.autograd.grad(cross_entropy(twin(x), y), parameters, create_graph=True)
flat = torch.cat([g.reshape(-1) for g in gradients])


def product(v):
    answer = torch.autograd.grad(flat, parameters, torch.from_numpy(np.asarray(v).reshape(-1)), retain_graph=True)
    return torch.cat([a.reshape(-1) for a in answer]).numpy()


top = eigsh(LinearOperator((len(flat), len(flat)), product, dtype=np.float64), k=1, which="LA")[0][0]
mean = rows.mean(axis=0)
print(
    json.dumps(
        {
            "noise_trace": float(((rows - mean) ** 2).sum(axis=1).mean()),
            "gradient_sqnorm": float(mean @ mean),
            "sharpness_probe": float(top),
        }
    )
)
