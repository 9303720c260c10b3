"""W2 a training step of a vision transformer in torch: of plain ops, and of nn.TransformerEncoderLayer(norm_first)."""
import torch
import torch.nn.functional as F
from peer_common import THREADS, bench, emit, fashion, peak_rss_mb
from torch import nn

torch.set_num_threads(THREADS)


class Block(nn.Module):
    def __init__(self, D, H):
        super().__init__()
        self.H, self.dh = H, D // H
        self.n1, self.n2 = nn.LayerNorm(D), nn.LayerNorm(D)
        self.qkv, self.proj = nn.Linear(D, 3 * D), nn.Linear(D, D)
        self.f1, self.f2 = nn.Linear(D, 4 * D), nn.Linear(4 * D, D)

    def forward(self, x):
        B, T, D = x.shape
        q, k, v = self.qkv(self.n1(x)).view(B, T, 3, self.H, self.dh).permute(2, 0, 3, 1, 4).unbind(0)
        a = torch.softmax((q * self.dh**-0.5) @ k.transpose(-2, -1), -1)
        x = x + self.proj((a @ v).transpose(1, 2).reshape(B, T, D))
        return x + self.f2(F.gelu(self.f1(self.n2(x))))


def encoder_layer(D, H):
    return nn.TransformerEncoderLayer(D, H, 4 * D, 0.0, F.gelu, batch_first=True, norm_first=True)


class ViT(nn.Module):
    def __init__(self, D, H, L, block):
        super().__init__()
        self.emb = nn.Linear(16, D)
        self.cls = nn.Parameter(torch.zeros(1, 1, D))
        self.pos = nn.Parameter(0.02 * torch.randn(1, 50, D))
        self.blocks = nn.Sequential(*[block(D, H) for _ in range(L)])
        self.norm, self.head = nn.LayerNorm(D), nn.Linear(D, 10)

    def forward(self, x):
        B = x.shape[0]
        p = x.view(B, 7, 4, 7, 4).transpose(2, 3).reshape(B, 49, 16)
        t = torch.cat([self.cls.expand(B, 1, -1), self.emb(p)], 1) + self.pos
        return self.head(self.norm(self.blocks(t)[:, 0]))


def measure(D, H, L, inner, variant, block, foreach):
    torch.manual_seed(1)
    net = ViT(D, H, L, block)
    opt = torch.optim.Adam(net.parameters(), lr=1e-3, foreach=foreach)
    generator = torch.Generator().manual_seed(3)
    losses = []

    def step():
        rows = torch.randint(0, 60000, (64,), generator=generator)
        loss = F.cross_entropy(net(xt[rows]), yt[rows])
        opt.zero_grad(set_to_none=True)
        loss.backward()
        opt.step()
        losses.append(loss.item())

    seconds = bench(step, 9, inner, inner)
    emit("W2", f"torch-py {variant} foreach={foreach}", f"step_ms D={D} H={H} L={L}", [t * 1e3 for t in seconds], "ms",
         steps=len(losses), loss_last20=round(sum(losses[-20:]) / 20, 3), peak_rss_mb=round(peak_rss_mb()))


xt, yt = map(torch.from_numpy, fashion(True))
for D, H, L, inner in ((16, 4, 1, 100), (64, 4, 4, 15)):
    for variant, block in (("plain", Block), ("encoder", encoder_layer)):
        for foreach in (False, True):
            measure(D, H, L, inner, variant, block, foreach)
