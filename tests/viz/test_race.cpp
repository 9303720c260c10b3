#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "../data/scratch.hpp"
#include "../message.hpp"
#include "sevenfold/data/file.hpp"
#include "sevenfold/data/sets.hpp"
#include "sevenfold/nn/mlp.hpp"
#include "sevenfold/optim/rules.hpp"
#include "sevenfold/viz/race.hpp"

using namespace sevenfold;
using doctest::Approx;
using viz::Point;

namespace {

const std::vector<Point> quiet(40, Point{0, 0});

viz::Surface surface_named(std::string_view name) {
    for (const viz::Surface& s : viz::classic_surfaces())
        if (s.name == name) return s;
    throw std::logic_error("no such surface");
}

void check_gradient(const viz::Surface& surface, Point at) {
    const Point g = surface.at(at).gradient;
    for (std::size_t k : {0u, 1u}) {
        Point above = at, below = at;
        above[k] += 1e-5, below[k] -= 1e-5;
        CHECK(g[k] == Approx((surface.at(above).loss - surface.at(below).loss) / 2e-5).epsilon(1e-5));
    }
}

/// One coordinate under each rule, written out as in docs/optimizers.md.
struct ByHand {
    double w, lr, s = 0, u = 0, v = 0;
    int t = 0;

    void step(std::string_view rule, double g) {
        ++t;
        if (rule == "sgd") w -= lr * g;
        if (rule == "momentum") v = 0.9 * v + g, w -= lr * v;
        if (rule == "nesterov") v = 0.9 * v + g, w -= lr * (g + 0.9 * v);
        if (rule == "look-ahead") v = 0.9 * v + g, w -= lr * v;
        if (rule == "adagrad") s += g * g, w -= lr * g / (std::sqrt(s) + 1e-10);
        if (rule == "rmsprop") s = 0.99 * s + 0.01 * g * g, w -= lr * g / (std::sqrt(s) + 1e-8);
        if (rule == "adadelta") {
            s = 0.9 * s + 0.1 * g * g;
            const double d = std::sqrt(u + 1e-6) / std::sqrt(s + 1e-6) * g;
            u = 0.9 * u + 0.1 * d * d;
            w -= lr * d;
        }
        if (rule == "adam") {
            v = 0.9 * v + 0.1 * g;
            s = 0.999 * s + 0.001 * g * g;
            w -= lr * v / (1 - std::pow(0.9, t)) / (std::sqrt(s / (1 - std::pow(0.999, t))) + 1e-8);
        }
    }
};

}  // namespace

TEST_CASE("surfaces have the gradients of their losses, minima of loss 0, and starts on their maps") {
    for (const viz::Surface& s : viz::classic_surfaces()) {
        CAPTURE(s.name);
        check_gradient(s, s.start);
        check_gradient(s, {0.3, -0.7});
        for (const Point& m : s.minima) {
            CHECK(s.at(m).loss == Approx(0).epsilon(1e-9));
            for (double g : s.at(m).gradient) CHECK(std::abs(g) < 1e-4);
        }
        for (std::size_t k : {0u, 1u}) {
            CHECK(s.start[k] > s.low[k]);
            CHECK(s.start[k] < s.high[k]);
        }
        CHECK(s.at(s.start).loss > 0.2);
    }
}

TEST_CASE("the racers are the seven rules with their defaults, and Nesterov's other form") {
    REQUIRE(viz::racers().size() == 8);
    for (const viz::Racer& racer : viz::racers()) {
        CAPTURE(racer.name);
        const std::string_view rule = racer.name == "look-ahead" ? "nesterov" : racer.name;
        const auto named = std::ranges::find(named_rules(), rule, &NamedRule::name);
        REQUIRE(named != named_rules().end());
        CHECK(racer.lr == named->lr);
    }
}

TEST_CASE("a trail is what the rule's formula gives, step by step") {
    const viz::Surface surface = surface_named("Beale's function");
    for (const viz::Racer& racer : viz::racers()) {
        CAPTURE(racer.name);
        const double lr = 0.1 * racer.lr;
        const viz::Trail trail = viz::follow(surface, racer.name, lr, quiet);
        REQUIRE(trail.steps() == quiet.size());
        REQUIRE(trail.w.size() == quiet.size() + 1);
        ByHand x{surface.start[0], lr}, y{surface.start[1], lr};
        for (std::size_t t = 0; t < trail.steps(); ++t) {
            CHECK(trail.w[t][0] == Approx(x.w).epsilon(1e-10));
            CHECK(trail.w[t][1] == Approx(y.w).epsilon(1e-10));
            CHECK(trail.loss[t] == Approx(surface.at({x.w, y.w}).loss).epsilon(1e-9));
            const double reach = racer.name == "look-ahead" ? lr * 0.9 : 0;
            const Point g = surface.at({x.w - reach * x.v, y.w - reach * y.v}).gradient;
            x.step(racer.name, g[0]), y.step(racer.name, g[1]);
        }
    }
}

TEST_CASE("each step is minus its rate times its direction") {
    const viz::Surface surface = surface_named("Himmelblau's function");
    const auto noise = viz::gradient_noise(40, 3, 7);
    for (const viz::Racer& racer : viz::racers()) {
        CAPTURE(racer.name);
        const viz::Trail trail = viz::follow(surface, racer.name, 0.03 * racer.lr, noise);
        REQUIRE(trail.rate.size() == trail.steps());
        for (std::size_t t = 0; t < trail.steps(); ++t)
            for (std::size_t k : {0u, 1u}) {
                const double g = trail.gradient[t][k], v = trail.velocity.empty() ? 0 : trail.velocity[t][k];
                const double direction = racer.name == "nesterov" ? g + 0.9 * v : trail.velocity.empty() ? g : v;
                CHECK(trail.w[t + 1][k] - trail.w[t][k] == Approx(-trail.rate[t][k] * direction).epsilon(1e-8));
            }
    }
}

TEST_CASE("all race from the same start with the same noise") {
    const viz::Surface surface = surface_named("Rosenbrock's valley");
    const auto noise = viz::gradient_noise(30, 5, 3);
    for (const viz::Racer& racer : viz::racers())
        for (double rate : {0.001, 0.01}) {
            CAPTURE(racer.name);
            const viz::Trail trail = viz::follow(surface, racer.name, rate * racer.lr, noise);
            CHECK(trail.w[0] == surface.start);
            for (std::size_t t = 0; t < trail.steps(); ++t) {
                const Point at = trail.ahead.empty() ? trail.w[t] : trail.ahead[t];
                const Point g = surface.at(at).gradient;
                for (std::size_t k : {0u, 1u}) CHECK(trail.gradient[t][k] == g[k] + noise[t][k]);
            }
        }
}

TEST_CASE("noise has its deviation, its seed decides it, and 0 is none") {
    CHECK(viz::gradient_noise(3, 0, 1) == std::vector<Point>(3, Point{0, 0}));
    const auto noise = viz::gradient_noise(5000, 2, 4);
    CHECK(noise == viz::gradient_noise(5000, 2, 4));
    CHECK(noise != viz::gradient_noise(5000, 2, 5));
    double sum = 0, squares = 0;
    for (const Point& p : noise)
        for (double x : p) sum += x, squares += x * x;
    CHECK(std::abs(sum / 10000) < 0.1);
    CHECK(std::sqrt(squares / 10000) == Approx(2).epsilon(0.05));
}

TEST_CASE("look-ahead takes its gradients where the usual form of Nesterov has its parameters") {
    for (const viz::Surface& surface : viz::classic_surfaces()) {
        CAPTURE(surface.name);
        const auto noise = viz::gradient_noise(60, surface.noise, 1);
        const viz::Trail usual = viz::follow(surface, "nesterov", 1e-4, noise);
        const viz::Trail ahead = viz::follow(surface, "look-ahead", 1e-4, noise);
        REQUIRE(ahead.ahead.size() == 60);
        for (std::size_t t = 0; t < 60; ++t)
            for (std::size_t k : {0u, 1u}) CHECK(ahead.ahead[t][k] == Approx(usual.w[t][k]).epsilon(1e-9));
    }
}

TEST_CASE("Adagrad's scale never grows; Adadelta's comes from its updates and the gradients") {
    const viz::Surface surface = surface_named("Ill-conditioned bowl");
    const viz::Trail adagrad = viz::follow(surface, "adagrad", 0.1, quiet);
    for (std::size_t t = 1; t < adagrad.steps(); ++t)
        for (std::size_t k : {0u, 1u}) CHECK(adagrad.rate[t][k] <= adagrad.rate[t - 1][k]);
    const viz::Trail adadelta = viz::follow(surface, "adadelta", 2, quiet);
    CHECK(adadelta.rms_updates[0] == Point{std::sqrt(1e-6), std::sqrt(1e-6)});
    for (std::size_t t = 0; t < adadelta.steps(); ++t)
        CHECK(adadelta.rate[t][0] == 2 * adadelta.rms_updates[t][0] / adadelta.rms_gradients[t][0]);
}

TEST_CASE("a trail that leaves for infinity ends before that") {
    const viz::Trail trail = viz::follow(surface_named("Rosenbrock's valley"), "sgd", 1, quiet);
    CHECK(trail.diverged);
    CHECK(trail.steps() < quiet.size());
    CHECK(trail.w.size() == trail.steps() + 1);
    CHECK(trail.loss.size() == trail.w.size());
    for (double loss : trail.loss) CHECK(std::isfinite(loss));
    CHECK(message<ValueError>([] {
              viz::follow(surface_named("Saddle"), "newton", 1, quiet);
          }).starts_with("[make_optimizer] \"newton\": there is no rule of that name"));
}

TEST_CASE("a field has the best and the median of its rates, and a winner that stays on the map") {
    const viz::Surface surface = surface_named("Ill-conditioned bowl");
    const std::vector<double> rates{0.1, 1, 100};
    const viz::Field field = viz::field(surface, viz::racers()[0], quiet, rates);
    REQUIRE(field.trails.size() == 3);
    CHECK(field.trails[2].diverged);
    CHECK(field.winner == 1);
    for (std::size_t t = 0; t <= quiet.size(); ++t) {
        const double slow = field.trails[0].loss[t], right = field.trails[1].loss[t];
        CHECK(field.best[t] <= std::min(slow, right));
        CHECK(field.middle[t] >= field.best[t]);
        if (t >= field.trails[2].loss.size()) CHECK(field.middle[t] == std::max(slow, right));
    }
}

TEST_CASE("a network's surface is the model's loss, with its gradient, and leaves the model as it was") {
    const Dataset<double> data = iris<double>();
    Random random(3);
    Mlp<double> model({4, 5, 3}, Activation::tanh, random);
    const auto parameters = model.parameters();
    const auto loss = [&] { return cross_entropy(model(data.features), data.labels); };
    const viz::Direction x = viz::filter_normalized(parameters, random), y = viz::filter_normalized(parameters, random);
    const State<double> before = model.state();
    const viz::Surface surface = viz::network_surface(parameters, loss, x, y);

    Mlp<double> moved = model;
    const auto others = moved.parameters();
    for (std::size_t k = 0; k < others.size(); ++k) {
        Array<double> w = parameters[k].value();
        for (std::size_t i = 0; i < w.size(); ++i) w.data()[i] += 0.4 * x[k].data()[i] - 0.7 * y[k].data()[i];
        Variable<double>(others[k]).assign(w);
    }
    CHECK(surface.at({0.4, -0.7}).loss == cross_entropy(moved(data.features), data.labels).item());
    CHECK(surface.at({0, 0}).loss == loss().item());
    check_gradient(surface, {0.4, -0.7});
    for (const Point corner : {Point{-0.9, -0.9}, Point{-0.9, 0.9}, Point{0.9, -0.9}, Point{0.9, 0.9}})
        CHECK(surface.at(surface.start).loss >= surface.at(corner).loss);
    CHECK(model.state() == before);
    for (const auto& w : parameters) CHECK_FALSE(w.has_grad());

    CHECK(message<ShapeError>([&] { viz::network_surface(parameters, loss, {}, y); }) ==
          "[network_surface] a direction of 0 arrays: there are 4 parameters.");
    CHECK(message<ShapeError>([&] {
              viz::network_surface(parameters, loss, {y[0], y[0], y[2], y[3]}, y);
          }) == "[network_surface] a direction of (5, 4) for parameter 1 (5,): the shapes must be equal.");
}

TEST_CASE("a filter-normalized direction is as long as the weights, unit by unit, and leaves biases alone") {
    Random random(5);
    Mlp<double> model({4, 5, 3}, Activation::tanh, random);
    const auto parameters = model.parameters();
    const viz::Direction direction = viz::filter_normalized(parameters, random);
    REQUIRE(direction.size() == parameters.size());
    for (std::size_t k = 0; k < parameters.size(); ++k) {
        const Array<double>&w = parameters[k].value(), &d = direction[k];
        if (w.rank() == 1) {
            CHECK(d == Array<double>::zeros(w.shape()));
            continue;
        }
        for (std::size_t unit = 0; unit < w.shape(0); ++unit) {
            double of_w = 0, of_d = 0;
            for (double v : w.row(unit)) of_w += v * v;
            for (double v : d.row(unit)) of_d += v * v;
            CHECK(of_d == Approx(of_w));
        }
    }
}

TEST_CASE("figures of a race hold its contours and the winners' trails and losses") {
    const viz::Surface surface = surface_named("Ill-conditioned bowl");
    std::vector<viz::Field> fields;
    for (const viz::Racer& racer : viz::racers()) fields.push_back(viz::field(surface, racer, quiet, {0.1, 1}));
    const viz::Figure trails = viz::trails_figure(surface, fields, 30), losses = viz::losses_figure(surface, fields);
    REQUIRE(trails.marks.size() == 12 + 2 * 8);
    REQUIRE(losses.marks.size() == 8);
    for (std::size_t r = 0; r < 8; ++r) {
        const auto& way = std::get<viz::Points>(trails.marks[12 + 2 * r + 1]);
        const auto& loss = std::get<viz::Line>(losses.marks[r]);
        const viz::Trail& winner = fields[r].trails[fields[r].winner];
        CHECK(way.name == viz::racers()[r].title);
        REQUIRE(way.x.size() == winner.w.size());
        CHECK(Point{way.x.back(), way.y.back()} == winner.w.back());
        CHECK(loss.y == winner.loss);
    }
    CHECK(viz::svg(trails).find("Nesterov, look-ahead") != std::string::npos);
    CHECK(viz::svg(trails).find("line thin quiet") != std::string::npos);
    CHECK(viz::number_tables(trails).size() < 60'000);  // of the trails, not of the contours
    CHECK(viz::svg(losses).find("look-ahead") != std::string::npos);
}

TEST_CASE("the race is one page under 5 MB, and needs a place, steps and rates") {
    const Scratch scratch;
    const auto path = scratch / "race.html";
    const std::vector<viz::Surface> all = viz::classic_surfaces();
    viz::race(all, path, {.steps = 20, .grid = 20});
    const std::string page = read_file(path);
    CHECK(page.size() < 5'000'000);
    for (const viz::Surface& surface : all) CHECK(page.find(surface.formula) != std::string::npos);
    CHECK(message<ValueError>([&] { viz::race({}, path); }) == "[race] no surfaces: a race needs a place.");
    CHECK(message<ValueError>([&] { viz::race(all, path, {.steps = 0}); }) ==
          "[race] 0 steps: a race has at least one.");
    CHECK(message<ValueError>([&] { viz::race(all, path, {.rates = {}}); }) ==
          "[race] no learning rates: a rule needs one to run.");
    CHECK(message<ValueError>([&] { viz::race(all, path, {.grid = 1}); }) ==
          "[race] a map of 1 points: it has at least 2 along each side.");
}
