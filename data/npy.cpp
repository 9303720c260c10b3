#include "sevenfold/data/npy.hpp"

#include <algorithm>
#include <charconv>
#include <concepts>
#include <vector>

#include "sevenfold/data/elements.hpp"
#include "sevenfold/data/file.hpp"

namespace sevenfold {
namespace {

constexpr std::string_view magic = "\x93NUMPY";

struct Header {
    ElementType type{};
    bool fortran_order = false;
    std::vector<std::uint64_t> sizes;
};

// The header is a Python literal: {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }
class HeaderParser {
  public:
    HeaderParser(std::string_view text, const ByteReader& reader) : text_(text), reader_(reader) {}

    Header parse() {
        Header header;
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

}  // namespace

template <class T>
Array<T> from_npy(std::string_view bytes, const std::string& name) {
    ByteReader reader(bytes, "npy", name);
    if (!bytes.starts_with(magic))
        reader.reject("the first six bytes are not those of NPY", "NPY files start with \\x93NUMPY",
                      "Is this an NPY file?");
    reader.take(magic.size(), "the mark");
    const std::uint64_t major = reader.little(1, "the version"), minor = reader.little(1, "the version");
    if (major < 1 || major > 3 || minor != 0)
        reader.reject(text("version ", major, '.', minor), "versions 1.0, 2.0 and 3.0 are known");
    const std::uint64_t length = reader.little(major == 1 ? 2 : 4, "the length of the header");
    Header header = HeaderParser(reader.take(length, "the header"), reader).parse();
    if (!header.fortran_order) return read_elements<T>(reader, header.sizes, header.type);
    std::reverse(header.sizes.begin(), header.sizes.end());
    return reverse_axes(read_elements<T>(reader, header.sizes, header.type));
}

template <class T>
std::string to_npy(const Array<T>& array) {
    std::string header = text("{'descr': '", descr<T>(), "', 'fortran_order': False, 'shape': ", array.shape(), ", }");
    constexpr std::size_t before = magic.size() + 4, alignment = 64;  // the elements start at a multiple of 64
    header.append(alignment - (before + header.size() + 1) % alignment, ' ');
    header += '\n';
    std::string out(magic);
    out += {1, 0};
    append_little(out, header.size(), 2);
    out += header;
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

#define SEVENFOLD_INSTANTIATE(T)                                      \
    template Array<T> from_npy(std::string_view, const std::string&); \
    template std::string to_npy(const Array<T>&);                     \
    template Array<T> read_npy(const std::filesystem::path&);         \
    template void write_npy(const std::filesystem::path&, const Array<T>&);
SEVENFOLD_INSTANTIATE(float)
SEVENFOLD_INSTANTIATE(double)
SEVENFOLD_INSTANTIATE(std::int64_t)

}  // namespace sevenfold
