// Text as numbers, for a transformer that guesses the next character.
#pragma once

#include <string>
#include <vector>

#include "sevenfold/nn/transformer.hpp"
#include "sevenfold/train/evaluate.hpp"

namespace examples {

/// Rows of characters, all of one length T + 1; a character's number is its place in the alphabet.
struct Texts {
    std::string alphabet;
    std::vector<std::string> rows;

    /// Rows `first` up to but not including `last`: features (N, T) and, one character further on, targets (N, T).
    sevenfold::Dataset<float> dataset(std::size_t first, std::size_t last) const;
};

/// Cross-entropy of the characters after position `first`; a row is right when all of them are.
sevenfold::Objective<float> next_character(std::size_t first);

/// Goes on with `text` for so many characters: the likeliest one each time or, at a temperature above 0, one drawn from
/// what the model expects; the lower the temperature, the fewer surprises.
std::string write(sevenfold::CausalTransformer<float>& model, const Texts& texts, std::string text,
                  std::size_t characters, double temperature, sevenfold::Random& random);

}  // namespace examples
