// W3 libtorch C++ frontend.
#include <torch/torch.h>
#include "peer_common.hpp"
int main() {
    torch::set_num_threads(pc::threads());
    std::vector<float> xv, yv;
    pc::wave(xv, yv);
    auto x = torch::from_blob(xv.data(), {10000, 1}), y = torch::from_blob(yv.data(), {10000, 1});
    for (int h : {30, 64})
        for (int B : {32, 1})
            for (std::string on : {"sgd", "momentum", "adam"}) {
                torch::manual_seed(1);
                torch::nn::Sequential net(torch::nn::Linear(1, h), torch::nn::Tanh(), torch::nn::Linear(h, h),
                                          torch::nn::Tanh(), torch::nn::Linear(h, 1));
                std::unique_ptr<torch::optim::Optimizer> opt;
                if (on == "adam")
                    opt = std::make_unique<torch::optim::Adam>(net->parameters(), torch::optim::AdamOptions(1e-3));
                else
                    opt = std::make_unique<torch::optim::SGD>(
                        net->parameters(), torch::optim::SGDOptions(1e-2).momentum(on == "sgd" ? 0 : 0.9));
                int i = 0, n = 10000 / B * B;
                auto s = pc::bench(
                    [&] {
                        auto bx = x.slice(0, i, i + B), by = y.slice(0, i, i + B);
                        i = (i + B) % n;
                        opt->zero_grad();
                        torch::mse_loss(net->forward(bx), by).backward();
                        opt->step();
                    },
                    7, 500, 300);
                torch::NoGradGuard ng;
                char m[64], ex[64];
                std::snprintf(m, sizeof m, "step_us h=%d B=%d %s", h, B, on.c_str());
                std::snprintf(ex, sizeof ex, "\"mse\": %.4f", torch::mse_loss(net->forward(x), y).item<float>());
                pc::emit("W3", "libtorch-cpp", m, pc::scale(s, 1e6), "us", ex);
            }
}
