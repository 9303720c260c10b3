// Walks the register of ops: no op without samples, no sample whose gradients are not checked.
#include <doctest/doctest.h>

#include <cmath>
#include <set>

#include "op_samples.hpp"
#include "sevenfold/autograd/gradcheck.hpp"
#include "sevenfold/autograd/ops/register.hpp"
#include "sevenfold/autograd/random.hpp"

using namespace sevenfold;
using samples::Sample;

namespace {

std::set<std::string> registered() {
    std::set<std::string> names;
    for (const ops::OpGroup& group : ops::op_register())
        for (const OpText& op : group.ops) names.emplace(op.name);
    return names;
}

template <class T>
std::vector<Variable<T>> leaves(const std::vector<Variable<double>>& inputs) {
    std::vector<Variable<T>> out;
    for (const Variable<double>& x : inputs) out.push_back(leaf(x.value().template cast<T>()));
    return out;
}

bool records(const std::string& op, const Sample& sample) {
    Tape<double> tape;
    sample.in_double(leaves<double>(sample.inputs));
    for (std::size_t i = 0; i < tape.size(); ++i)
        if (tape.node(i).op && tape.node(i).op->text().name == op) return true;
    return false;
}

/// The result and the gradients of all inputs, as arrays of double.
template <class T>
std::vector<Array<double>> run(const samples::Call<T>& f, const std::vector<Variable<double>>& inputs) {
    Tape<T> tape;
    const std::vector<Variable<T>> x = leaves<T>(inputs);
    const Variable<T> y = f(x);
    std::vector<Array<double>> out{y.value().template cast<double>()};
    Random random(3);
    if (!y.is_constant()) tape.backward_from(y, random.normal<T>(y.shape()));
    for (const Variable<T>& v : x)
        out.push_back(v.has_grad() ? v.grad().template cast<double>() : Array<double>::zeros(v.shape()));
    return out;
}

}  // namespace

TEST_CASE("every op in the register has samples, and they run it") {
    const auto all = samples::op_samples();
    for (const std::string& op : registered()) {
        INFO("op ", op);
        const auto found = all.find(op);
        CHECK_MESSAGE(found != all.end(), "no samples in op_samples.cpp");
        if (found == all.end()) continue;
        for (const Sample& sample : found->second) CHECK(records(op, sample));
    }
}

TEST_CASE("both roads of every op agree with central differences, to second order") {
    for (const auto& one : samples::op_samples())
        for (std::size_t i = 0; i < one.second.size(); ++i) {
            const std::string& op = one.first;
            const std::vector<Sample>& list = one.second;
            const GradcheckReport report = gradcheck(list[i].in_double, list[i].inputs);
            INFO("op ", op, ", sample ", i, "\n", report.str());
            CHECK(report.passed());
        }
}

TEST_CASE("every op gives in float what it gives in double") {
    for (const auto& one : samples::op_samples())
        for (std::size_t i = 0; i < one.second.size(); ++i) {
            const std::string& op = one.first;
            const std::vector<Sample>& list = one.second;
            const auto want = run(list[i].in_double, list[i].inputs), got = run(list[i].in_float, list[i].inputs);
            for (std::size_t k = 0; k < want.size(); ++k) {
                REQUIRE(got[k].shape() == want[k].shape());
                double largest = 1, worst = 0;
                for (double v : want[k]) largest = std::max(largest, std::abs(v));
                for (std::size_t e = 0; e < want[k].size(); ++e)
                    worst = std::max(worst, std::abs(got[k].data()[e] - want[k].data()[e]) / largest);
                INFO("op ", op, ", sample ", i, ", ", k ? text("gradient of input ", k - 1) : "value");
                CHECK(worst <= list[i].float_tolerance);
            }
        }
}

TEST_CASE("elementwise ops broadcast all shapes that fit, and their gradients come back in the inputs' shapes") {
    const std::vector<Shape> shapes{{},        {1},       {3},    {2, 3},    {2, 1},      {1, 3},
                                    {4, 1, 3}, {1, 1, 1}, {0, 3}, {4, 0, 1}, {2, 1, 1, 3}};
    Random random(11);
    const auto values = [&](const Shape& shape) {
        auto a = random.uniform<double>(shape, 0.2, 2);
        for (double& v : a.flat()) v = random.below(2) ? v : -v;
        return a;
    };
    int pairs = 0;
    for (const Shape& a : shapes)
        for (const Shape& b : shapes) {
            Shape together;
            try {
                together = broadcast_shape("test", a, b);
            } catch (const ShapeError&) { continue; }
            ++pairs;
            for (const auto& one : samples::pairwise_calls()) {
                const auto& f = one.second;
                INFO(one.first, " of ", a.str(), " and ", b.str());
                const std::vector<Variable<double>> inputs{values(a), values(b)};
                CHECK(f(inputs).shape() == together);
                const GradcheckReport report = gradcheck(f, inputs, {.order = 1});
                INFO(report.str());
                CHECK(report.passed());
            }
        }
    CHECK(pairs > 80);
}
