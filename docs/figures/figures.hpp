// The pictures of the course. Each is drawn from a run of the library with a fixed seed: one made here, or that of an example,
// whose numbers docs/pictures has saved.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "sevenfold/viz/plot.hpp"

namespace figures {

using namespace sevenfold;

/// A picture under the name of its page, "03_generalization".
struct Picture {
    std::string name;
    viz::Figure figure;
    std::size_t background =
        0;  ///< so many of the first marks are no results, and are left out of the table of numbers
};
using Pictures = std::vector<Picture>;

Pictures of_gradients();
Pictures of_rules();
/// `runs` holds a folder for each example that was run with --out, by its name.
Pictures of_evaluation(const std::filesystem::path& runs);
Pictures of_ensembles(const std::filesystem::path& runs);
Pictures of_networks(const std::filesystem::path& runs);

/// A column of a CSV file of numbers. `words` names a column of words in it, if there is one.
std::vector<double> column(const std::filesystem::path& file, const std::string& name, const std::string& words = {});

/// first, first + 1, .. of a list's length: epochs, rounds.
std::vector<double> counted(std::size_t count, double first = 1);

/// n + 1 places from first to last.
std::vector<double> between(double first, double last, std::size_t n);

}  // namespace figures
