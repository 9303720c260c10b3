"""W10 the smallest program that trains, in torch."""
import torch
from torch import nn

torch.manual_seed(1)
net = nn.Sequential(nn.Linear(1, 30), nn.Tanh(), nn.Linear(30, 30), nn.Tanh(), nn.Linear(30, 1))
opt = torch.optim.Adam(net.parameters(), lr=1e-3)
x = torch.linspace(-3, 3, 32).unsqueeze(1)
y = torch.exp(-x * x) * torch.cos(10 * x)
opt.zero_grad()
loss = torch.nn.functional.mse_loss(net(x), y)
loss.backward()
opt.step()
print(loss.item())
