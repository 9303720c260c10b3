// Tables of any size, turned once into files that can be mapped.
#pragma once

#include <filesystem>

#include "sevenfold/data/csv.hpp"
#include "sevenfold/data/mapped.hpp"

namespace sevenfold {

/// What read_csv reads, in files: writes big.features.npy, with a label big.labels.npy, with targets big.targets.npy, and
/// big.columns.json for a table big.csv, with numbers of type T, in memory for one row. They go into `folder`, or beside
/// the table if that is "".
///
/// It does nothing when they are there already: made from this table (its size and time of change are noted), by these
/// options, in this type. When the table is gone they are taken as they are. Each file gets its name when all are
/// complete, big.columns.json last: a conversion that is killed is begun again, and what it left is removed.
///
/// Where several processes work together (Communicator::current()), rank 0 converts, and the others wait.
/// Names that are not in UTF-8 get U+FFFD for the bytes that are none.
///
/// Throws FileError, what read_csv throws, and ValueError for a table without features.
template <class T = float>
MappedDataset<T> convert_csv(const std::filesystem::path& csv, const CsvOptions& options = {},
                             const std::filesystem::path& folder = {});

}  // namespace sevenfold
