// What the library throws. Every message reads: [where] what arrived: the rule. The likely fix.
#pragma once

#include <charconv>
#include <concepts>
#include <stdexcept>
#include <string>
#include <string_view>

namespace sevenfold {

/// Base of everything the library throws.
class Error : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// Shapes, ranks or axes that do not fit.
class ShapeError : public Error {
  public:
    using Error::Error;
};
/// Recording and differentiating at the wrong time or place.
class TapeError : public Error {
  public:
    using Error::Error;
};
/// A value that backward needs was changed after it was saved.
class InPlaceError : public Error {
  public:
    using Error::Error;
};
/// An index, class label or position outside its range.
class IndexError : public Error {
  public:
    using Error::Error;
};
/// A setting or number outside its range.
class ValueError : public Error {
  public:
    using Error::Error;
};
/// Anomaly mode found the first NaN or infinity.
class AnomalyError : public Error {
  public:
    using Error::Error;
};
/// A file that cannot be read, written or believed.
class FileError : public Error {
  public:
    using Error::Error;
};

namespace detail {
inline void append(std::string& out, std::string_view s) { out += s; }
inline void append(std::string& out, char c) { out += c; }
// clang-format off
template <std::same_as<bool> B>  // a template, or every string literal would prefer it
void append(std::string& out, B b) {
    out += b ? "true" : "false";
}
template <class N>
    requires(std::integral<N> || std::floating_point<N>) && (!std::same_as<N, bool>) && (!std::same_as<N, char>)
void append(std::string& out, N n) {
    char digits[40];
    out.append(digits, std::to_chars(digits, digits + sizeof digits, n).ptr);
}
template <class S>
    requires requires(const S& s) { { s.str() } -> std::convertible_to<std::string>; }
void append(std::string& out, const S& s) {
    out += s.str();
}
// clang-format on
}  // namespace detail

/// Joins words, numbers (shortest form that reads back) and anything with str() into one string.
template <class... Parts>
std::string text(const Parts&... parts) {
    std::string out;
    (detail::append(out, parts), ...);
    return out;
}

/// Throws E with "[where] arrived: rule. fix".
template <class E>
[[noreturn]] void fail(std::string_view where, std::string_view arrived, std::string_view rule,
                       std::string_view fix = {}) {
    throw E(text('[', where, "] ", arrived, ": ", rule, '.', fix.empty() ? "" : " ", fix));
}

}  // namespace sevenfold
