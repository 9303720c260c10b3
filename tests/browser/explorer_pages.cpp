// Explorer pages of small programs, and beside each the tape's own numbers as JSON, from backward.
#include <cmath>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>

#include "pages.hpp"
#include "sevenfold/nn/vit.hpp"
#include "sevenfold/viz/explore.hpp"

using namespace sevenfold;
using nlohmann::json;

namespace {

template <class T>
json numbers(const Array<T>* array) {
    if (!array) return nullptr;
    json out = json::array();
    for (T x : *array) {
        if (std::isfinite(x))
            out.push_back(x);
        else
            out.push_back(std::isnan(x) ? "NaN" : x > 0 ? "∞" : "−∞");
    }
    return out;
}

template <class T>
void write(const std::filesystem::path& folder, const std::string& name, const std::function<Variable<T>()>& program) {
    Tape<T> tape;
    tape.keep_values();
    const Variable<T> loss = program();
    viz::explore(tape, loss, folder / (name + ".html"), {.title = "The page <" + name + ">"});
    tape.backward(loss, {.retain = true});
    json steps = json::array();
    for (std::size_t i = 0; i < tape.size(); ++i)
        steps.push_back({{"value", numbers(tape.value_of(i))}, {"gradient", numbers(tape.gradient_of(i))}});
    std::ofstream(folder / (name + ".json")) << steps;
}

}  // namespace

void write_explorer_pages(const std::filesystem::path& folder) {
    using A = Array<double>;

    write<double>(folder, "scalars", [] {
        auto w = leaf(A(-0.5), "w"), x = leaf(A(2.0), "x");
        auto y = named(tanh(w * x + x), "y");
        return named(y * y + 0.25 * w, "loss");
    });
    // Everything that needs a word: closed and saturated units, a detached branch, broadcasting, a name that is no name.
    write<double>(folder, "zeros", [] {
        auto x = leaf(A({2, 3}, {1, -2, 0.5, -1, 30, 0.25}), "</script><script>document.title = 'broken'</script>");
        auto b = leaf(A({3}, {0.1, -0.2, 0.3}), "b");
        const Scope<double> scope("a part");
        auto h = relu(x + b);
        auto s = sigmoid(b * 40);
        auto lost = exp(b);
        auto kept = h + s * lost.detach();
        return sum(kept * kept);
    });
    write<double>(folder, "not-finite", [] {
        auto x = leaf(A({3}, {0, 1, -1}), "x");
        return sum(log(x) * 2);
    });
    write<float>(folder, "vit", [] {
        Random random(1);
        Vit<float> model({.patches = 16,
                          .patch_size = 4,
                          .classes = 10,
                          .blocks = 2,
                          .layer = {.width = 32, .heads = 4, .hidden = 64}},
                         random);
        model.parameters();  // gives them their names
        return cross_entropy(model(Variable<float>(random.normal<float>({1, 16, 4}))), Labels({1}, {3}));
    });
}
