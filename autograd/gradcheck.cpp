#include "sevenfold/autograd/gradcheck.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "sevenfold/autograd/diagnosis.hpp"
#include "sevenfold/autograd/random.hpp"
#include "sevenfold/autograd/tape.hpp"

namespace sevenfold {
namespace {

using Arrays = std::vector<Array<double>>;
using Variables = std::vector<Variable<double>>;
/// Several results, so that a gradient function has the same type as the function itself.
using Function = std::function<Variables(const Variables&)>;

Variables leaves(const Arrays& values) {
    Variables out;
    for (const Array<double>& v : values) out.push_back(leaf(v));
    return out;
}

Arrays values_of(const Variables& variables) {
    Arrays out;
    for (const Variable<double>& v : variables) out.push_back(v.value());
    return out;
}

Arrays evaluate(const Function& f, const Arrays& at) {
    Tape<double> tape;  // f may itself call grad
    return values_of(f(leaves(at)));
}

bool same(const Arrays& a, const Arrays& b) {
    const auto equal = [](double u, double v) { return u == v || (std::isnan(u) && std::isnan(v)); };
    for (std::size_t k = 0; k < a.size(); ++k)
        if (!std::equal(a[k].begin(), a[k].end(), b[k].begin(), b[k].end(), equal)) return false;
    return true;
}

/// Σ upstream · (high − low): the difference first, for the values themselves may be large.
double projected_difference(const Arrays& upstream, const Arrays& high, const Arrays& low) {
    double total = 0;
    for (std::size_t k = 0; k < upstream.size(); ++k)
        for (std::size_t i = 0; i < upstream[k].size(); ++i)
            total += upstream[k].data()[i] * (high[k].data()[i] - low[k].data()[i]);
    return total;
}

Arrays central_differences(const Function& f, Arrays at, const Arrays& upstream) {
    Arrays out;
    for (Array<double>& x : at) {
        Array<double> slopes(x.shape());
        for (std::size_t i = 0; i < x.size(); ++i) {
            const double middle = x.data()[i];
            const double h = std::cbrt(std::numeric_limits<double>::epsilon()) * std::max(1.0, std::abs(middle));
            const double above = middle + h, below = middle - h;
            x.data()[i] = above;
            const Arrays high = evaluate(f, at);
            x.data()[i] = below;
            const Arrays low = evaluate(f, at);
            x.data()[i] = middle;
            slopes.data()[i] = projected_difference(upstream, high, low) / (above - below);
        }
        out.push_back(std::move(slopes));
    }
    return out;
}

Arrays by_backward(const Function& f, const Arrays& at, const Arrays& upstream) {
    Tape<double> tape;
    const Variables x = leaves(at), y = f(x);
    for (std::size_t k = 0; k < y.size(); ++k)
        if (!y[k].is_constant()) tape.backward_from(y[k], upstream[k]);
    Arrays out;
    for (const Variable<double>& v : x) out.push_back(v.has_grad() ? v.grad() : Array<double>::zeros(v.shape()));
    return out;
}

/// (x.., u..) -> d (Σ uₖ · fₖ(x)) / dx: one gradient per x.
Function gradient_of(Function f, std::size_t inputs) {
    return [f = std::move(f), inputs](const Variables& x_and_u) {
        const auto middle = x_and_u.begin() + static_cast<std::ptrdiff_t>(inputs);
        const Variables x(x_and_u.begin(), middle), u(middle, x_and_u.end()), y = f(x);
        Variables out;
        for (const Variable<double>& v : x) out.push_back(Array<double>::zeros(v.shape()));
        for (std::size_t k = 0; k < y.size(); ++k) {
            if (y[k].is_constant()) continue;
            const Variables part = grad(y[k], x, u[k]);
            for (std::size_t i = 0; i < x.size(); ++i) out[i] += part[i];
        }
        return out;
    };
}

std::vector<std::size_t> position(std::size_t flat, const Shape& shape) {
    std::vector<std::size_t> out(shape.rank());
    for (std::size_t axis = shape.rank(); axis-- > 0; flat /= shape[axis]) out[axis] = flat % shape[axis];
    return out;
}

void compare(GradcheckResult result, const Array<double>& analytic, const Array<double>& numeric,
             const GradcheckOptions& options, GradcheckReport& report) {
    const Tolerance tolerance{options.atol, options.rtol};
    result.rule = analytic, result.differences = numeric;
    double worst = -1;
    for (std::size_t i = 0; i < numeric.size(); ++i) {
        const double a = analytic.data()[i], n = numeric.data()[i];
        const double error = std::abs(a - n), allowed = options.atol + options.rtol * std::abs(n);
        if (!tolerance.equal(a, n)) ++result.wrong;
        if (std::isnan(worst) || error / allowed <= worst) continue;  // NaN is never below, and stays
        worst = error / allowed;
        result.entry = position(i, numeric.shape());
        result.analytic = a, result.numeric = n, result.error = error, result.allowed = allowed;
    }
    // Differences have an error of their own, and what several of them have in common even more: ten times as much.
    if (result.wrong) result.guess = diagnose(analytic, numeric, {10 * tolerance.atol, 10 * tolerance.rtol});
    report.results.push_back(std::move(result));
}

/// What the results of one input tell together: whether its roads agree, and whether the order before was right.
void compare_roads(GradcheckResult& fast, GradcheckResult& functional, bool lower_orders_passed) {
    if (fast.passed() != functional.passed()) {
        GradcheckResult& bad = fast.passed() ? functional : fast;
        bad.guess +=
            text(bad.guess.empty() ? "" : "; ", "the other road is right: the op's backward and pullback differ");
    } else if (!fast.passed() && fast.order > 1 && lower_orders_passed) {
        for (GradcheckResult* r : {&fast, &functional})
            r->guess = "the order before is right: is something detached in its rule?";
    }
}

}  // namespace

GradcheckReport gradcheck(const GradcheckFunction& f, const std::vector<Variable<double>>& inputs,
                          const GradcheckOptions& options) {
    if (inputs.empty()) fail<ValueError>("gradcheck", "no inputs", "there is nothing to differentiate with respect to");
    if (options.order < 1) fail<ValueError>("gradcheck", text("order ", options.order), "the first order is 1");
    Random random(options.seed);
    GradcheckReport report;
    Function now = [&f](const Variables& x) { return Variables{f(x)}; };
    Arrays at = values_of(inputs);
    for (int order = 1; order <= options.order; ++order) {
        const bool so_far = report.passed();
        const Arrays y = evaluate(now, at);
        if (order == 1 && !same(evaluate(now, at), y))
            fail<ValueError>("gradcheck", "a function that gave two results for the same inputs",
                             "differences of random values say nothing", "Fix its seed, or switch its dropout off.");
        Arrays upstream;
        for (const Array<double>& part : y) upstream.push_back(random.normal<double>(part.shape()));
        Arrays at_and_upstream = at;
        at_and_upstream.insert(at_and_upstream.end(), upstream.begin(), upstream.end());
        const Function gradient = gradient_of(now, at.size());

        const Arrays numeric = central_differences(now, at, upstream);
        const Arrays fast = by_backward(now, at, upstream), functional = evaluate(gradient, at_and_upstream);
        for (std::size_t i = 0; i < at.size(); ++i) {
            const std::string name = i >= inputs.size() ? "upstream" : inputs[i].is_leaf() ? inputs[i].name() : "";
            GradcheckResult result{order, "tape.backward", i, name, {}, 0, 0, 0, options.atol};
            compare(result, fast[i], numeric[i], options, report);
            result.road = "grad";
            compare(result, functional[i], numeric[i], options, report);
            compare_roads(*(report.results.end() - 2), report.results.back(), so_far);
        }
        now = gradient;
        at = at_and_upstream;
    }
    return report;
}

std::string GradcheckResult::str() const {
    std::string where = "entry (";
    for (std::size_t i = 0; i < entry.size(); ++i) where += text(i ? ", " : "", entry[i]);
    return text(passed() ? "" : "WRONG: ", "order ", order, ", ", road, ", input ", input,
                name.empty() ? "" : text(" (", name, ')'), ", ", where, "): the rule says ", analytic,
                ", central differences say ", numeric, "; they differ by ", error, ", allowed is ", allowed,
                wrong ? text("; wrong entries: ", wrong, " of ", rule.size()) : "", guess.empty() ? "" : "; ", guess);
}

bool GradcheckReport::passed() const {
    return std::all_of(results.begin(), results.end(), [](const GradcheckResult& r) { return r.passed(); });
}

std::string GradcheckReport::str() const {
    std::string out;
    for (bool passed : {false, true})
        for (const GradcheckResult& r : results)
            if (r.passed() == passed) out += r.str() + '\n';
    return out;
}

}  // namespace sevenfold
