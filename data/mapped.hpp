// Data larger than memory: arrays that stay in their files, IDX and NPY, and are mapped where they are read.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sevenfold/autograd/array.hpp"
#include "sevenfold/data/dataset.hpp"
#include "sevenfold/data/elements.hpp"
#include "sevenfold/data/file.hpp"

namespace sevenfold {

/// Rows of numbers in a file: an unpacked IDX file or an NPY file in C order, which of them its first bytes say. Copies
/// share the file and cost nothing; several threads may read at once.
class RowFile {
  public:
    /// Reads the header and compares it with the file's size. Throws FileError for what read_idx and read_npy refuse, for
    /// files in gzip or in Fortran order, whose rows do not lie together, and for a single number or rows without elements.
    explicit RowFile(const std::filesystem::path& path);

    const std::filesystem::path& path() const { return file_.path(); }
    std::size_t size() const { return rows_; }
    /// (28, 28) for images (N, 28, 28).
    const Shape& row_shape() const { return row_; }
    /// Of one row, as it lies in the file.
    std::size_t row_bytes() const { return row_bytes_; }

    class Window;
    /// Throws IndexError, FileError.
    Window map(std::size_t first, std::size_t last) const;
    /// Address space that a window of so many rows takes at most.
    std::uint64_t mapped_bytes(std::size_t rows) const { return MappedFile::mapped_bytes(rows * row_bytes_); }
    /// Throws FileError when the file has become shorter than it was; see MappedFile.
    void check_size() const { file_.check_size(); }
    void read_ahead(std::size_t first, std::size_t last) const;

    /// Rows `first` up to but not including `last`, through windows of a megabyte or a row. Throws IndexError, FileError.
    template <class T>
    Array<T> rows(std::size_t first, std::size_t last) const;

    /// Tells the file from another one, wherever it lies: its shape, and a checksum of its header, of its size and of 64 pieces
    /// of 4 KiB that are spread over it evenly, the first and the last included. A change between the pieces is not seen:
    /// that would take reading everything.
    std::string fingerprint() const;

  private:
    void check_range(std::size_t first, std::size_t last) const;

    MappedFile file_;
    ElementType type_;
    std::size_t rows_ = 0, row_bytes_ = 0;
    std::uint64_t start_ = 0;  // of the elements
    Shape row_;
    const char* format_;
};

/// Neighbouring rows that are mapped while this lives.
class RowFile::Window {
  public:
    /// Row number `row` of the file, which lies in the window, as T: float, double or std::int64_t. Throws FileError for
    /// numbers that T cannot hold. Look at check_size() before.
    template <class T>
    void read(std::size_t row, std::span<T> to) const {
        read_rows(row, 1, to);
    }
    /// `count` rows from number `row` on.
    template <class T>
    void read_rows(std::size_t row, std::size_t count, std::span<T> to) const;

  private:
    friend class RowFile;
    Window(const RowFile& file, std::size_t first, std::size_t rows);
    std::size_t first_, row_bytes_, width_;
    ElementType type_;
    MappedFile::Stretch stretch_;
    ByteReader reader_;  // for what it says in errors
};

/// What a Dataset is, in files.
template <class T = float>
struct MappedDataset {
    std::string title{};
    RowFile features;                          ///< (N, ...)
    std::optional<RowFile> labels{};           ///< (N,), each in 0..classes-1
    std::optional<RowFile> targets{};          ///< (N, ...); only without labels
    std::size_t classes = 0;                   ///< with labels alone
    std::vector<std::string> class_names{};    ///< none or one for each class
    std::vector<std::string> feature_names{};  ///< none or one for each column of (N, columns)
    /// What is done to features as they are read, if anything: rows (n, ...) to as many rows, each by itself, such as
    /// `[s](const Array<float>& x) { return s.apply(x); }`. Called from several threads at once.
    std::function<Array<T>(const Array<T>&)> prepare{};

    std::size_t size() const { return features.size(); }
    bool has_labels() const { return labels.has_value(); }
    bool has_targets() const { return targets.has_value(); }

    /// Throws ShapeError, with the title in its text, when the parts do not fit each other, and ValueError for labels together
    /// with targets or without a number of classes. Labels are looked at when they are read.
    void check() const;
    /// These rows in memory, prepared. Throws IndexError, also for a label that is no class, and FileError.
    Dataset<T> rows(std::size_t first, std::size_t last) const;
    /// Features as they lie in the file, prepared. Throws ShapeError when `prepare` gives another number of rows.
    Array<T> prepared(Array<T> raw) const;
    /// Throws IndexError for a label that is no class; `row` is for its text.
    void check_label(std::int64_t label, std::size_t row) const;
    /// Tells the set from another one; see RowFile. What `prepare` does is not seen.
    std::string fingerprint() const;
    std::string describe() const;
};

/// Mean and deviation of features larger than memory, which are read twice, a megabyte at a time.
template <class T = float>
Standardizer<T> fit_standardizer(const RowFile& features);

}  // namespace sevenfold
