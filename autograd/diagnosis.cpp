#include "sevenfold/autograd/diagnosis.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

namespace sevenfold {
namespace {

/// Two gradients entry by entry, and where they differ.
struct Comparison {
    Comparison(const Array<double>& the_rule, const Array<double>& the_right, const Tolerance& t)
        : rule(the_rule), right(the_right), tolerance(t) {
        for (std::size_t i = 0; i < right.size(); ++i)
            if (!t.equal(rule.data()[i], right.data()[i])) wrong.push_back(i);
    }
    bool all_wrong(auto property) const {
        return std::ranges::all_of(wrong, [&](std::size_t i) { return property(rule.data()[i], right.data()[i]); });
    }
    bool zero(double x) const { return tolerance.equal(x, 0); }

    const Array<double>&rule, &right;
    Tolerance tolerance;
    std::vector<std::size_t> wrong;
};

/// rule / right, if it is the same for all of these entries. Entries where both are 0 have none.
std::optional<double> common_ratio(const Comparison& c, const std::vector<std::size_t>& entries) {
    std::optional<double> ratio;
    double largest = 0;  // the most exact ratio is that of the largest entry
    for (std::size_t i : entries)
        if (const double n = c.right.data()[i]; std::abs(n) > largest)
            largest = std::abs(n), ratio = c.rule.data()[i] / n;
    if (!ratio) return {};
    for (std::size_t i : entries)
        if (!c.tolerance.equal(c.rule.data()[i], *ratio * c.right.data()[i])) return {};
    return ratio;
}

// "6 entries" where k counts all of them, "axis 0 has 6" where it is a size; else "".
std::string what_has(double k, const Shape& shape) {
    const auto is = [&](std::size_t n) { return n > 1 && std::abs(k - static_cast<double>(n)) < 1e-3 * k; };
    if (is(shape.elements())) return text("there are ", shape.elements(), " entries");
    for (std::size_t axis = 0; axis < shape.rank(); ++axis)
        if (is(shape[axis])) return text("axis ", axis, " has ", shape[axis]);
    return "";
}

std::string rounded(double x) {
    char digits[40];
    return {digits, std::to_chars(digits, digits + sizeof digits, x, std::chars_format::general, 4).ptr};
}

std::string of_ratio(double ratio, const Shape& shape) {
    const auto is = [&](double x) { return std::abs(ratio - x) < 1e-3 * std::abs(x); };
    if (is(-1)) return "every entry has the opposite sign of the right one: is a minus missing, or too much?";
    if (const std::string n = what_has(1 / ratio, shape); !n.empty())
        return text("every entry is 1/", std::lround(1 / ratio), " of the right one, and ", n,
                    ": a mean in place of a sum?");
    if (const std::string n = what_has(ratio, shape); !n.empty())
        return text("every entry is ", std::lround(ratio), " times the right one, and ", n,
                    ": is a division by their number missing?");
    if (is(0.5))
        return "every entry is half of the right one: is a factor 2 missing, or one of two ways that lead to the "
               "result?";
    if (is(2)) return "every entry is twice the right one: is something counted twice?";
    return text("every entry is ", rounded(ratio), " times the right one: is a factor missing, or too much?");
}

bool transposed(const Comparison& c) {
    const Shape& shape = c.right.shape();
    if (shape.rank() != 2) return false;
    const std::size_t rows = shape[0], columns = shape[1];
    for (std::size_t i = 0; i < rows; ++i)
        for (std::size_t j = 0; j < columns; ++j)
            if (!c.tolerance.equal(c.rule.data()[j * rows + i], c.right.data()[i * columns + j])) return false;
    return true;
}

bool reordered(const Comparison& c) {
    std::vector<double> a(c.rule.begin(), c.rule.end()), b(c.right.begin(), c.right.end());
    std::ranges::sort(a), std::ranges::sort(b);
    return std::ranges::equal(a, b, [&](double x, double y) { return c.tolerance.equal(x, y); });
}

/// Whether rule − right is the same for all entries that differ in their place along `axis` alone.
bool same_difference_along(std::size_t axis, const Comparison& c) {
    const Shape& shape = c.right.shape();
    const std::size_t stride = row_major_strides(shape)[axis];
    const auto difference = [&](std::size_t i) { return c.rule.data()[i] - c.right.data()[i]; };
    for (std::size_t i = 0; i < c.right.size(); ++i) {
        const std::size_t first = i - i / stride % shape[axis] * stride;
        if (!c.tolerance.equal(difference(i), difference(first))) return false;
    }
    return shape[axis] > 1;
}

std::string of_some(const Comparison& c) {
    const auto words = [](std::string_view what) { return text("where it is wrong, ", what); };
    if (c.all_wrong([&](double a, double) { return c.zero(a); }))
        return words("the rule says 0: does a mask close too much, or is a contribution lost?");
    if (c.all_wrong([&](double, double n) { return c.zero(n); }))
        return words("the right one is 0: is a mask missing?");
    if (const auto ratio = common_ratio(c, c.wrong); ratio && c.wrong.size() > 1)
        return words(text("it is ", rounded(*ratio), " times the right one"));
    return "";
}

}  // namespace

bool Tolerance::equal(double a, double b) const { return std::abs(a - b) <= atol + rtol * std::abs(b); }

std::string diagnose(const Array<double>& rule, const Array<double>& right, const Tolerance& tolerance) {
    const Comparison c(rule, right, tolerance);
    if (c.wrong.empty()) return "";
    if (!std::ranges::all_of(rule, [](double x) { return std::isfinite(x); }))
        return "not all of its numbers are finite";
    if (std::ranges::all_of(rule, [&](double x) { return c.zero(x); }))
        return "the rule says 0 everywhere: is this input forgotten, or its way detached?";
    std::vector<std::size_t> all(right.size());
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
    if (const auto ratio = common_ratio(c, all)) return of_ratio(*ratio, right.shape());
    if (transposed(c)) return "it is the transpose of the right one";
    if (reordered(c)) return "it has the right numbers in another order";
    if (c.wrong.size() < right.size()) return of_some(c);
    for (std::size_t axis = 0; axis < right.rank(); ++axis)
        if (same_difference_along(axis, c))
            return text(
                "along axis ", axis,
                " every entry is off by the same amount: is a term missing there that all share, such as that of "
                "a mean, or counted twice?");
    return "";
}

}  // namespace sevenfold
