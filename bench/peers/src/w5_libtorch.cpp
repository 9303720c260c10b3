// W5 libtorch with tensors of no dimension: what a tensor for every scalar costs.
#include <torch/torch.h>

#include "w5_measure.hpp"

namespace {

struct Number {
    Number() {}
    Number(double v) : t(torch::scalar_tensor(v, torch::kDouble)) {}
    Number(torch::Tensor x) : t(std::move(x)) {}
    friend Number operator+(const Number& a, const Number& b) { return a.t + b.t; }
    friend Number operator-(const Number& a, const Number& b) { return a.t - b.t; }
    friend Number operator*(const Number& a, const Number& b) { return a.t * b.t; }
    friend Number operator*(const Number& a, double b) { return a.t * b; }
    friend Number operator*(double a, const Number& b) { return b.t * a; }
    friend Number operator-(const Number& a, double b) { return a.t - b; }
    friend Number operator-(double a, const Number& b) { return torch::rsub(b.t, a); }
    friend Number tanh(const Number& a) { return torch::tanh(a.t); }
    torch::Tensor t;
};

}  // namespace

int main() {
    torch::set_num_threads(1);
    scalars::measure(
        "libtorch-0dim",
        [](const std::vector<double>& x, const auto& f) {
            std::vector<Number> inputs;
            for (double v : x) {
                inputs.emplace_back(v);
                inputs.back().t.requires_grad_();
            }
            f(inputs.data()).t.backward();
            std::vector<double> g;
            for (auto& input : inputs) g.push_back(input.t.grad().item<double>());
            return g;
        },
        3, 5, 1);
}
