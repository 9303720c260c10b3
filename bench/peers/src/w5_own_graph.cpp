// W5 a graph as most first attempts have it (and micrograd): a node on the heap for every operation, which keeps its inputs
// alive by shared pointers, sorted anew for every walk. Our own, to show what that costs.
#include <functional>
#include <memory>
#include <utility>

#include "w5_measure.hpp"

namespace {

struct Node {
    double value = 0, gradient = 0;
    bool seen = false;
    std::shared_ptr<Node> a, b;
    std::function<void(Node&)> back;
};

struct Number {
    Number() {}
    Number(double x) : node(std::make_shared<Node>()) { node->value = x; }
    std::shared_ptr<Node> node;
};

template <class F>
Number make(double value, const Number& a, const Number& b, F back) {
    Number y(value);
    y.node->a = a.node;
    y.node->b = b.node;
    y.node->back = back;
    return y;
}
Number operator+(const Number& a, const Number& b) {
    return make(a.node->value + b.node->value, a, b, [](Node& n) {
        n.a->gradient += n.gradient;
        n.b->gradient += n.gradient;
    });
}
Number operator-(const Number& a, const Number& b) {
    return make(a.node->value - b.node->value, a, b, [](Node& n) {
        n.a->gradient += n.gradient;
        n.b->gradient -= n.gradient;
    });
}
Number operator*(const Number& a, const Number& b) {
    return make(a.node->value * b.node->value, a, b, [](Node& n) {
        n.a->gradient += n.gradient * n.b->value;
        n.b->gradient += n.gradient * n.a->value;
    });
}
Number tanh(const Number& a) {
    return make(std::tanh(a.node->value), a, Number(),
                [](Node& n) { n.a->gradient += n.gradient * (1 - n.value * n.value); });
}

/// Inputs before what is made of them. With a stack of its own: a chain of a million would end the program's.
std::vector<std::shared_ptr<Node>> sorted(const std::shared_ptr<Node>& y) {
    std::vector<std::shared_ptr<Node>> order;
    std::vector<std::pair<std::shared_ptr<Node>, int>> stack{{y, 0}};
    y->seen = true;
    while (!stack.empty()) {
        auto& [node, next] = stack.back();
        if (next == 2) {
            order.push_back(node);
            stack.pop_back();
            continue;
        }
        const std::shared_ptr<Node> input = next++ == 0 ? node->a : node->b;
        if (input && !input->seen) {
            input->seen = true;
            stack.push_back({input, 0});
        }
    }
    return order;
}

}  // namespace

int main() {
    scalars::measure(
        "shared_ptr-graph (own)",
        [](const std::vector<double>& x, const auto& f) {
            std::vector<Number> inputs(x.begin(), x.end());
            Number y = f(inputs.data());
            auto order = sorted(y.node);
            y.node->gradient = 1;
            for (size_t i = order.size(); i--;)
                if (order[i]->back) order[i]->back(*order[i]);
            std::vector<double> g;
            for (auto& input : inputs) g.push_back(input.node->gradient);
            y.node.reset();
            for (size_t i = order.size(); i--;) {  // one by one: freed together they would recurse
                order[i]->a.reset();
                order[i]->b.reset();
                order[i].reset();
            }
            return g;
        },
        5, 7, 2);
}
