// A model's parameters and buffers in a file, by name: in the safetensors format, or as NumPy's .npz if the path ends so.
#pragma once

#include <filesystem>

#include "sevenfold/nn/module.hpp"

namespace sevenfold {

/// Replaces the file as a whole, or leaves it as it was. Throws FileError.
template <class T>
void save(const Module<T>& model, const std::filesystem::path& path);

/// Throws FileError for a file that cannot be believed, ValueError for one whose names and shapes are not the model's;
/// then nothing has changed. Numbers are converted between float and double.
template <class T>
void load(Module<T>& model, const std::filesystem::path& path);

}  // namespace sevenfold
