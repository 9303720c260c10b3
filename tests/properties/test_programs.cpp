#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <cmath>
#include <sstream>

#include "properties/program.hpp"
#include "settings_from_environment.hpp"
#include "sevenfold/autograd/ops/register.hpp"
#include "sevenfold/autograd/random.hpp"
#include "tried.hpp"

namespace properties {

// How rapidcheck prints a program that fails.
void showValue(const Program& program, std::ostream& out) { out << describe(program); }

}  // namespace properties

namespace rc {

template <>
struct Arbitrary<properties::Program> {
    static Gen<properties::Program> arbitrary() {
        using namespace properties;
        const auto size = gen::weightedElement<std::size_t>({{1, 0}, {3, 1}, {4, 2}, {4, 3}, {1, 4}});
        const auto shape = gen::map(gen::resize(3, gen::container<std::vector<std::size_t>>(size)),
                                    [](const std::vector<std::size_t>& sizes) { return Shape(std::span(sizes)); });
        const auto gene = gen::container<Gene>(gen::resize(1000, gen::arbitrary<std::uint16_t>()));
        // Up to 30 ops; rapidcheck begins with few.
        const auto genes = gen::scale(0.3, gen::container<std::vector<Gene>>(gene));
        return gen::build<Program>(
            gen::set(&Program::inputs, gen::nonEmpty(gen::resize(3, gen::container<std::vector<Shape>>(shape)))),
            gen::set(&Program::genes, genes), gen::set(&Program::seed, gen::inRange<std::uint64_t>(0, 1'000'000)));
    }
};

}  // namespace rc

using namespace sevenfold;
using namespace properties;

namespace {

using Arrays = std::vector<Array<double>>;

std::vector<Variable<double>> leaves(const Arrays& arrays) {
    std::vector<Variable<double>> out;
    for (const Array<double>& array : arrays) out.push_back(leaf(array));
    return out;
}

// x + step · u, array by array.
Arrays moved(Arrays x, const Arrays& u, double step) {
    for (std::size_t i = 0; i < x.size(); ++i)
        for (std::size_t k = 0; k < x[i].size(); ++k) x[i].data()[k] += step * u[i].data()[k];
    return x;
}

Arrays directions(const Program& program, std::uint64_t seed) {
    Random random(seed);
    Arrays out;
    for (const Shape& shape : program.inputs) out.push_back(random.uniform<double>(shape, -1, 1));
    return out;
}

double dot(const Arrays& a, const Arrays& b) {
    double out = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        for (std::size_t k = 0; k < a[i].size(); ++k) out += a[i].data()[k] * b[i].data()[k];
    return out;
}

double value(const Program& program, const Arrays& x) {
    std::vector<Variable<double>> constants(x.begin(), x.end());
    return program(constants).value().item();
}

// By the fast road.
Arrays gradient(const Program& program, const Arrays& x) {
    const auto variables = leaves(x);
    Tape<double> tape;
    const Variable<double> y = program(variables);
    if (!y.is_constant()) tape.backward(y);
    Arrays out;
    for (const auto& v : variables) out.push_back(v.has_grad() ? v.grad() : Array<double>::zeros(v.shape()));
    return out;
}

// By the functional road: the gradient along u, and the derivative of that along v.
std::pair<double, double> along(const Program& program, const Arrays& x, const Arrays& u, const Arrays& v,
                                std::set<std::string>& ran) {
    const auto variables = leaves(x);
    Tape<double> tape;
    const Variable<double> y = program(variables);
    if (y.is_constant()) return {0, 0};
    const auto first = grad(y, variables);
    Variable<double> slope = 0.0;
    for (std::size_t i = 0; i < x.size(); ++i) slope = slope + sum(first[i] * u[i]);
    double second = 0;
    if (!slope.is_constant()) {
        const auto curved = grad(slope, variables);
        for (std::size_t i = 0; i < x.size(); ++i) second += dot({curved[i].value()}, {v[i]});
    }
    for (std::size_t i = 0; i < tape.size(); ++i)
        if (tape.node(i).op) ran.emplace(tape.node(i).op->text().name);
    return {slope.value().item(), second};
}

struct Differences {
    double estimate, doubt;
};
// Central differences with two steps: that they differ shows a kink nearby, or rounding.
template <class F>
Differences differences(const F& f, double step) {
    const double wide = (f(step) - f(-step)) / (2 * step), narrow = (f(step / 2) - f(-step / 2)) / step;
    return {narrow + (narrow - wide) / 3, std::abs(narrow - wide)};
}

}  // namespace

TEST_CASE("both roads and second derivatives of random programs over all ops agree with central differences") {
    const std::uint64_t seed = test_seed();
    const int cases = static_cast<int>(from_environment("SEVENFOLD_CASES", 1'000));
    MESSAGE("SEVENFOLD_SEED=" << seed << " SEVENFOLD_CASES=" << cases);
    Tried tried("random programs: first and second derivatives against central differences");
    std::set<std::string> ran;
    std::size_t first_checked = 0, second_checked = 0, all = 0, sloped = 0, deepest = 0;

    const auto property = [&](const Program& program) {
        const Arrays x = program.numbers(), u = directions(program, 1), v = directions(program, 2);
        const Arrays fast = gradient(program, x);
        const auto [slope, curvature] = along(program, x, u, v, ran);
        ++all;
        sloped += std::abs(slope) > 1e-3;
        deepest = std::max(deepest, program.genes.size());
        RC_ASSERT(std::abs(dot(fast, u) - slope) <= 1e-9 * (1 + std::abs(slope)));

        const Differences d = differences([&](double h) { return value(program, moved(x, u, h)); }, 1e-4);
        const double scale = 1 + std::abs(slope) + std::abs(d.estimate);
        if (d.doubt < 1e-5 * scale) {
            ++first_checked;
            RC_ASSERT(std::abs(d.estimate - slope) <= 1e-6 * scale + 2 * d.doubt);
        }
        const Differences dd = differences([&](double h) { return dot(gradient(program, moved(x, v, h)), u); }, 1e-4);
        const double second_scale = 1 + std::abs(curvature) + std::abs(dd.estimate);
        if (dd.doubt < 1e-5 * second_scale) {
            ++second_checked;
            RC_ASSERT(std::abs(dd.estimate - curvature) <= 1e-6 * second_scale + 2 * dd.doubt);
        }
        tried.add(true);
    };
    // Each op alone, on inputs that broadcast, with each of its settings; then what chance brings.
    for (std::size_t op = 0; op < op_count(); ++op)
        for (std::uint16_t setting = 0; setting < 12; ++setting)
            property({{{2, 3}, {2, 1}}, {{static_cast<std::uint16_t>(op), 0, setting}}, op});
    const auto result =
        rc::detail::checkTestable(property, rc::detail::TestMetadata{"programs", "programs"},
                                  rc::detail::TestParams{.seed = seed, .maxSuccess = cases, .maxSize = 100});
    std::ostringstream report;
    rc::detail::printResultMessage(result, report);
    CHECK_MESSAGE(result.is<rc::detail::SuccessResult>(), report.str());

    MESSAGE(all << " programs of up to " << deepest << " ops; first derivatives of " << first_checked
                << " and second of " << second_checked << " were compared, the others have a kink nearby; " << sloped
                << " have a slope");
    CHECK(sloped > 0.8 * static_cast<double>(all));  // the others have inputs without numbers
    CHECK(first_checked > 0.8 * static_cast<double>(all));
    CHECK(second_checked > 0.6 * static_cast<double>(all));
    // What no program has: singular values, whose derivative does not exist everywhere.
    std::string missing;
    for (const ops::OpGroup& group : ops::op_register())
        for (const OpText& op : group.ops)
            if (!ran.contains(std::string(op.name))) missing += std::string(op.name) + " ";
    CHECK(missing == "singular_values svd ");
}
