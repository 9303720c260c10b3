#include "sevenfold/nn/checkpoint.hpp"

#include "sevenfold/autograd/tape.hpp"
#include "sevenfold/nn/forward_pass.hpp"

namespace sevenfold {
namespace {

// Its inputs are x and the leaves of f. It reads all of them, so that the tape notices when a leaf has been changed.
template <class T>
class Checkpoint final : public Op<T> {
  public:
    static constexpr OpText words{"checkpoint", "y = f(x)", "f is computed and recorded again, then dy passes it"};

    Checkpoint(std::function<Variable<T>(const Variable<T>&)> f, Array<T> y, std::vector<ForwardPass::Stream> streams,
               std::vector<Variable<T>> leaves)
        : f_(std::move(f)), y_(std::move(y)), streams_(std::move(streams)), leaves_(std::move(leaves)) {}

    const OpText& text() const override { return words; }
    Saves saves() const override { return saves_inputs; }
    Array<T> forward(std::span<const Variable<T>>) { return std::move(y_); }

    void backward(Backward<T>& step) const override {
        const ForwardPass repeat(ForwardPass::Kind::repeat, streams_);
        Tape<T> tape;
        const Variable<T> x = step.wants(0) ? leaf(step.x(0)) : Variable<T>(step.x(0));
        std::vector<LeafGradient<T>> gradients;
        tape.backward_into(gradients, f_(x), step.dy(), {.release = true});
        for (auto& [leaf, gradient] : gradients) step.add(leaf.same_as(x) ? 0 : input_of(leaf), std::move(gradient));
    }

    void pullback(Pullback<T>&) const override {
        fail<TapeError>("checkpoint", "grad() through a checkpoint", "what it computed was not kept on this tape",
                        "Use tape.backward(loss), or compute without the checkpoint.");
    }

  private:
    std::size_t input_of(const Variable<T>& leaf) const {
        for (std::size_t i = 0; i < leaves_.size(); ++i)
            if (leaves_[i].same_as(leaf)) return i + 1;
        fail<TapeError>("checkpoint", sevenfold::text("a leaf ", leaf.shape(), " that f did not use at first"),
                        "f computes the same in backward as it did before",
                        "Decide outside of f what depends on a counter or on chance.");
    }

    std::function<Variable<T>(const Variable<T>&)> f_;
    Array<T> y_;
    std::vector<ForwardPass::Stream> streams_;
    std::vector<Variable<T>> leaves_;
};

}  // namespace

template <class T>
Variable<T> checkpoint(std::function<Variable<T>(const Variable<T>&)> f, const Variable<T>& x) {
    if (!Tape<T>::current()) return f(x);
    const ForwardPass first(ForwardPass::Kind::first);
    Array<T> y;
    std::vector<Variable<T>> leaves;
    {
        Tape<T> tape;  // shows which leaves f uses; what f computes goes with it
        y = f(Variable<T>(x.value())).value();
        leaves = tape.leaves();
    }
    std::vector<Variable<T>> inputs{x};
    inputs.insert(inputs.end(), leaves.begin(), leaves.end());
    return apply_many<T>(Checkpoint<T>(std::move(f), std::move(y), first.streams(), std::move(leaves)),
                         std::span<const Variable<T>>(inputs));
}

template Variable<float> checkpoint(std::function<Variable<float>(const Variable<float>&)>, const Variable<float>&);
template Variable<double> checkpoint(std::function<Variable<double>(const Variable<double>&)>, const Variable<double>&);

}  // namespace sevenfold
