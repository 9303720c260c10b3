// W10 minimal program: one training step of a 1-30-30-1 net, batch 32.
#include <torch/torch.h>
#include <cstdio>
int main() {
    torch::manual_seed(1);
    torch::nn::Sequential net(torch::nn::Linear(1, 30), torch::nn::Tanh(), torch::nn::Linear(30, 30), torch::nn::Tanh(),
                              torch::nn::Linear(30, 1));
    torch::optim::Adam opt(net->parameters(), torch::optim::AdamOptions(1e-3));
    auto x = torch::linspace(-3, 3, 32).unsqueeze(1), y = torch::exp(-x * x) * torch::cos(10 * x);
    opt.zero_grad();
    auto l = torch::mse_loss(net->forward(x), y);
    l.backward();
    opt.step();
    std::printf("%f\n", l.item<float>());
}
