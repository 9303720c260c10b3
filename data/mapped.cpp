#include "sevenfold/data/mapped.hpp"

#include <zlib.h>

#include <algorithm>
#include <cstdio>
#include <span>

#include "sevenfold/data/idx.hpp"
#include "sevenfold/data/npy.hpp"

namespace sevenfold {
namespace {

constexpr std::size_t longest_start = (1 << 20) + 64;  // all headers that are read end before this
constexpr std::size_t window = 1 << 20;

std::size_t rows_in_window(const RowFile& file) { return std::max<std::size_t>(1, window / file.row_bytes()); }

}  // namespace

RowFile::RowFile(const std::filesystem::path& path) : file_(path) {
    const auto start = file_.map(0, static_cast<std::size_t>(std::min<std::uint64_t>(file_.size(), longest_start)));
    const std::string_view bytes = start.bytes();
    const bool is_idx = bytes.starts_with(std::string_view("\0\0", 2));
    format_ = is_idx ? "idx" : "npy";
    ByteReader reader(bytes, format_, path);
    if (bytes.starts_with("\x1f\x8b"))
        reader.reject("a file in gzip", "what is packed cannot be mapped",
                      "Unpack it once with gunzip, or take it into memory with read_idx.");
    if (!is_idx && !bytes.starts_with("\x93NUMPY"))
        reader.reject("the first bytes are those of no array file", "IDX and NPY files can be mapped",
                      "Is this such a file? convert_csv makes one of a table.");
    const ArrayHeader header = is_idx ? read_idx_header(reader) : read_npy_header(reader);
    start_ = reader.position();
    claimed_bytes(reader, header, file_.size() - start_);
    if (header.sizes.empty()) reader.reject("a single number", "an array with rows has one axis or more");
    if (header.fortran_order && header.sizes.size() > 1)
        reader.reject(
            "an array in Fortran order", "its rows do not lie together, so it cannot be mapped",
            "Save it with numpy.save(path, numpy.ascontiguousarray(a)), or take it into memory with read_npy.");
    type_ = header.type;
    rows_ = static_cast<std::size_t>(header.sizes[0]);
    row_bytes_ = type_.size;
    for (std::size_t axis = 1; axis < header.sizes.size(); ++axis) {
        row_.append(static_cast<std::size_t>(header.sizes[axis]));
        row_bytes_ *= row_[axis - 1];
    }
    if (row_bytes_ == 0) reader.reject(text("rows of shape ", row_), "a row has elements");
}

RowFile::Window::Window(const RowFile& file, std::size_t first, std::size_t rows)
    : first_(first),
      row_bytes_(file.row_bytes_),
      width_(file.row_.elements()),
      type_(file.type_),
      stretch_(file.file_.map(file.start_ + std::uint64_t{first} * row_bytes_, rows * row_bytes_)),
      reader_({}, file.format_, file.path()) {}

template <class T>
void RowFile::Window::read_rows(std::size_t row, std::size_t count, std::span<T> to) const {
    const std::string_view from = stretch_.bytes().substr((row - first_) * row_bytes_, count * row_bytes_);
    convert_elements(from, type_, to, reader_, std::uint64_t{row} * width_);
}

RowFile::Window RowFile::map(std::size_t first, std::size_t last) const {
    check_range(first, last);
    return Window(*this, first, last - first);
}

void RowFile::read_ahead(std::size_t first, std::size_t last) const {
    file_.read_ahead(start_ + std::uint64_t{first} * row_bytes_, (last - first) * row_bytes_);
}

void RowFile::check_range(std::size_t first, std::size_t last) const {
    if (first > last || last > rows_)
        fail<IndexError>("map", text(path().string(), ": rows ", first, " to ", last), text("the file has ", rows_));
}

template <class T>
Array<T> RowFile::rows(std::size_t first, std::size_t last) const {
    check_range(first, last);
    Shape shape = row_;
    shape.insert(0, last - first);
    Array<T> out(shape);
    const std::span<T> to = out.flat();
    const std::size_t width = row_.elements(), step = rows_in_window(*this);
    for (std::size_t row = first; row < last; row += step) {
        const std::size_t count = std::min(step, last - row);
        map(row, row + count).read_rows(row, count, to.subspan((row - first) * width, count * width));
    }
    return out;
}

std::string RowFile::fingerprint() const {
    constexpr std::uint64_t pieces = 64, length = 4096;
    uLong sum = crc32_z(0, nullptr, 0);
    const auto add = [&](std::string_view bytes) {
        sum = crc32_z(sum, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size());
    };
    add(text(file_.size()));
    add(file_.map(0, static_cast<std::size_t>(start_)).bytes());
    const std::uint64_t bytes = file_.size() - start_;
    if (bytes <= pieces * length) {
        add(file_.map(start_, static_cast<std::size_t>(bytes)).bytes());
    } else {
        for (std::uint64_t i = 0; i < pieces; ++i) {  // (bytes - length) * i / (pieces - 1), which could overflow
            const std::uint64_t gap = bytes - length,
                                at = gap / (pieces - 1) * i + gap % (pieces - 1) * i / (pieces - 1);
            add(file_.map(start_ + at, length).bytes());
        }
    }
    char digits[20];
    std::snprintf(digits, sizeof digits, "%08lx", sum);
    Shape shape = row_;
    shape.insert(0, rows_);
    return text(shape, ' ', digits);
}

template <class T>
void MappedDataset<T>::check() const {
    const auto fits = [&](const std::optional<RowFile>& part, std::string_view what) {
        if (part && part->size() != size())
            fail<ShapeError>("mapped", text(title, ": ", part->size(), ' ', what, " for ", size(), " rows of features"),
                             "every row has one");
    };
    fits(labels, "labels");
    fits(targets, "targets");
    if (labels && targets)
        fail<ValueError>("mapped", text(title, ": labels and targets"), "a set has labels or targets, not both");
    if (labels.has_value() != (classes > 0))
        fail<ValueError>("mapped", text(title, ": ", classes, " classes ", labels ? "with" : "without", " labels"),
                         "labels and the number of classes come together");
    if (labels && labels->row_shape().rank() != 0)
        fail<ShapeError>("mapped", text(title, ": labels of shape ", labels->row_shape()), "a label is one number");
    if (!class_names.empty() && class_names.size() != classes)
        fail<ShapeError>("mapped", text(title, ": ", class_names.size(), " names for ", classes, " classes"),
                         "every class has one name");
}

template <class T>
Array<T> MappedDataset<T>::prepared(Array<T> raw) const {
    if (!prepare) return raw;
    Array<T> out = prepare(raw);
    if (out.rank() == 0 || out.shape()[0] != raw.shape()[0])
        fail<ShapeError>("mapped", text(title, ": prepare made ", out.shape(), " of ", raw.shape()),
                         "it keeps the number of rows");
    return out;
}

template <class T>
void MappedDataset<T>::check_label(std::int64_t label, std::size_t row) const {
    if (label < 0 || static_cast<std::uint64_t>(label) >= classes)
        fail<IndexError>("mapped", text(title, ": label ", label, " of row ", row, " with ", classes, " classes"),
                         "labels run from 0 to classes - 1");
}

template <class T>
Dataset<T> MappedDataset<T>::rows(std::size_t first, std::size_t last) const {
    check();
    Dataset<T> out;
    out.title = title;
    out.features = prepared(features.template rows<T>(first, last));
    if (labels) out.labels = labels->template rows<std::int64_t>(first, last);
    for (std::size_t i = 0; labels && i < out.labels.size(); ++i) check_label(out.labels.data()[i], first + i);
    if (targets) out.targets = targets->template rows<T>(first, last);
    out.classes = classes;
    out.class_names = class_names;
    out.feature_names = feature_names;
    return out;
}

template <class T>
std::string MappedDataset<T>::fingerprint() const {
    std::string out = features.fingerprint();
    if (labels) out += "; labels " + labels->fingerprint();
    if (targets) out += "; targets " + targets->fingerprint();
    return out;
}

template <class T>
std::string MappedDataset<T>::describe() const {
    check();
    std::string out = text(title, title.empty() ? "" : ": ", size(), " rows of ", features.row_shape(), " in files");
    if (targets) out += text(", targets of ", targets->row_shape());
    if (labels) out += text(", ", classes, " classes");
    return out;
}

template <class T>
Standardizer<T> fit_standardizer(const RowFile& features) {
    if (features.size() == 0)
        fail<ShapeError>("standardize", text(features.path().string(), ": 0 rows"), "at least one row is needed");
    const std::size_t step = rows_in_window(features);
    const auto each = [&](const typename Standardizer<T>::Piece& look) {
        for (std::size_t row = 0; row < features.size(); row += step)
            look(features.template rows<T>(row, std::min(row + step, features.size())).flat());
    };
    return Standardizer<T>::fit(features.size(), features.row_shape(), each);
}

#define SEVENFOLD_INSTANTIATE(T)                                                            \
    template void RowFile::Window::read_rows(std::size_t, std::size_t, std::span<T>) const; \
    template Array<T> RowFile::rows(std::size_t, std::size_t) const;
SEVENFOLD_INSTANTIATE(float)
SEVENFOLD_INSTANTIATE(double)
SEVENFOLD_INSTANTIATE(std::int64_t)
template struct MappedDataset<float>;
template struct MappedDataset<double>;
template Standardizer<float> fit_standardizer(const RowFile&);
template Standardizer<double> fit_standardizer(const RowFile&);

}  // namespace sevenfold
