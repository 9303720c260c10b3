// A tape in a file, and where two of them part: for finding out why two programs, machines or versions train differently.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "sevenfold/autograd/tape.hpp"

namespace sevenfold::viz {

/// What is kept of an array: its bits as a checksum (CRC-32), and up to 64 evenly picked entries.
struct ArrayRecord {
    std::uint64_t checksum = 0;
    std::vector<double> entries{};
};
struct StepRecord {
    std::string op{};    ///< "leaf" for a leaf
    std::string name{};  ///< the user's, or the parameter's
    std::string shape{};
    std::vector<std::int64_t> inputs{};  ///< steps; −1 for a constant
    std::optional<ArrayRecord> value{};
    std::optional<ArrayRecord> gradient{};  ///< of the loss; none where it does not depend on the step
};
using TapeRecord = std::vector<StepRecord>;

/// The tape's steps with values and gradients. The tape keeps values; no leaf is touched. Throws TapeError as Trace does.
template <class T>
TapeRecord record_of(Tape<T>& tape, const Variable<T>& loss);

/// A JSON file, and back. Throw FileError; reading takes at most 256 MB, and nothing but what save_tape writes.
void save_tape(const TapeRecord& tape, const std::filesystem::path& path);
TapeRecord load_tape(const std::filesystem::path& path);

/// Where two tapes part.
struct Parting {
    std::size_t step = 0;
    std::string what{};  ///< "op", "shape", "inputs", "value", "gradient" or "length"
    std::string text{};  ///< for a reader: "step %3 (linear_relu) is the first whose value differs: 0.5 and 0.25 ..."
};
/// The first step, forward, whose op, inputs, shape or value differs; if there is none, the first on the way back whose gradient
/// does. Arrays differ when their bits do and, among the entries kept, one differs by more than `tolerance` times the
/// array's largest. With a tolerance of 0 any other bit counts. Nothing if the tapes do not part.
std::optional<Parting> diff(const TapeRecord& a, const TapeRecord& b, double tolerance = 0);

}  // namespace sevenfold::viz
