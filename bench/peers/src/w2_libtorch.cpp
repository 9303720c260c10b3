// W2 tiny ViT, libtorch C++ frontend, plain ops.
#include <torch/torch.h>
#include "peer_common.hpp"
namespace nn = torch::nn;
namespace F = torch::nn::functional;
struct BlockImpl : nn::Module {
    int H, dh;
    nn::LayerNorm n1, n2;
    nn::Linear qkv, proj, f1, f2;
    BlockImpl(int D, int h)
        : H(h),
          dh(D / h),
          n1(nn::LayerNormOptions({D})),
          n2(nn::LayerNormOptions({D})),
          qkv(D, 3 * D),
          proj(D, D),
          f1(D, 4 * D),
          f2(4 * D, D) {
        register_module("n1", n1);
        register_module("n2", n2);
        register_module("qkv", qkv);
        register_module("proj", proj);
        register_module("f1", f1);
        register_module("f2", f2);
    }
    torch::Tensor forward(torch::Tensor x) {
        auto B = x.size(0), T = x.size(1), D = x.size(2);
        auto z = qkv->forward(n1->forward(x)).view({B, T, 3, H, dh}).permute({2, 0, 3, 1, 4}).unbind(0);
        auto a = torch::softmax((z[0] * std::pow((double)dh, -0.5)).matmul(z[1].transpose(-2, -1)), -1);
        x = x + proj->forward(a.matmul(z[2]).transpose(1, 2).reshape({B, T, D}));
        return x + f2->forward(torch::gelu(f1->forward(n2->forward(x))));
    }
};
TORCH_MODULE(Block);
struct ViTImpl : nn::Module {
    nn::Linear emb, head;
    nn::LayerNorm norm;
    torch::Tensor cls, pos;
    std::vector<Block> bl;
    ViTImpl(int D, int H, int L) : emb(16, D), head(D, 10), norm(nn::LayerNormOptions({D})) {
        register_module("emb", emb);
        register_module("head", head);
        register_module("norm", norm);
        cls = register_parameter("cls", torch::zeros({1, 1, D}));
        pos = register_parameter("pos", 0.02 * torch::randn({1, 50, D}));
        for (int i = 0; i < L; ++i) bl.push_back(register_module("b" + std::to_string(i), Block(D, H)));
    }
    torch::Tensor forward(torch::Tensor x) {
        auto B = x.size(0);
        auto p = x.view({B, 7, 4, 7, 4}).transpose(2, 3).reshape({B, 49, 16});
        auto t = torch::cat({cls.expand({B, 1, -1}), emb->forward(p)}, 1) + pos;
        for (auto& b : bl) t = b->forward(t);
        return head->forward(norm->forward(t.select(1, 0)));
    }
};
TORCH_MODULE(ViT);
int main() {
    torch::set_num_threads(pc::threads());
    auto tr = pc::fashion(true);
    auto xt = torch::from_blob(tr.x.data(), {tr.n, 784});
    auto yt = torch::from_blob(tr.y.data(), {tr.n}, torch::kInt).to(torch::kLong);
    int cfg[2][4] = {{16, 4, 1, 100}, {64, 4, 4, 15}};
    for (auto& c : cfg) {
        torch::manual_seed(1);
        ViT net(c[0], c[1], c[2]);
        torch::optim::Adam opt(net->parameters(), torch::optim::AdamOptions(1e-3));
        std::vector<float> losses;
        auto step = [&] {
            auto idx = torch::randint(0, 60000, {64}, torch::kLong);
            auto loss = F::cross_entropy(net->forward(xt.index_select(0, idx)), yt.index_select(0, idx));
            opt.zero_grad();
            loss.backward();
            opt.step();
            losses.push_back(loss.item<float>());
        };
        auto s = pc::bench(step, 9, c[3], c[3]);
        double l = 0;
        for (int i = 0; i < 20; ++i) l += losses[losses.size() - 1 - i] / 20;
        char m[64], ex[160];
        std::snprintf(m, sizeof m, "step_ms D=%d H=%d L=%d", c[0], c[1], c[2]);
        std::snprintf(ex, sizeof ex, "\"steps\": %zu, \"loss_last20\": %.3f, \"peak_rss_mb\": %.0f", losses.size(), l,
                      pc::peak_rss_mb());
        pc::emit("W2", "libtorch-cpp", m, pc::scale(s, 1e3), "ms", ex);
    }
}
