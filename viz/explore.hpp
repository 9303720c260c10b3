// The backprop explorer: a page to step through one's own program, forward and backward, number by number.
//
//     Tape tape;
//     tape.keep_values();                       // also those that no rule reads, and the names of modules
//     auto loss = cross_entropy(model(x), labels);
//     viz::explore(tape, loss, "explorer.html");
//
// docs/explorer.md says what the page shows.
#pragma once

#include <filesystem>
#include <string>

#include "sevenfold/autograd/tape.hpp"

namespace sevenfold::viz {

struct ExploreOptions {
    std::string title = "Backprop, step by step";
    std::size_t shown =
        12;  ///< rows and columns shown of a large array, evenly picked; its statistics are of all entries
    std::size_t follow = 200;  ///< entries of one gradient that are followed to where they come from
};

/// Writes the page; the tape and the leaves' gradients stay as they are. Everything on it is computed here, with the ops'
/// own rules. The loss has one element. Throws what tape.backward throws, ValueError for more than 5000 steps (explore one
/// sample, or a part), and FileError.
template <class T>
void explore(Tape<T>& tape, const Variable<T>& loss, const std::filesystem::path& path,
             const ExploreOptions& options = {});

extern template void explore(Tape<float>&, const Variable<float>&, const std::filesystem::path&, const ExploreOptions&);
extern template void explore(Tape<double>&, const Variable<double>&, const std::filesystem::path&,
                             const ExploreOptions&);

}  // namespace sevenfold::viz
