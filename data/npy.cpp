#include "sevenfold/data/npy.hpp"

#include <algorithm>
#include <charconv>
#include <concepts>
#include <cstring>
#include <utility>

namespace sevenfold {
namespace {

constexpr std::string_view magic = "\x93NUMPY";

constexpr std::uint64_t longest_header = 1 << 20;  // NumPy itself takes 10000 bytes unless it is asked to

// The header is a Python literal: {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }
class HeaderParser {
  public:
    HeaderParser(std::string_view text, const ByteReader& reader) : text_(text), reader_(reader) {}

    ArrayHeader parse() {
        ArrayHeader header;
        bool has_type = false, has_order = false, has_shape = false;
        expect('{');
        while (!accept('}')) {
            const std::string_view key = quoted();
            expect(':');
            if (key == "descr" && !has_type) {
                header.type = element_type();
                has_type = true;
            } else if (key == "fortran_order" && !has_order) {
                header.fortran_order = truth();
                has_order = true;
            } else if (key == "shape" && !has_shape) {
                header.sizes = sizes();
                has_shape = true;
            } else {
                reject(text("the header has a surplus \"", key, '"'));
            }
            if (!accept(',')) {
                expect('}');
                break;
            }
        }
        skip_space();
        if (!text_.empty()) reject("the header goes on behind its end");
        if (!has_type || !has_order || !has_shape) reject("the header is not complete");
        return header;
    }

  private:
    [[noreturn]] void reject(std::string_view arrived) const {
        reader_.reject(arrived, "an NPY header reads {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }",
                       "Save the array again with numpy.save.");
    }

    void skip_space() { text_.remove_prefix(std::min(text_.find_first_not_of(" \n\t"), text_.size())); }
    bool accept(char c) {
        skip_space();
        const bool found = text_.starts_with(c);
        text_.remove_prefix(found);
        return found;
    }
    void expect(char c) {
        if (!accept(c)) reject(text("the header lacks a '", c, '\''));
    }
    bool accept_word(std::string_view word) {
        skip_space();
        const bool found = text_.starts_with(word);
        if (found) text_.remove_prefix(word.size());
        return found;
    }

    std::string_view quoted() {
        skip_space();
        const char quote = text_.starts_with('"') ? '"' : '\'';
        expect(quote);
        const std::size_t length = text_.find(quote);
        if (length == std::string_view::npos) reject("the header has a quote that is never closed");
        const std::string_view out = text_.substr(0, length);
        text_.remove_prefix(length + 1);
        return out;
    }

    ElementType element_type() {
        skip_space();
        if (text_.starts_with('['))
            reader_.reject("an array of records", "each element is one number",
                           "Save each field as an array of its own.");
        const std::string_view descr = quoted();
        ElementType type{};
        const char* digits_end = nullptr;
        if (descr.size() >= 3) {
            type.kind = descr[1];
            digits_end = std::from_chars(descr.data() + 2, descr.data() + descr.size(), type.size).ptr;
        }
        const bool is_number =
            digits_end == descr.data() + descr.size() && std::string_view("biuf").find(type.kind) < 4;
        const bool has_size = type.kind == 'b'   ? type.size == 1
                              : type.kind == 'f' ? type.size == 4 || type.size == 8
                                                 : type.size <= 8 && std::has_single_bit(type.size);
        if (!is_number || !has_size || std::string_view("<>|=").find(descr[0]) == std::string_view::npos)
            reader_.reject(text("elements of the type \"", descr, '"'),
                           "arrays are read from bool, integers of 1 to 8 bytes, float32 and float64",
                           "Convert the array with astype(\"float32\") and save it again.");
        if (descr[0] == '<') type.order = std::endian::little;
        if (descr[0] == '>') type.order = std::endian::big;
        return type;
    }

    bool truth() {
        if (accept_word("True")) return true;
        if (!accept_word("False")) reject("fortran_order is neither True nor False");
        return false;
    }

    std::vector<std::uint64_t> sizes() {
        std::vector<std::uint64_t> out;
        expect('(');
        while (!accept(')')) {
            skip_space();
            std::uint64_t size = 0;
            const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), size);
            if (error != std::errc{}) reject("the shape in the header has a size that is no number");
            text_.remove_prefix(static_cast<std::size_t>(end - text_.data()));
            accept_word("L");  // Python 2 marked long integers so
            out.push_back(size);
            if (!accept(',')) {
                expect(')');
                break;
            }
        }
        return out;
    }

    std::string_view text_;
    const ByteReader& reader_;
};

// The axes in reverse order, so that an array of the reversed shape, read row by row, turns into column by column.
template <class T>
Array<T> reverse_axes(const Array<T>& from) {
    const std::size_t rank = from.rank();
    Shape shape;
    for (std::size_t axis = rank; axis-- > 0;) shape.append(from.shape()[axis]);
    Array<T> out(shape);
    const Strides strides = row_major_strides(from.shape());
    std::array<std::size_t, Shape::max_rank> index{};
    std::size_t at = 0;  // where `index` of `out` lies in `from`
    for (T& x : out.flat()) {
        x = from.data()[at];
        for (std::size_t axis = rank; axis-- > 0;) {
            at += strides[rank - 1 - axis];
            if (++index[axis] < shape[axis]) break;
            at -= strides[rank - 1 - axis] * shape[axis];
            index[axis] = 0;
        }
    }
    return out;
}

template <class T>
std::string_view descr() {
    constexpr bool little = std::endian::native == std::endian::little;
    if constexpr (std::same_as<T, float>) return little ? "<f4" : ">f4";
    if constexpr (std::same_as<T, double>) return little ? "<f8" : ">f8";
    return little ? "<i8" : ">i8";
}

// All that stands before the elements.
template <class T>
std::string header_of(const std::string& shape) {
    std::string header = text("{'descr': '", descr<T>(), "', 'fortran_order': False, 'shape': ", shape, ", }");
    constexpr std::size_t before = magic.size() + 4, alignment = 64;  // the elements start at a multiple of 64
    header.append(alignment - (before + header.size() + 1) % alignment, ' ');
    header += '\n';
    std::string out(magic);
    out += {1, 0};
    append_little(out, header.size(), 2);
    return out + header;
}

// The shape of so many rows.
std::string shape_of(std::uint64_t rows, const Shape& row) {
    std::string out = text('(', rows, ',');
    for (std::size_t axis = 0; axis < row.rank(); ++axis) out += text(axis ? ", " : " ", row[axis]);
    return out + ')';
}

constexpr std::size_t some_bytes = 1 << 16;  // that go to a file at a time

}  // namespace

ArrayHeader read_npy_header(ByteReader& reader) {
    if (reader.left() < magic.size() || reader.take(magic.size(), "the mark") != magic)
        reader.reject("the first six bytes are not those of NPY", "NPY files start with \\x93NUMPY",
                      "Is this an NPY file?");
    const std::uint64_t major = reader.little(1, "the version"), minor = reader.little(1, "the version");
    if (major < 1 || major > 3 || minor != 0)
        reader.reject(text("version ", major, '.', minor), "versions 1.0, 2.0 and 3.0 are known");
    const std::uint64_t length = reader.little(major == 1 ? 2 : 4, "the length of the header");
    if (length > longest_header)
        reader.reject(text("a header of ", length, " bytes"), text("headers have at most ", longest_header),
                      "Save the array again with numpy.save.");
    return HeaderParser(reader.take(length, "the header"), reader).parse();
}

template <class T>
Array<T> from_npy(std::string_view bytes, const std::string& name) {
    ByteReader reader(bytes, "npy", name);
    ArrayHeader header = read_npy_header(reader);
    if (!header.fortran_order) return read_elements<T>(reader, header);
    std::reverse(header.sizes.begin(), header.sizes.end());
    return reverse_axes(read_elements<T>(reader, header));
}

template <class T>
std::string to_npy(const Array<T>& array) {
    std::string out = header_of<T>(text(array.shape()));
    return out.append(reinterpret_cast<const char*>(array.data()), array.size() * sizeof(T));
}

template <class T>
Array<T> read_npy(const std::filesystem::path& path) {
    return from_npy<T>(read_file(path), path.string());
}

template <class T>
void write_npy(const std::filesystem::path& path, const Array<T>& array) {
    write_file_atomically(path, to_npy(array));
}

// How long the header is follows from the number of rows, which is known at the end: room is left for the longest.
template <class T>
NpyWriter<T>::NpyWriter(const std::filesystem::path& path, const Shape& row)
    : file_(path), row_(row), width_(row.elements()) {
    file_.append(header_of<T>(shape_of(UINT64_MAX, row_)));
}

template <class T>
void NpyWriter<T>::append(std::span<const T> values) {
    if (width_ == 0 || values.size() % width_ != 0)
        fail<ShapeError>("npy", text(values.size(), " values for rows of ", row_), "whole rows are written");
    rows_ += values.size() / width_;
    waiting_.append(reinterpret_cast<const char*>(values.data()), values.size_bytes());
    if (waiting_.size() >= some_bytes) {
        file_.append(waiting_);
        waiting_.clear();
    }
}

template <class T>
void NpyWriter<T>::replace(std::span<const T> map) {
    file_.append(std::exchange(waiting_, {}));
    const std::uint64_t start = header_of<T>(shape_of(UINT64_MAX, row_)).size();
    for (std::uint64_t left = rows_ * width_ * sizeof(T), at = start; left > 0;) {
        std::string bytes = file_.read(at, static_cast<std::size_t>(std::min<std::uint64_t>(left, some_bytes)));
        for (std::size_t i = 0; i < bytes.size(); i += sizeof(T)) {
            T x;
            std::memcpy(&x, bytes.data() + i, sizeof(T));
            x = map[static_cast<std::size_t>(x)];
            std::memcpy(bytes.data() + i, &x, sizeof(T));
        }
        file_.overwrite(at, bytes);
        at += bytes.size();
        left -= bytes.size();
    }
}

template <class T>
void NpyWriter<T>::finish() {
    file_.append(std::exchange(waiting_, {}));
    const std::size_t room = header_of<T>(shape_of(UINT64_MAX, row_)).size();
    std::string header = header_of<T>(shape_of(rows_, row_));
    header.insert(header.size() - 1, room - header.size(), ' ');
    std::string length;
    append_little(length, room - magic.size() - 4, 2);
    header.replace(magic.size() + 2, 2, length);
    file_.overwrite(0, header);
    file_.commit();
}

#define SEVENFOLD_INSTANTIATE(T)                                            \
    template Array<T> from_npy(std::string_view, const std::string&);       \
    template std::string to_npy(const Array<T>&);                           \
    template Array<T> read_npy(const std::filesystem::path&);               \
    template void write_npy(const std::filesystem::path&, const Array<T>&); \
    template class NpyWriter<T>;
SEVENFOLD_INSTANTIATE(float)
SEVENFOLD_INSTANTIATE(double)
SEVENFOLD_INSTANTIATE(std::int64_t)

}  // namespace sevenfold
