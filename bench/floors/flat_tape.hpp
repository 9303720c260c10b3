// The floor of scalar differentiation: a flat tape of fixed size, 24 bytes a node and 8 for its adjoint. Nothing is checked,
// counted or freed, and only +, −, · and tanh of double are there.
#pragma once

#include <cmath>
#include <cstdint>
#include <memory>
#include <vector>

namespace bench::flat {

struct Node {
    std::uint32_t left, right;
    double dleft, dright;
};
constexpr std::size_t capacity = std::size_t{1} << 22;
inline const std::unique_ptr<Node[]> tape(new Node[capacity]);
inline std::uint32_t size = 0;

struct Value {
    Value() {}
    Value(double x) : v(x), at(0) {}  // a constant: node 0 takes what nobody wants
    Value(double x, std::uint32_t node) : v(x), at(node) {}
    double v;
    std::uint32_t at;
};

inline Value push(double v, std::uint32_t left, double dleft, std::uint32_t right, double dright) {
    tape[size] = {left, right, dleft, dright};
    return Value(v, size++);
}
inline Value operator+(Value a, Value b) { return push(a.v + b.v, a.at, 1, b.at, 1); }
inline Value operator-(Value a, Value b) { return push(a.v - b.v, a.at, 1, b.at, -1); }
inline Value operator*(Value a, Value b) { return push(a.v * b.v, a.at, b.v, b.at, a.v); }
inline Value operator*(Value a, double b) { return push(a.v * b, a.at, b, 0, 0); }
inline Value operator*(double b, Value a) { return a * b; }
inline Value operator-(Value a, double b) { return push(a.v - b, a.at, 1, 0, 0); }
inline Value operator-(double b, Value a) { return push(b - a.v, a.at, -1, 0, 0); }
inline Value tanh(Value a) {
    const double t = std::tanh(a.v);
    return push(t, a.at, 1 - t * t, 0, 0);
}

/// The gradient of f at x.
template <class F>
std::vector<double> gradient(const std::vector<double>& x, const F& f) {
    static std::vector<double> adjoint;
    size = 1;
    std::vector<Value> inputs;
    for (const double v : x) inputs.push_back(push(v, 0, 0, 0, 0));
    const Value y = f(inputs.data());
    adjoint.assign(size, 0.0);
    adjoint[y.at] = 1;
    for (std::uint32_t k = y.at; k > 0; --k) {
        const double a = adjoint[k];
        adjoint[tape[k].left] += a * tape[k].dleft;
        adjoint[tape[k].right] += a * tape[k].dright;
    }
    return {adjoint.begin() + 1, adjoint.begin() + 1 + static_cast<std::ptrdiff_t>(x.size())};
}

}  // namespace bench::flat
