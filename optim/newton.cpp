#include "sevenfold/optim/newton.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "sevenfold/autograd/tape.hpp"

namespace sevenfold {
namespace {

using Vector = std::vector<double>;
using Variables = std::vector<Variable<double>>;

double dot(const Vector& a, const Vector& b) { return std::inner_product(a.begin(), a.end(), b.begin(), 0.0); }
void add_scaled(Vector& x, double factor, const Vector& direction) {
    for (std::size_t i = 0; i < x.size(); ++i) x[i] += factor * direction[i];
}

Vector values(const Variables& parts) {
    Vector out;
    for (const auto& part : parts) out.insert(out.end(), part.value().begin(), part.value().end());
    return out;
}

void write(const Vector& from, Variables parameters) {
    const double* next = from.data();
    for (auto& w : parameters)
        for (double& x : w.change("newton")) x = *next++;
}

// H v, from a gradient that is on the tape.
Vector hessian_times(Tape<double>& tape, const Variables& gradient, Variables parameters, const Vector& v) {
    for (auto& w : parameters) w.zero_grad();
    std::size_t at = 0;
    for (const auto& g : gradient) {
        const std::span part = std::span(v).subspan(at, g.size());
        if (g.is_recorded()) tape.backward_from(g, Array<double>(g.shape(), part));  // else it is constant
        at += g.size();
    }
    Vector out;
    for (auto& w : parameters) {
        if (w.has_grad())
            out.insert(out.end(), w.grad().begin(), w.grad().end());
        else
            out.resize(out.size() + w.size(), 0.0);
        w.zero_grad();
    }
    return out;
}

// p with H p = -g, or what conjugate gradients know of it when they meet a direction that does not curve upwards.
template <class Product>
Vector conjugate_gradients(Product times, const Vector& g, double tolerance) {
    Vector p(g.size(), 0.0), residual(g.size(), 0.0);
    add_scaled(residual, -1, g);
    Vector direction = residual;
    double rr = dot(residual, residual);
    const double enough = tolerance * tolerance * rr;
    for (std::size_t k = 0; k < 2 * g.size() + 10 && rr > enough; ++k) {
        const Vector curved = times(direction);
        const double curvature = dot(direction, curved);
        if (!(curvature > 1e-14 * dot(direction, direction))) return k == 0 ? direction : p;
        const double length = rr / curvature, before = rr;
        add_scaled(p, length, direction);
        add_scaled(residual, -length, curved);
        rr = dot(residual, residual);
        for (std::size_t i = 0; i < direction.size(); ++i) direction[i] = residual[i] + rr / before * direction[i];
    }
    return p;
}

}  // namespace

NewtonResult newton(const std::function<Variable<double>()>& loss, const Variables& parameters,
                    const NewtonOptions& options) {
    if (parameters.empty()) fail<ValueError>("newton", "no parameters", "there is nothing to change");
    if (!(options.tolerance > 0))
        fail<ValueError>("newton", text("tolerance ", options.tolerance), "it is above 0",
                         "1e-10 is near what doubles can reach.");
    if (!(options.first_accuracy >= 0 && options.first_accuracy < 1))
        fail<ValueError>("newton", text("first_accuracy ", options.first_accuracy), "it is in [0, 1)",
                         "0 solves the first step in full.");
    NewtonResult out;
    for (double start = 0, before = 0;; ++out.steps) {
        Tape<double> tape;
        const Variable<double> here = loss();
        out.loss = here.item();
        if (!std::isfinite(out.loss))
            fail<AnomalyError>("newton", text("a loss of ", std::isnan(out.loss) ? "nan" : "infinity"), "it is finite",
                               "Begin where the loss is defined.");
        const Variables gradient = grad(here, parameters);  // recorded: it can be differentiated again
        const Vector g = values(gradient), w = values(parameters);
        out.gradient_norm = std::sqrt(dot(g, g));
        if (out.steps == 0) start = out.gradient_norm;
        out.converged = out.gradient_norm <= options.tolerance * start;
        if (out.converged || out.steps == options.max_steps) return out;

        const auto times = [&](const Vector& v) { return hessian_times(tape, gradient, parameters, v); };
        // Later steps are solved as well as pays: no better than the quadratic model was in the step before (Eisenstat and
        // Walker 1996, choice 2), nor than the tolerance asks for.
        const double shrunk = out.gradient_norm / before, wanted = options.tolerance * start / out.gradient_norm;
        const double accuracy = out.steps > 0 ? std::max(std::min(0.1, 0.9 * shrunk * shrunk), 0.5 * wanted)
                                : options.first_accuracy > 0 ? options.first_accuracy
                                                             : 0.01 * options.tolerance;
        before = out.gradient_norm;
        const Vector p = conjugate_gradients(times, g, accuracy);
        const NoTape<double> quiet;
        const double slope = dot(g, p), rounding = 1e-14 * std::abs(out.loss);
        for (double length = 1;; length /= 2) {
            Vector next = w;
            add_scaled(next, length, p);
            write(next, parameters);
            if (loss().item() <= out.loss + 1e-4 * length * slope + rounding) break;
            if (length > 1e-10) continue;
            write(w, parameters);
            return out;
        }
    }
}

}  // namespace sevenfold
