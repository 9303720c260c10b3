// Singular values and what is made of them: norms, ranks, nearest matrices of a rank, pseudo-inverse, gradient.
#include <numeric>

#include "golden.hpp"
#include "sevenfold/autograd/linalg.hpp"
#include "sevenfold/autograd/tape.hpp"

namespace golden {
namespace {

json scalar(const json& number) { return {{"shape", json::array()}, {"data", {number}}}; }

template <class T>
void check_rank_k(const Svd<T>& parts, const Shape& shape, const json& want, Report& report) {
    const auto k = want.at("k").get<std::size_t>();
    const auto number = [&](const std::string& name, double got) {
        report.compare(text("rank ", k, ", ", name), Array<T>(static_cast<T>(got)), scalar(want.at(name)));
    };
    report.compare(text("rank ", k, ", approximation"), parts.approximation(k), want.at("approximation"));
    number("frobenius_error", parts.error(k));
    number("relative_error", parts.error(k) / parts.error(0));
    number("energy", parts.energy(k));
    number("spectral_error", k < parts.s.size() ? static_cast<double>(parts.s(k)) : 0);
    number("stored_numbers", static_cast<double>(k * (shape[0] + shape[1] + 1)));
    number("compression_ratio", compression_ratio(shape[0], shape[1], k));
}

template <class T>
void check(const json& one, Report& report) {
    const auto a = read_array<T>(one.at("A"));
    const Svd<T> parts = svd(a);
    const std::size_t k = parts.s.size();
    const auto number = [&](const std::string& name, double got) {
        report.compare(name, Array<T>(static_cast<T>(got)), scalar(one.at(name)));
    };
    report.compare("singular_values", parts.s, one.at("singular_values"));
    report.expect(parts.rank() == one.at("rank").get<std::size_t>(), text("rank is ", parts.rank()));
    number("frobenius_norm", parts.error(0));
    number("spectral_norm", static_cast<double>(parts.s(0)));
    number("nuclear_norm", std::accumulate(parts.s.begin(), parts.s.end(), 0.0));
    const double condition = static_cast<double>(parts.s(0)) / static_cast<double>(parts.s(parts.rank() - 1));
    if (!one.at("condition_number").is_null()) number("condition_number", condition);
    Array<T> errors(Shape{k + 1});
    for (std::size_t r = 0; r <= k; ++r) errors(r) = static_cast<T>(parts.error(r));
    report.compare("frobenius_error_by_k", errors, one.at("frobenius_error_by_k"));
    for (const json& want : one.at("rank_k")) check_rank_k(parts, a.shape(), want, report);
    report.compare("pinv", pinv(a), one.at("pinv"));
    if (!one.contains("singular_value_gradient")) return;

    const json& gradient = one.at("singular_value_gradient");
    const Variable<T> x = leaf(a, "A"), coefficients = read_array<T>(gradient.at("coefficients"));
    Tape<T> tape;
    const Variable<T> y = sum(singular_values(x) * coefficients);
    tape.backward(y);
    report.compare("gradient, tape.backward", x.grad(), gradient.at("grad_A"));
    report.compare("gradient, grad", grad(y, x).value(), gradient.at("grad_A"));
}

}  // namespace

void check_linalg(const json&, const json& one, Report& report) {
    if (const std::string kind = one.at("kind"); kind != "svd") return report.unknown("kind " + kind);
    check<double>(one, report);
    check<float>(one, report);
}

}  // namespace golden
