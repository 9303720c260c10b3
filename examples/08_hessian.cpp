// The curvature of a loss: eigenvalues of its Hessian from Hessian-vector products, checked against the full matrix.
//
// A gradient that was recorded can be differentiated again: H v = d (g · v) / d w costs two backward passes and never
// makes H. Lanczos' method finds the outermost eigenvalues from a few such products.
#include <algorithm>
#include <cmath>
#include <iostream>
#include <numeric>

#include "common.hpp"
#include "sevenfold/autograd/tape.hpp"
#include "sevenfold/data/sets.hpp"
#include "sevenfold/nn/mlp.hpp"
#include "sevenfold/optim/rules.hpp"

using namespace sevenfold;
using examples::format;
using Vector = std::vector<double>;
using Matrix = std::vector<Vector>;

double dot(const Vector& a, const Vector& b) { return std::inner_product(a.begin(), a.end(), b.begin(), 0.0); }

// H v at the model's weights.
Vector hessian_times(Module<double>& model, const Dataset<double>& data, const Vector& v) {
    const std::vector<Variable<double>> w = model.parameters();
    Tape<double> tape;
    const auto loss = cross_entropy(model(data.features), data.labels);
    const auto g = grad(loss, w);  // recorded: it can be differentiated again
    Variable<double> slope = 0;    // g · v
    std::size_t at = 0;
    for (std::size_t i = 0; i < w.size(); at += w[i++].size())
        slope += sum(g[i] * Variable<double>(Array<double>(w[i].shape(), std::span(v).subspan(at, w[i].size()))));
    Vector out;
    for (const auto& part : grad(slope, w)) out.insert(out.end(), part.value().begin(), part.value().end());
    return out;
}

// Eigenvalues of a small symmetric matrix, largest first: Jacobi's rotations, each of which clears one entry.
Vector eigenvalues(Matrix a) {
    const std::size_t n = a.size();
    for (int sweep = 0; sweep < 30; ++sweep)
        for (std::size_t p = 0; p < n; ++p)
            for (std::size_t q = p + 1; q < n; ++q) {
                if (std::abs(a[p][q]) < 1e-300) continue;
                const double theta = (a[q][q] - a[p][p]) / (2 * a[p][q]);
                const double t = (theta >= 0 ? 1 : -1) / (std::abs(theta) + std::sqrt(theta * theta + 1));
                const double c = 1 / std::sqrt(t * t + 1), s = t * c;
                const auto rotate = [&](double& x, double& y) {
                    const double before = x;
                    x = c * before - s * y;
                    y = s * before + c * y;
                };
                for (std::size_t k = 0; k < n; ++k) rotate(a[k][p], a[k][q]);
                for (std::size_t k = 0; k < n; ++k) rotate(a[p][k], a[q][k]);
            }
    Vector out(n);
    for (std::size_t i = 0; i < n; ++i) out[i] = a[i][i];
    std::ranges::sort(out, std::greater{});
    return out;
}

// The outermost eigenvalues from `steps` products (Lanczos 1950, orthogonalised in full against rounding).
template <class Product>
Vector lanczos(Product times, std::size_t n, std::size_t steps, Random& random) {
    Matrix basis, t(steps, Vector(steps, 0.0));
    Vector v(n);
    for (double& x : v) x = random.normal();
    for (std::size_t k = 0; k < steps; ++k) {
        const double length = std::sqrt(dot(v, v));
        for (double& x : v) x /= length;
        basis.push_back(v);
        v = times(v);
        t[k][k] = dot(v, basis[k]);
        for (int twice = 0; twice < 2; ++twice)
            for (const Vector& b : basis) {
                const double along = dot(v, b);
                for (std::size_t i = 0; i < n; ++i) v[i] -= along * b[i];
            }
        if (k + 1 < steps) t[k][k + 1] = t[k + 1][k] = std::sqrt(dot(v, v));
    }
    return eigenvalues(t);
}

void look(const char* when, Module<double>& model, const Dataset<double>& data, Random& random) {
    const std::size_t n = model.parameter_count(), steps = std::min<std::size_t>(30, n);
    const auto times = [&](const Vector& v) { return hessian_times(model, data, v); };
    const Vector found = lanczos(times, n, steps, random);
    Matrix full;
    for (std::size_t i = 0; i < n; ++i) {
        Vector unit(n, 0.0);
        unit[i] = 1;
        full.push_back(times(unit));
    }
    double asymmetry = 0;
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < i; ++j) asymmetry = std::max(asymmetry, std::abs(full[i][j] - full[j][i]));
    const Vector exact = eigenvalues(full);
    std::cout << '\n'
              << when << ": loss " << format("%.4f", evaluate(model, data).loss) << ", largest |H - H^T| "
              << format("%.1e\n\n", asymmetry) << "  eigenvalue      " << steps
              << " products        full Hessian     difference\n";
    const auto row = [&](const char* name, double a, double b) {
        std::cout << format("  %-10s  %16.10f  %18.10f       %8.1e\n", name, a, b, std::abs(a - b));
    };
    for (std::size_t k = 0; k < 3; ++k) row(format("%zu.", k + 1).c_str(), found[k], exact[k]);
    row("smallest", found.back(), exact.back());
    std::cout << format(
        "  Gradient descent is stable below lr = 2 / largest = %.3g; %zu of %zu directions curve upwards.\n",
        2 / exact[0], static_cast<std::size_t>(std::ranges::count_if(exact, [](double e) { return e > 1e-6; })), n);
}

void explore(const examples::Flags& flags) {
    Split<double> split{iris<double>(), iris<double>()};
    standardize(split);
    const Dataset<double>& data = split.train;
    Random random(flags.seed);
    Mlp<double> model({4, 6, 3}, Activation::tanh, random);
    std::cout << "A 4-6-3 network on " << data.describe() << "; " << model.parameter_count()
              << " weights: its Hessian is " << model.parameter_count() << " x " << model.parameter_count() << ".\n";
    look("Before training", model, data, random);
    const auto optimizer = make_optimizer<double>(flags.optimizer, model.parameters(), flags.lr);
    const TrainResult result =
        fit(model, *optimizer, Loader<double>(data, {.batch_size = flags.batch, .seed = flags.seed}),
            {.epochs = flags.epochs, .verbose = false});
    look(format("After %llu epochs", static_cast<unsigned long long>(result.epochs)).c_str(), model, data, random);
    examples::save_history(flags, result);
    examples::write_report(flags, examples::training_report(flags, result));
    std::cout << "\nA few directions are steep, most are flat: why one learning rate fits badly, and what Adam does "
                 "about it.\n"
                 "Try next: --epochs 500, --optimizer sgd --lr 0.5; then 09_resume.\n";
}

int main(int argc, char** argv) {
    return examples::run([&] {
        explore(examples::read_flags(
            argc, argv, "Eigenvalues of a loss's Hessian by Hessian-vector products.",
            {.epochs = 100, .batch = 30, .lr = 0.01}, {},
            {"--data", "--save", "--resume", "--threads", "--micro-batch", "--patience", "--record"}));
    });
}
