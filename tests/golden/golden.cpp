#include "golden.hpp"

#include <algorithm>
#include <cmath>

namespace golden {

Shape read_shape(const json& array) {
    Shape shape;
    for (const json& size : array.at("shape")) shape.append(size.get<std::size_t>());
    return shape;
}

template <class T>
Array<T> read_array(const json& array) {
    std::vector<T> values;
    for (const json& v : array.at("data")) values.push_back(static_cast<T>(v.get<double>()));
    return Array<T>(read_shape(array), values);
}
template Array<float> read_array(const json&);
template Array<double> read_array(const json&);

Indices read_indices(const json& array) {
    return Indices(read_shape(array), array.at("data").get<std::vector<std::int64_t>>());
}

template <class T>
void Report::compare(const std::string& what, const Array<T>& got, const json& want, double slack) {
    const Array<double> reference = read_array<double>(want);
    if (got.shape() != reference.shape()) {
        failures_.push_back(text(what, ": shape ", got.shape(), ", expected ", reference.shape()));
        return;
    }
    double largest = 0, worst = 0;
    std::size_t at = 0;
    for (double v : reference) largest = std::max(largest, std::abs(v));
    for (std::size_t i = 0; i < got.size(); ++i) {
        const double error = std::abs(static_cast<double>(got.data()[i]) - reference.data()[i]);
        if (!(error <= worst)) worst = error, at = i;  // also catches NaN
    }
    const double limit = (sizeof(T) == 8 ? double_ : float_) * slack * (1 + largest);
    if (!(worst <= limit))
        failures_.push_back(text(what, sizeof(T) == 8 ? " (double)" : " (float)", ": element ", at, " is ",
                                 got.data()[at], ", expected ", reference.data()[at], " within ", limit));
}
template void Report::compare(const std::string&, const Array<float>&, const json&, double);
template void Report::compare(const std::string&, const Array<double>&, const json&, double);

void Report::compare(const std::string& what, double got, double want) {
    if (!(std::abs(got - want) <= double_ * (1 + std::abs(want))))
        failures_.push_back(text(what, ": ", got, ", expected ", want));
}

void Report::compare_integers(const std::string& what, const Indices& got, const json& want) {
    if (!(got == read_indices(want)))
        failures_.push_back(text(what, ": ", got.str(), ", expected ", read_indices(want).str()));
}

void Report::expect(bool condition, const std::string& what) {
    if (!condition) failures_.push_back(what);
}

void Report::unknown(const std::string& what) { failures_.push_back("not known: " + what); }

}  // namespace golden
