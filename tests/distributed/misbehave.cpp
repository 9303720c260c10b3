// misbehave HOW FILE: a training in which the last rank, after the first checkpoint, does what the others do not expect.
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <stdexcept>
#include <string>
#include <thread>

#include "sevenfold/data/sets.hpp"
#include "sevenfold/distributed/session.hpp"
#include "sevenfold/nn/mlp.hpp"
#include "sevenfold/optim/rules.hpp"
#include "sevenfold/train/trainer.hpp"

using namespace sevenfold;

namespace {

volatile bool forever = true;

void train(const std::string& how, const std::string& file, bool last_rank) {
    const Dataset<float> data = digits<float>().flattened();
    Random random(1);
    Mlp<float> model({64, 8, 10}, Activation::relu, random);
    Sgd<float> optimizer(model.parameters(), {.lr = 0.1});
    TrainOptions<float> options;
    options.epochs = 3;
    options.micro_batch = 4;
    options.save = file;
    Objective<float> objective = classification<float>();
    objective.loss = [&, loss = objective.loss](const Variable<float>& output, const Batch<float>& batch) {
        if (std::filesystem::exists(file)) {
            if (how == "throws everywhere") fail<ValueError>("objective", "epoch 2", "it throws");
            if (last_rank) {
                if (how == "throws") fail<ValueError>("objective", "epoch 2", "it throws");
                if (how == "sleeps") std::this_thread::sleep_for(std::chrono::hours(1));
                if (how == "spins")
                    while (forever) {}
                if (how == "exits") std::_Exit(7);
                if (how == "stops") ::kill(::getpid(), SIGSTOP);
            }
        }
        return loss(output, batch);
    };
    options.objective = objective;
    fit(model, optimizer, Loader<float>(data, {.batch_size = 64, .seed = 1}), options);
}

}  // namespace

int main(int, char** argv) {
    const std::string how = argv[1], file = argv[2];
    if (how == "throws, uncaught") {
        const distributed::Session session;
        train("throws", file, session.rank() + 1 == session.size());
        return 0;
    }
    std::size_t rank = 0;
    try {
        const distributed::Session session;
        rank = session.rank();
        train(how, file, session.rank() + 1 == session.size());
        std::cout << "done\n";
        return 0;
    } catch (const Error& error) {
        if (rank == 0)
            std::this_thread::sleep_for(std::chrono::milliseconds(500));  // the others would have ended long ago
        std::cerr << error.what() << '\n';
        return 1;
    }
}
