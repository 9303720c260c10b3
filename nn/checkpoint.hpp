// Gradient checkpointing: less memory for more time. Chen et al. 2016, "Training deep nets with sublinear memory cost".
#pragma once

#include <functional>

#include "sevenfold/nn/module.hpp"

namespace sevenfold {

/// f(x), of which the tape keeps x alone: backward computes f once more, with the same random numbers, and then passes
/// it. With one checkpoint for each of n equal layers, activations of one layer and n inputs are kept instead of n layers',
/// for about a third more time. Gradients are those of f(x), bit for bit, where a leaf is not used outside f as well.
///
/// f may use leaves, but nothing else that is recorded: everything comes in through x. What f refers to has to live until
/// backward. Throws TapeError, for f that uses other recorded variables, and later for grad() through a checkpoint, which
/// has nothing recorded to differentiate, and when f uses other leaves in backward than it did before.
template <class T>
Variable<T> checkpoint(std::function<Variable<T>(const Variable<T>&)> f, const Variable<T>& x);
template <class T>
Variable<T> checkpoint(Module<T>& module, const Variable<T>& x) {
    return checkpoint<T>([&module](const Variable<T>& again) { return module(again); }, x);
}

}  // namespace sevenfold
