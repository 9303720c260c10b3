"""W1 torch: MLP 784-256-128-10, cross-entropy, Adam, batch 64, five epochs of Fashion-MNIST."""
import time

import torch
import torch.nn.functional as F
from peer_common import THREADS, emit, fashion, peak_rss_mb
from torch import nn

torch.set_num_threads(THREADS)
xt, yt = map(torch.from_numpy, fashion(True))
xv, yv = map(torch.from_numpy, fashion(False))
for foreach in (False, True):
    torch.manual_seed(1)
    net = nn.Sequential(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 128), nn.ReLU(), nn.Linear(128, 10))
    opt = torch.optim.Adam(net.parameters(), lr=1e-3, foreach=foreach)
    seconds, accuracies = [], []
    for _ in range(5):
        start = time.perf_counter()
        order = torch.randperm(60000)
        for i in range(0, 60000, 64):
            rows = order[i:i + 64]
            loss = F.cross_entropy(net(xt[rows]), yt[rows])
            opt.zero_grad(set_to_none=True)
            loss.backward()
            opt.step()
        seconds.append(time.perf_counter() - start)
        with torch.no_grad():
            accuracies.append((net(xv).argmax(1) == yv).float().mean().item())
    emit("W1", f"torch-py foreach={foreach}", "epoch_seconds", seconds, "s",
         acc_ep3=round(accuracies[2], 4), acc_ep5=round(accuracies[4], 4), peak_rss_mb=round(peak_rss_mb()))
