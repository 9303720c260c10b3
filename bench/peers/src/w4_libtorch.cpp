// W4 libtorch C++ optimizers (the C++ frontend has no Adadelta).
#include <torch/torch.h>
#include "peer_common.hpp"
int main() {
    torch::set_num_threads(pc::threads());
    using namespace torch::optim;
    for (long N : {1000000L, 10000000L})
        for (std::string on : {"sgd", "momentum", "nag", "adagrad", "rmsprop", "adam"}) {
            torch::manual_seed(1);
            std::vector<torch::Tensor> ps;
            for (int i = 0; i < 10; ++i) {
                ps.push_back(torch::randn({N / 10}).requires_grad_());
                ps.back().mutable_grad() = torch::randn({N / 10});
            }
            std::unique_ptr<Optimizer> o;
            if (on == "sgd") o = std::make_unique<SGD>(ps, SGDOptions(1e-2));
            if (on == "momentum") o = std::make_unique<SGD>(ps, SGDOptions(1e-2).momentum(.9));
            if (on == "nag") o = std::make_unique<SGD>(ps, SGDOptions(1e-2).momentum(.9).nesterov(true));
            if (on == "adagrad") o = std::make_unique<Adagrad>(ps, AdagradOptions(1e-2));
            if (on == "rmsprop") o = std::make_unique<RMSprop>(ps, RMSpropOptions(1e-3));
            if (on == "adam") o = std::make_unique<Adam>(ps, AdamOptions(1e-3));
            auto s = pc::bench([&] { o->step(); }, 9, std::max(1L, 20000000 / N), 3);
            char m[64];
            std::snprintf(m, sizeof m, "ns_per_param %s N=%ldM", on.c_str(), N / 1000000);
            pc::emit("W4", "libtorch-cpp", m, pc::scale(s, 1e9 / N), "ns");
        }
}
