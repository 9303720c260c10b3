"""W4 a step of each optimizer over ten tensors, 1 or 10 million floats in all."""
import torch
from peer_common import THREADS, bench, emit
from torch import optim

torch.set_num_threads(THREADS)
RULES = {
    "sgd": lambda p, f: optim.SGD(p, 1e-2, foreach=f),
    "momentum": lambda p, f: optim.SGD(p, 1e-2, momentum=0.9, foreach=f),
    "nag": lambda p, f: optim.SGD(p, 1e-2, momentum=0.9, nesterov=True, foreach=f),
    "adagrad": lambda p, f: optim.Adagrad(p, 1e-2, foreach=f),
    "adadelta": lambda p, f: optim.Adadelta(p, 1.0, foreach=f),
    "rmsprop": lambda p, f: optim.RMSprop(p, 1e-3, foreach=f),
    "adam": lambda p, f: optim.Adam(p, 1e-3, foreach=f),
}
for N in (1_000_000, 10_000_000):
    for name, make in RULES.items():
        for foreach in (False, True):
            torch.manual_seed(1)
            parameters = [torch.nn.Parameter(torch.randn(N // 10)) for _ in range(10)]
            for p in parameters:
                p.grad = torch.randn_like(p)
            seconds = bench(make(parameters, foreach).step, 9, max(1, 20_000_000 // N), 3)
            emit("W4", f"torch-py foreach={foreach}", f"ns_per_param {name} N={N // 1000000}M", [t / N * 1e9 for t in seconds], "ns")
