#include "sevenfold/data/elements.hpp"

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstring>
#include <limits>
#include <type_traits>

namespace sevenfold {
namespace {

template <class T, class S>
bool holds(S x) {
    if constexpr (std::same_as<T, S>) {
        return true;
    } else if constexpr (std::floating_point<S> && std::floating_point<T>) {
        return !std::isfinite(x) || std::abs(x) <= std::numeric_limits<T>::max();
    } else if constexpr (std::floating_point<S>) {
        return x == std::trunc(x) && x >= S(-0x1p63) && x < S(0x1p63);
    } else if constexpr (std::floating_point<T>) {  // all bits between the highest and the lowest that is set must fit
        const auto bits = static_cast<std::uint64_t>(x);
        const std::uint64_t size = x < S{0} ? 0 - bits : bits;
        return size == 0 || std::bit_width(size >> std::countr_zero(size)) <= std::numeric_limits<T>::digits;
    } else {
        return std::in_range<T>(x);
    }
}

// Whether no value of S needs looking at.
template <class T, class S>
constexpr bool holds_all = std::same_as<T, S> ||
                           (std::integral<S> && std::numeric_limits<S>::digits <= std::numeric_limits<T>::digits) ||
                           (std::floating_point<S> && std::floating_point<T> && sizeof(S) <= sizeof(T));

template <std::size_t bytes>
using Bits = std::conditional_t<
    bytes == 1, std::uint8_t,
    std::conditional_t<bytes == 2, std::uint16_t, std::conditional_t<bytes == 4, std::uint32_t, std::uint64_t>>>;

template <class X>
X swapped(X x) {
    if constexpr (sizeof(X) == 2) return __builtin_bswap16(x);
    if constexpr (sizeof(X) == 4) return __builtin_bswap32(x);
    if constexpr (sizeof(X) == 8) return __builtin_bswap64(x);
    return x;
}

template <class T, class S, bool swap>
void convert(std::string_view from, std::span<T> to, const ByteReader& reader, std::uint64_t first) {
    const char* at = from.data();
    for (std::size_t i = 0; i < to.size(); ++i, at += sizeof(S)) {
        Bits<sizeof(S)> bits;
        std::memcpy(&bits, at, sizeof(S));
        const S x = std::bit_cast<S>(swap ? swapped(bits) : bits);
        if constexpr (!holds_all<T, S>)
            if (!holds<T>(x))
                reader.reject(text("element ", first + i, " is ", x),
                              text("it cannot be held by ", std::integral<T> ? "an int64"
                                                            : sizeof(T) == 4 ? "a float"
                                                                             : "a double"),
                              "Read the file with another number type.");
        to[i] = static_cast<T>(x);
    }
}

std::string show(std::span<const std::uint64_t> sizes) {
    std::string out = "(";
    for (std::uint64_t size : sizes) out += text(out.size() > 1 ? ", " : "", size);
    return out + (sizes.size() == 1 ? ",)" : ")");
}

}  // namespace

std::uint64_t claimed_bytes(const ByteReader& reader, std::span<const std::uint64_t> sizes, std::size_t element) {
    if (sizes.size() > Shape::max_rank)
        reader.reject(text("an array with ", sizes.size(), " axes"), text("arrays have at most ", Shape::max_rank));
    std::uint64_t bytes = element;
    bool empty = false;
    for (std::uint64_t size : sizes) {
        if (size == 0)
            empty = true;
        else if (__builtin_mul_overflow(bytes, size, &bytes) || bytes > PTRDIFF_MAX / 64)
            reader.reject(text("shape ", show(sizes)), "no memory can hold such an array",
                          "The file is damaged or not what its name says.");
    }
    return empty ? 0 : bytes;
}

std::uint64_t claimed_bytes(const ByteReader& reader, const ArrayHeader& header, std::uint64_t following) {
    const std::uint64_t bytes = claimed_bytes(reader, header.sizes, header.type.size);
    if (bytes != following)
        reader.reject(text("shape ", show(header.sizes), " takes ", bytes, " bytes"), text(following, " bytes follow"),
                      "The file is cut short, or its header lies: copy or download it again.");
    return bytes;
}

template <class T>
void convert_elements(std::string_view from, ElementType type, std::span<T> to, const ByteReader& reader,
                      std::uint64_t first) {
    const auto read_as = [&]<class S>(S) {
        type.order == std::endian::native ? convert<T, S, false>(from, to, reader, first)
                                          : convert<T, S, true>(from, to, reader, first);
    };
    switch (type.kind << 8 | static_cast<int>(type.size)) {
        case 'b' << 8 | 1:
        case 'u' << 8 | 1:
            read_as(std::uint8_t{});
            break;
        case 'u' << 8 | 2:
            read_as(std::uint16_t{});
            break;
        case 'u' << 8 | 4:
            read_as(std::uint32_t{});
            break;
        case 'u' << 8 | 8:
            read_as(std::uint64_t{});
            break;
        case 'i' << 8 | 1:
            read_as(std::int8_t{});
            break;
        case 'i' << 8 | 2:
            read_as(std::int16_t{});
            break;
        case 'i' << 8 | 4:
            read_as(std::int32_t{});
            break;
        case 'i' << 8 | 8:
            read_as(std::int64_t{});
            break;
        case 'f' << 8 | 4:
            read_as(float{});
            break;
        case 'f' << 8 | 8:
            read_as(double{});
            break;
        default:
            reader.reject(text("elements of kind '", type.kind, "' with ", type.size, " bytes"),
                          "arrays are read from bool, integers of 1 to 8 bytes, float32 and float64");
    }
}

template <class T>
Array<T> read_elements(ByteReader& reader, const ArrayHeader& header) {
    const std::uint64_t bytes = claimed_bytes(reader, header, reader.left());
    Shape shape;
    for (std::uint64_t size : header.sizes) shape.append(static_cast<std::size_t>(size));
    Array<T> out(shape);
    const std::string_view from = reader.take(bytes, "the elements");
    convert_elements(from, header.type, out.flat(), reader);
    return out;
}

#define SEVENFOLD_INSTANTIATE(T)                                                                                   \
    template void convert_elements(std::string_view, ElementType, std::span<T>, const ByteReader&, std::uint64_t); \
    template Array<T> read_elements(ByteReader&, const ArrayHeader&);
SEVENFOLD_INSTANTIATE(float)
SEVENFOLD_INSTANTIATE(double)
SEVENFOLD_INSTANTIATE(std::int64_t)

}  // namespace sevenfold
