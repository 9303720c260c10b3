// A whole network out of single numbers: every weight is a leaf of its own, every product a step on the tape.
// Slow, and that is the point: nothing is hidden. (After Andrej Karpathy's micrograd.)
#include <iostream>

#include "common.hpp"
#include "sevenfold/autograd/random.hpp"
#include "sevenfold/autograd/tape.hpp"
#include "sevenfold/data/loader.hpp"
#include "sevenfold/data/synthetic.hpp"
#include "sevenfold/optim/rules.hpp"

using namespace sevenfold;
using examples::format;
using Scalar = Variable<double>;

struct Neuron {
    std::vector<Scalar> weights;
    Scalar bias;
    Scalar operator()(const std::vector<Scalar>& x) const {
        Scalar sum = bias;
        for (std::size_t i = 0; i < x.size(); ++i) sum = sum + weights[i] * x[i];
        return sum;
    }
};

struct ScalarMlp {
    std::vector<std::vector<Neuron>> layers;
    std::vector<Scalar> parameters;

    ScalarMlp(const std::vector<std::size_t>& sizes, Random& random) {
        const auto weight = [&](double value) { return parameters.emplace_back(leaf(Array<double>(value))); };
        for (std::size_t l = 1; l < sizes.size(); ++l) {
            std::vector<Neuron>& layer = layers.emplace_back(sizes[l]);
            for (Neuron& neuron : layer) {
                for (std::size_t i = 0; i < sizes[l - 1]; ++i) neuron.weights.push_back(weight(random.uniform(-1, 1)));
                neuron.bias = weight(0);
            }
        }
    }
    // A score: positive for class 1, negative for class 0.
    Scalar operator()(std::vector<Scalar> x) const {
        for (const std::vector<Neuron>& layer : layers) {
            std::vector<Scalar> y;
            for (const Neuron& neuron : layer) y.push_back(&layer == &layers.back() ? neuron(x) : tanh(neuron(x)));
            x = y;
        }
        return x[0];
    }
};

void draw(const ScalarMlp& model, const Dataset<double>& points) {
    const std::size_t columns = 60, lines = 20;
    const double left = -1.5, right = 2.5, bottom = -1.0, top = 1.5;
    std::vector<std::string> picture(lines);
    for (std::size_t i = 0; i < lines; ++i)
        for (std::size_t j = 0; j < columns; ++j) {
            const double y = top - (top - bottom) * (static_cast<double>(i) + 0.5) / lines;
            const double x = left + (right - left) * (static_cast<double>(j) + 0.5) / columns;
            picture[i] += model({x, y}).item() > 0 ? '-' : ' ';
        }
    for (std::size_t k = 0; k < points.size(); ++k) {
        const double i = (top - points.features(k, 1)) / (top - bottom) * lines,
                     j = (points.features(k, 0) - left) / (right - left) * columns;
        if (i >= 0 && i < lines && j >= 0 && j < columns)
            picture[static_cast<std::size_t>(i)][static_cast<std::size_t>(j)] = points.labels(k) ? '1' : '0';
    }
    std::cout << "\nThe points with their class; the model says 1 where there are dashes:\n\n";
    for (const std::string& line : picture) std::cout << "  |" << line << "|\n";
}

void train(const examples::Flags& flags) {
    Random random(flags.seed);
    const Loader<double> loader(moons<double>(100, 0.1, flags.seed), {.batch_size = flags.batch, .seed = flags.seed});
    ScalarMlp model({2, 16, 16, 1}, random);
    const auto optimizer = make_optimizer<double>(flags.optimizer, model.parameters, flags.lr);
    std::cout << "Two moons of 50 points each; a 2-16-16-1 network of " << model.parameters.size()
              << " single numbers.\n\n"
              << "  epoch      loss   accuracy   steps on the tape\n";
    History history;
    for (std::size_t epoch = 1; epoch <= flags.epochs; ++epoch) {
        double loss_sum = 0, right = 0;
        std::size_t nodes = 0;
        for (const Batch<double>& batch : loader.epoch(epoch)) {
            Tape<double> tape;
            Scalar loss = 0;
            for (std::size_t k = 0; k < batch.size(); ++k) {
                const double sign = batch.labels(k) ? 1 : -1;
                const Scalar score = model({batch.features(k, 0), batch.features(k, 1)});
                loss += softplus(score * -sign);  // log(1 + exp(-score)) for class 1: small where the sign is right
                right += score.item() * sign > 0;
            }
            loss_sum += loss.item();
            optimizer->zero_grad();
            tape.backward(loss / static_cast<double>(batch.size()));
            optimizer->step();
            nodes += tape.size();
        }
        const double rows = static_cast<double>(loader.data().size());
        history.add_row();
        history.set("epoch", static_cast<double>(epoch));
        history.set("loss", loss_sum / rows);
        history.set("accuracy", right / rows);
        if (epoch == 1 || epoch % 10 == 0 || epoch == flags.epochs)
            std::cout << format("  %5zu  %8.4f  %7.1f %%  %18zu\n", epoch, loss_sum / rows, 100 * right / rows, nodes);
    }
    draw(model, loader.data());
    const TrainResult result{.history = history, .epochs = flags.epochs};
    examples::save_history(flags, result);
    examples::write_report(flags, examples::training_report(flags, result));
    std::cout << "\nTry next: --epochs 3 (a straight line is all it has learned), --optimizer sgd, --seed 2;\n"
                 "then 03_mlp_digits: the same idea with whole matrices on the tape.\n";
}

int main(int argc, char** argv) {
    return examples::run([&] {
        train(examples::read_flags(
            argc, argv, "A network out of single numbers learns two moons.", {.epochs = 60, .batch = 100, .lr = 0.03},
            {}, {"--data", "--save", "--resume", "--threads", "--micro-batch", "--patience", "--record"}));
    });
}
