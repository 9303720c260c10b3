// The floor of a small MLP's training step: sizes fixed when it is compiled, rows padded to 16 floats, no allocation, no
// calls, loops left to the compiler with every flag it knows for the machine at hand.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

namespace bench {

/// An MLP 1-h-h-1 with tanh and mean squared error.
class SmallMlp {
  public:
    virtual ~SmallMlp() = default;
    /// The parameters in the order of Sequential(Linear(1, h), .., Linear(h, 1)): W1 (h), b1 (h), W2 (h out, h in), b2, W3, b3.
    virtual void set(const std::array<std::vector<float>, 6>& parameters) = 0;
    /// Forward, backward and update for the batch's rows; the mean squared error before the update.
    virtual float step(const float* x, const float* y) = 0;
};

/// `rule` is sgd, momentum or adam, with PyTorch's defaults. None for other sizes than h = 30, 64 and batch = 1, 32.
std::unique_ptr<SmallMlp> small_mlp(std::size_t h, std::size_t batch, const std::string& rule);

}  // namespace bench
