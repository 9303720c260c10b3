#include "sevenfold/data/elements.hpp"

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstring>
#include <limits>

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

template <class T, class S>
void convert(const ByteReader& reader, std::string_view from, std::endian order, std::span<T> to) {
    char bytes[sizeof(S)];
    for (std::size_t i = 0; i < to.size(); ++i) {
        std::memcpy(bytes, from.data() + i * sizeof(S), sizeof(S));
        if (order != std::endian::native) std::reverse(bytes, bytes + sizeof(S));
        S x;
        std::memcpy(&x, bytes, sizeof(S));
        if (!holds<T>(x))
            reader.reject(text("element ", i, " is ", x),
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

template <class T>
Array<T> read_elements(ByteReader& reader, std::span<const std::uint64_t> sizes, ElementType type) {
    const std::uint64_t bytes = claimed_bytes(reader, sizes, type.size);
    if (bytes != reader.left())
        reader.reject(text("shape ", show(sizes), " takes ", bytes, " bytes"), text(reader.left(), " bytes follow"),
                      "The file is cut short, or its header lies: copy or download it again.");
    Shape shape;
    for (std::uint64_t size : sizes) shape.append(static_cast<std::size_t>(size));
    Array<T> out(shape);
    const std::string_view from = reader.take(bytes, "the elements");
    const auto read_as = [&]<class S>(S) { convert<T, S>(reader, from, type.order, out.flat()); };
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
    return out;
}

template Array<float> read_elements(ByteReader&, std::span<const std::uint64_t>, ElementType);
template Array<double> read_elements(ByteReader&, std::span<const std::uint64_t>, ElementType);
template Array<std::int64_t> read_elements(ByteReader&, std::span<const std::uint64_t>, ElementType);

}  // namespace sevenfold
