#include "sevenfold/nn/summary.hpp"

#include <algorithm>
#include <iostream>
#include <map>

#include "sevenfold/autograd/tape.hpp"

namespace sevenfold {
namespace {

struct Row {
    std::string layer, shape, parameters;
};

// 1234567 -> "1,234,567"
std::string grouped(std::size_t n) {
    const std::string digits = std::to_string(n);
    std::string out;
    for (std::size_t i = 0; i < digits.size(); ++i) {
        if (i > 0 && (digits.size() - i) % 3 == 0) out += ',';
        out += digits[i];
    }
    return out;
}

template <class T>
class Shapes final : public Module<T>::Watcher {
  public:
    void saw(const Module<T>& module, const Variable<T>& y) override { shapes_[&module] = y.shape().str(); }
    std::string of(const Module<T>& module) const {
        const auto found = shapes_.find(&module);
        return found == shapes_.end() ? "" : found->second;
    }

  private:
    std::map<const Module<T>*, std::string> shapes_;
};

// Evaluation mode for a while; every module gets its own mode back.
template <class T>
class Evaluating {
  public:
    explicit Evaluating(Module<T>& model) {
        remember(model);
        model.eval();
    }
    ~Evaluating() {
        for (const auto& [module, training] : modes_)
            module->train(training);  // outer ones first: they set the inner ones
    }
    Evaluating(const Evaluating&) = delete;
    Evaluating& operator=(const Evaluating&) = delete;

  private:
    void remember(Module<T>& module) {
        modes_.emplace_back(&module, module.training());
        for (const Member<T>& member : module.members())
            if (auto* inner = std::get_if<Module<T>*>(&member.part)) remember(**inner);
    }
    std::vector<std::pair<Module<T>*, bool>> modes_;
};

template <class T>
void add_rows(Module<T>& module, const std::string& name, std::size_t depth, const Shapes<T>& shapes,
              std::vector<Row>& rows) {
    std::size_t own = 0;
    const Members<T> members = module.members();
    for (const Member<T>& member : members)
        if (auto* parameter = std::get_if<Parameter<T>*>(&member.part)) own += (*parameter)->size();
    rows.push_back({std::string(2 * depth, ' ') + (name.empty() ? "" : name + "  ") + module.describe(),
                    shapes.of(module), own ? grouped(own) : ""});
    for (const Member<T>& member : members)
        if (auto* inner = std::get_if<Module<T>*>(&member.part))
            add_rows(**inner, member.name, depth + 1, shapes, rows);
}

}  // namespace

template <class T>
std::string summary(Module<T>& model, const Shape& input_shape) {
    Shapes<T> shapes;
    {
        NoTape<T> quiet;
        Evaluating<T> evaluating(model);
        model(Variable<T>(Array<T>::zeros(input_shape)));
    }
    std::vector<Row> rows{{"Layer", "Output shape", "Parameters"}};
    add_rows(model, "", 0, shapes, rows);

    std::size_t layer = 0, shape = 0, parameters = 0;
    for (const Row& row : rows) {
        layer = std::max(layer, row.layer.size());
        shape = std::max(shape, row.shape.size());
        parameters = std::max(parameters, row.parameters.size());
    }
    const std::string rule(layer + shape + parameters + 4, '-');
    std::string out;
    for (const Row& row : rows) {
        std::string line = row.layer + std::string(layer - row.layer.size() + 2, ' ') + row.shape;
        if (!row.parameters.empty())
            line += std::string(layer + 2 + shape - line.size() + 2 + parameters - row.parameters.size(), ' ') +
                    row.parameters;
        out += line.substr(0, line.find_last_not_of(' ') + 1) + '\n';
        if (&row == &rows.front()) out += rule + '\n';
    }
    std::size_t total = 0, trained = 0;
    for (const Variable<T>& p : model.parameters()) {
        total += p.size();
        if (p.trainable()) trained += p.size();
    }
    out += rule + '\n' + text("Input ", input_shape, ", ", grouped(total), " parameters");
    return out + (trained < total ? text(", ", grouped(trained), " of them trained\n") : "\n");
}

template <class T>
void print(Module<T>& model, const Shape& input_shape) {
    std::cout << summary(model, input_shape) << std::flush;
}

template std::string summary(Module<float>&, const Shape&);
template std::string summary(Module<double>&, const Shape&);
template void print(Module<float>&, const Shape&);
template void print(Module<double>&, const Shape&);

}  // namespace sevenfold
