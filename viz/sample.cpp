#include "sevenfold/viz/sample.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

namespace sevenfold::viz {
namespace {

std::vector<std::size_t> evenly(std::size_t n, std::size_t most) {
    std::vector<std::size_t> out;
    const std::size_t shown = std::min(n, most);
    for (std::size_t i = 0; i < shown; ++i) out.push_back(shown == n ? i : i * (n - 1) / (shown - 1));
    return out;
}

}  // namespace

Sample::Sample(const Shape& of, std::size_t most)
    : rows(of.rank() && of.back() ? of.elements() / of.back() : of.elements()),
      columns(of.rank() ? of.back() : 1),
      row(evenly(rows, most)),
      column(evenly(columns, rows == 1 ? 2 * most : most)) {}

std::vector<std::size_t> Sample::entries() const {
    std::vector<std::size_t> out;
    for (std::size_t r : row)
        for (std::size_t c : column) out.push_back(r * columns + c);
    return out;
}

std::string index_of(std::size_t entry, const Shape& shape) {
    std::string out;
    for (std::size_t axis = shape.rank(); axis-- > 0; entry /= shape[axis])
        out = text(entry % shape[axis], out.empty() ? "" : ", ", out);
    return text('(', out, ')');
}

nlohmann::json number(double x) {
    if (std::isnan(x)) return "NaN";
    if (std::isinf(x)) return x > 0 ? "∞" : "−∞";
    char digits[40];
    const auto end = std::to_chars(digits, digits + sizeof digits, x, std::chars_format::general, 6).ptr;
    double rounded = 0;
    std::from_chars(digits, end, rounded);
    if (rounded == std::trunc(rounded) && std::abs(rounded) < 1e6) return static_cast<int>(rounded);  // shorter
    return rounded;
}

std::string shown(double x, int digits) {
    if (std::isnan(x)) return "NaN";
    if (std::isinf(x)) return x > 0 ? "∞" : "−∞";
    char buffer[40];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, x, std::chars_format::general, digits).ptr;
    std::string out;
    for (const char* c = buffer; c != end; ++c) out += *c == '-' ? std::string("−") : std::string(1, *c);
    return out;
}

template <class T>
nlohmann::json numbers(const Array<T>& array, const Sample& sample) {
    nlohmann::json out = nlohmann::json::array();
    for (std::size_t entry : sample.entries()) out.push_back(number(static_cast<double>(array.data()[entry])));
    return out;
}

template <class T>
nlohmann::json described(const Array<T>& array, const Sample& sample) {
    double low = std::numeric_limits<double>::infinity(), high = -low, sum = 0, squares = 0;
    std::size_t zeros = 0, bad = 0;
    for (T value : array) {
        const double v = static_cast<double>(value);
        if (!std::isfinite(v)) {
            ++bad;
            continue;
        }
        low = std::min(low, v), high = std::max(high, v);
        sum += v, squares += v * v;
        zeros += v == 0;
    }
    nlohmann::json out{{"shape", array.shape().str()},
                       {"size", array.size()},
                       {"zeros", zeros},
                       {"bad", bad},
                       {"rows", sample.rows},
                       {"columns", sample.columns},
                       {"numbers", numbers(array, sample)}};
    if (sample.row.size() < sample.rows) out["row"] = sample.row;
    if (sample.column.size() < sample.columns) out["column"] = sample.column;
    if (array.size() > bad && array.size() > 1) {
        out["min"] = number(low), out["max"] = number(high);
        out["mean"] = number(sum / static_cast<double>(array.size() - bad));
        out["norm"] = number(std::sqrt(squares));
    }
    return out;
}

template nlohmann::json numbers(const Array<float>&, const Sample&);
template nlohmann::json numbers(const Array<double>&, const Sample&);
template nlohmann::json described(const Array<float>&, const Sample&);
template nlohmann::json described(const Array<double>&, const Sample&);

}  // namespace sevenfold::viz
