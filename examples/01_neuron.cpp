// One neuron, and backprop by hand: the tape's gradients next to the chain rule on paper.
//
//     y = tanh(w1 x1 + w2 x2 + b),   loss = (y − t)²
#include <cmath>
#include <iostream>

#include "common.hpp"
#include "sevenfold/autograd/tape.hpp"
#include "sevenfold/viz/explore.hpp"

using namespace sevenfold;
using examples::format;

void show_neuron(const examples::Flags& flags, const std::string& explore) {
    const double x1 = 2, x2 = -1, t = 0.5;
    auto w1 = leaf(Array<double>(-0.5), "w1"), w2 = leaf(Array<double>(1.0), "w2"), b = leaf(Array<double>(1.5), "b");

    // Forward: every operation is written onto the tape. Backward: the tape is walked from its end to its start.
    Tape<double> tape;
    tape.keep_values();  // for looking at them: also those that backward does not need
    auto first = named(w1 * x1, "w1 x1"), second = named(w2 * x2, "w2 x2");
    auto sum = named(first + second + b, "sum");
    auto y = named(tanh(sum), "y");
    auto error = named(y - t, "error");
    auto loss = named(error * error, "loss");
    tape.backward(loss, {.retain = true});
    std::cout
        << "One neuron: y = tanh(w1 x1 + w2 x2 + b), loss = (y - t)^2 with x1 = 2, x2 = -1, t = 0.5\n\n"
        << "The tape, from the first operation to the last; gradients were filled in from the last to the first:\n\n";
    print(tape);
    if (!explore.empty()) {
        viz::explore(tape, loss, explore, {.title = "One neuron, step by step"});
        std::cout << "\nStep through it in a browser: " << explore << '\n';
    }

    // The same on paper: each line uses the one above it.
    const double s = -0.5 * x1 + 1.0 * x2 + 1.5, out = std::tanh(s);
    const double d_error = 2 * (out - t), d_sum = d_error * (1 - out * out);
    std::cout << "\nThe same by hand, with the chain rule:\n\n";
    const auto compare = [&](const char* name, const char* rule, double hand, double taped) {
        std::cout << format("  d loss / d %-6s= %-28s= %9.6f   tape: %9.6f%s\n", name, rule, hand, taped,
                            std::abs(hand - taped) < 1e-12 ? "" : "   DIFFERENT");
    };
    compare("y", "2 (y - t)", d_error, tape.gradient(y).item());
    compare("sum", "d loss/d y  * (1 - y^2)", d_sum, tape.gradient(sum).item());
    compare("w1", "d loss/d sum * x1", d_sum * x1, w1.grad().item());
    compare("w2", "d loss/d sum * x2", d_sum * x2, w2.grad().item());
    compare("b", "d loss/d sum * 1", d_sum, b.grad().item());

    // Learning is a small step against each gradient, again and again.
    const double lr = *flags.lr;
    std::cout << format(
        "\nGradient descent, w = w - %g * d loss / d w:\n\n  step        y      loss       w1       w2        b\n", lr);
    for (std::size_t step = 0; step <= flags.epochs; ++step) {
        Tape<double> again;
        auto out_now = tanh(w1 * x1 + w2 * x2 + b);
        auto loss_now = (out_now - t) * (out_now - t);
        std::cout << format("  %4zu  %7.4f  %8.6f  %7.4f  %7.4f  %7.4f\n", step, out_now.item(), loss_now.item(),
                            w1.item(), w2.item(), b.item());
        for (auto* w : {&w1, &w2, &b}) w->zero_grad();
        again.backward(loss_now);
        for (auto* w : {&w1, &w2, &b}) w->assign(Array<double>(w->item() - lr * w->grad().item()), "gradient descent");
    }
    std::cout
        << "\nTry next: --explore neuron.html (step through it in a browser), --lr 3 (too large a step), --epochs 50;\n"
           "then 02_scalar_mlp: the same with 337 weights.\n";
}

int main(int argc, char** argv) {
    return examples::run([&] {
        std::string explore;
        const examples::Flags flags = examples::read_flags(
            argc, argv, "One neuron: backprop by the tape and by hand.", {.epochs = 5, .lr = 0.1},
            {{"--explore", "Write a page to step through it to this file", &explore}},
            {"--data", "--batch", "--seed", "--optimizer", "--save", "--resume", "--threads", "--micro-batch",
             "--patience", "--out", "--report", "--figures", "--compare", "--record"});
        show_neuron(flags, explore);
    });
}
