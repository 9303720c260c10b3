// W3: a training step of an MLP 1-h-h-1, tanh, mean squared error; the floor is the same step with sizes fixed when it is
// compiled. Both begin with the same weights: their losses at step 10 must agree.
#include <memory>
#include <string>

#include "floors/small_mlp.hpp"
#include "harness.hpp"
#include "sevenfold/autograd/tape.hpp"
#include "sevenfold/data/synthetic.hpp"
#include "sevenfold/nn/mlp.hpp"
#include "sevenfold/optim/rules.hpp"

using namespace sevenfold;

namespace {

/// The rows of a regression in batches that lie ready, in the order of the rows.
std::vector<std::pair<Array<float>, Array<float>>> batches(std::size_t batch) {
    const Dataset<float> data = gabor<float>(10000);
    std::vector<std::pair<Array<float>, Array<float>>> parts;
    for (std::size_t first = 0; first + batch <= data.size(); first += batch)
        parts.emplace_back(data.features.rows(first, first + batch), data.targets.rows(first, first + batch));
    return parts;
}

class Training {
  public:
    Training(std::size_t h, std::size_t batch, const std::string& rule)
        : batches_(batches(batch)),
          model_({1, h, h, 1}, Activation::tanh, random_),
          optimizer_(make_optimizer<float>(rule, model_.parameters(), rule == "adam" ? 1e-3 : 1e-2)) {}

    float step() {
        const auto& [x, y] = batches_[at_++ % batches_.size()];
        Tape tape;
        const Variable<float> loss = mse(model_(x), y);
        optimizer_->zero_grad();
        tape.backward(loss, {.release = true});
        optimizer_->step();
        return loss.item();
    }
    /// The weights as they are now, in the order of the layers.
    std::array<std::vector<float>, 6> parameters() const {
        std::array<std::vector<float>, 6> all;
        const auto leaves = model_.parameters();
        for (std::size_t i = 0; i < all.size(); ++i) {
            const Array<float>& value = leaves[i].value();
            all[i].assign(value.data(), value.data() + value.size());
        }
        return all;
    }
    const auto& data() const { return batches_; }

  private:
    std::vector<std::pair<Array<float>, Array<float>>> batches_;
    Random random_{1};
    Mlp<float> model_;
    std::unique_ptr<Optimizer<float>> optimizer_;
    std::size_t at_ = 0;
};

void measure(bench::Program& program, std::size_t h, std::size_t batch, const std::string& rule) {
    const std::string metric = "step_us h=" + std::to_string(h) + " B=" + std::to_string(batch) + " " + rule;
    const auto training = std::make_shared<Training>(h, batch, rule);
    const std::shared_ptr<bench::SmallMlp> floor = bench::small_mlp(h, batch, rule);
    float loss = 0, floor_loss = 0;
    if (floor) floor->set(training->parameters());
    for (std::size_t i = 0; i < 10; ++i) {
        loss = training->step();
        if (floor) floor_loss = floor->step(training->data()[i].first.data(), training->data()[i].second.data());
    }
    program.add({"sevenfold", metric, "us", 1e-6}, [=](benchmark::State& state) {
        for (auto _ : state) training->step();
        state.counters["loss_step10"] = loss;
    });
    if (floor)
        program.add({"floor", metric, "us", 1e-6}, [=](benchmark::State& state) {
            const auto& data = training->data();
            std::size_t at = 0;
            for (auto _ : state) {
                const auto& [x, y] = data[at];
                benchmark::DoNotOptimize(floor->step(x.data(), y.data()));
                if (++at == data.size()) at = 0;
            }
            state.counters["loss_step10"] = floor_loss;
        });
}

}  // namespace

int main(int argc, char** argv) {
    bench::Program program("W3", "A training step of an MLP 1-h-h-1: all sizes and rules, or those named.");
    std::vector<std::size_t> widths{30, 64}, batches{32, 1};
    std::vector<std::string> rules{"sgd", "momentum", "adam"};
    program.option("--width", &widths, "h; a floor is there for 30 and 64");
    program.option("--batch", &batches, "Rows in a step; a floor is there for 1 and 32");
    program.option("--rule", &rules, "Update rules");
    program.parse(argc, argv);
    for (const std::size_t h : widths)
        for (const std::size_t batch : batches)
            for (const std::string& rule : rules) measure(program, h, batch, rule);
    return program.run();
}
