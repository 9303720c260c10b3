"""W3 a training step of an MLP 1-h-h-1 with tanh: zero_grad, forward, MSE, backward, step."""
import torch
import torch.nn.functional as F
from peer_common import THREADS, bench, emit, wave
from torch import nn

torch.set_num_threads(THREADS)
x, y = map(torch.from_numpy, wave())


def optimizer(name, parameters, foreach):
    if name == "adam":
        return torch.optim.Adam(parameters, 1e-3, foreach=foreach)
    return torch.optim.SGD(parameters, 1e-2, momentum=0.9 if name == "momentum" else 0, foreach=foreach)


def measure(h, B, name, foreach):
    torch.manual_seed(1)
    net = nn.Sequential(nn.Linear(1, h), nn.Tanh(), nn.Linear(h, h), nn.Tanh(), nn.Linear(h, 1))
    opt = optimizer(name, net.parameters(), foreach)
    n, i = len(x) // B * B, 0

    def step():
        nonlocal i
        bx, by = x[i:i + B], y[i:i + B]
        i = (i + B) % n
        opt.zero_grad(set_to_none=True)
        F.mse_loss(net(bx), by).backward()
        opt.step()

    seconds = bench(step, 7, 500, 300)
    with torch.no_grad():
        mse = F.mse_loss(net(x), y).item()
    emit("W3", f"torch-py foreach={foreach}", f"step_us h={h} B={B} {name}", [t * 1e6 for t in seconds], "us", mse=round(mse, 4))


for h in (30, 64):
    for B in (32, 1):
        for name in ("sgd", "momentum", "adam"):
            for foreach in (False, True):
                measure(h, B, name, foreach)
