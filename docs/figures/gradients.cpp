// A slope, and how well differences tell it.
#include <cmath>

#include "sevenfold/autograd/tape.hpp"
#include "sevenfold/docs/figures/figures.hpp"

namespace figures {
namespace {

// The neuron of example 01, of which only the first weight may move.
Variable<double> loss(const Variable<double>& w) {
    const Variable<double> error = tanh(w * 2 + 1.0 * -1 + 1.5) - 0.5;
    return error * error;
}

double slope(double at) {
    const Variable<double> w = leaf(Array<double>(at), "w");
    Tape<double> tape;
    tape.backward(loss(w));
    return std::as_const(w).grad().item();
}

double value(double at) { return loss(Array<double>(at)).item(); }

viz::Figure descent() {
    viz::Line curve{"loss", between(-1, 0.4, 80), {}}, tangent{"slope at −0.5", {}, {}, viz::Colour::orange, true};
    for (const double w : curve.x) curve.y.push_back(value(w));
    for (const double w : {-0.72, -0.25}) {
        tangent.x.push_back(w);
        tangent.y.push_back(value(-0.5) + slope(-0.5) * (w + 0.5));
    }
    viz::Points steps{"steps", {}, {}, viz::Colour::red};
    double w = -0.5;
    for (int step = 0; step < 5; ++step) {
        steps.x.push_back(w);
        steps.y.push_back(value(w));
        w -= 0.1 * slope(w);
    }
    return {.title = "Five steps of gradient descent on the neuron's loss, learning rate 0.1",
            .x = {.title = "weight w1"},
            .y = {.title = "loss", .zero = true},
            .marks = {curve, tangent, steps},
            .width = 640,
            .height = 340};
}

viz::Figure differences() {
    const double at = -0.5, exact = slope(at);
    viz::Line forward{"(f(w + h) − f(w)) / h", {}, {}, viz::Colour::orange},
        central{"(f(w + h) − f(w − h)) / 2h", {}, {}, viz::Colour::blue};
    for (double power = -13; power <= -0.5; power += 0.25) {
        const double h = std::pow(10, power);
        forward.x.push_back(h);
        forward.y.push_back(std::abs((value(at + h) - value(at)) / h - exact));
        central.x.push_back(h);
        central.y.push_back(std::abs((value(at + h) - value(at - h)) / (2 * h) - exact));
    }
    return {.title = "How far differences are from the tape's gradient, by the step h",
            .x = {.title = "step h", .log = true},
            .y = {.title = "distance from the tape", .log = true},
            .marks = {forward, central, viz::Marker{"h of gradcheck", 6.06e-6}},
            .width = 640,
            .height = 360};
}

}  // namespace

Pictures of_gradients() { return {{"01_gradient", descent()}, {"02_backprop", differences()}}; }

}  // namespace figures
