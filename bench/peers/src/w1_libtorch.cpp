// W1 libtorch C++ frontend.
#include <torch/torch.h>
#include "peer_common.hpp"
int main() {
    torch::set_num_threads(pc::threads());
    torch::manual_seed(1);
    auto tr = pc::fashion(true), te = pc::fashion(false);
    auto mk = [](pc::Fashion& f) {
        auto x = torch::from_blob(f.x.data(), {f.n, 784}).clone();
        auto y = torch::from_blob(f.y.data(), {f.n}, torch::kInt).to(torch::kLong);
        return std::make_pair(x, y);
    };
    auto [xt, yt] = mk(tr);
    auto [xv, yv] = mk(te);
    torch::nn::Sequential net(torch::nn::Linear(784, 256), torch::nn::ReLU(), torch::nn::Linear(256, 128),
                              torch::nn::ReLU(), torch::nn::Linear(128, 10));
    torch::optim::Adam opt(net->parameters(), torch::optim::AdamOptions(1e-3));
    std::vector<double> secs, accs;
    for (int ep = 0; ep < 5; ++ep) {
        double t = pc::now();
        auto perm = torch::randperm(60000, torch::kLong);
        for (int i = 0; i < 60000; i += 64) {
            auto idx = perm.slice(0, i, std::min(i + 64, 60000));
            auto loss =
                torch::nn::functional::cross_entropy(net->forward(xt.index_select(0, idx)), yt.index_select(0, idx));
            opt.zero_grad();
            loss.backward();
            opt.step();
        }
        secs.push_back(pc::now() - t);
        torch::NoGradGuard ng;
        accs.push_back(net->forward(xv).argmax(1).eq(yv).to(torch::kFloat).mean().item<float>());
    }
    char ex[160];
    std::snprintf(ex, sizeof ex, "\"acc_ep3\": %.4f, \"acc_ep5\": %.4f, \"peak_rss_mb\": %.0f", accs[2], accs[4],
                  pc::peak_rss_mb());
    pc::emit("W1", "libtorch-cpp", "epoch_seconds", pc::stat(secs), "s", ex);
}
