// The real data sets that ship with the library, and one that a Debian package brings.
#pragma once

#include <filesystem>

#include "sevenfold/data/dataset.hpp"

namespace sevenfold {

/// The folder that holds the shipped sets: $SEVENFOLD_DATA if that is set, else the source tree the library was built
/// from, else where it is installed. Throws FileError with the places looked at.
std::filesystem::path sets_folder();

// Sources and licences: data/sets/README.md. The rows of iris and wine are sorted by class: stratify when splitting.

/// Handwritten digits, (1797, 8, 8) in [0, 1], ten classes (E. Alpaydin, C. Kaynak 1998).
template <class T = float>
Dataset<T> digits();
/// Sepals and petals of three kinds of iris in centimetres, (150, 4) (R. A. Fisher 1936).
template <class T = float>
Dataset<T> iris();
/// Chemical analysis of three cultivars of wine, (178, 13) (S. Aeberhard, M. Forina 1992).
template <class T = float>
Dataset<T> wine();
/// Features of cell nuclei, malignant or benign, (569, 30) (W. Wolberg and others 1993).
template <class T = float>
Dataset<T> breast_cancer();

/// Fashion-MNIST, (60000, 28, 28) and (10000, 28, 28) in [0, 1], ten kinds of clothing (Xiao, Rasul, Vollgraf 2017,
/// arXiv:1708.07747): the four IDX files, plain or .gz, of any folder; MNIST's own files fit as well. Throws FileError.
template <class T = float>
Split<T> fashion_mnist(const std::filesystem::path& folder = "/usr/share/datasets/fashion-mnist");

}  // namespace sevenfold
