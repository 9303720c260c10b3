#include "sevenfold/viz/explore.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "sevenfold/viz/formula.hpp"
#include "sevenfold/viz/layers.hpp"
#include "sevenfold/viz/origins.hpp"
#include "sevenfold/viz/page.hpp"
#include "sevenfold/viz/sample.hpp"

namespace sevenfold::viz {
namespace {

using nlohmann::json;
constexpr std::size_t most_steps = 5000;

// ---- groups: group 0 is the whole program, the others are the tape's scopes

struct Group {
    std::string name;
    std::uint32_t first, last;
    std::size_t parent;
};

template <class T>
std::vector<Group> groups_of(const Tape<T>& tape, std::uint32_t steps) {
    std::vector<Group> groups{{"program", 0, steps, 0}};
    std::map<std::int32_t, std::size_t> place{{-1, 0}};  // scopes without steps have none
    for (std::size_t s = 0; s < tape.scopes().size(); ++s) {
        const TapeScope& scope = tape.scopes()[s];
        const std::uint32_t last = std::min(scope.last == scope.first ? scope.first : scope.last, steps);
        const std::size_t parent = place[scope.parent];
        place[static_cast<std::int32_t>(s)] = scope.first < last ? groups.size() : parent;
        if (scope.first < last) groups.push_back({scope.name, scope.first, last, parent});
    }
    return groups;
}

std::vector<std::size_t> group_of_steps(const std::vector<Group>& groups, std::uint32_t steps) {
    std::vector<std::size_t> of(steps, 0);
    for (std::size_t g = 1; g < groups.size(); ++g)  // inner ones come later
        std::fill(of.begin() + groups[g].first, of.begin() + groups[g].last, g);
    return of;
}

// Each group's own drawing: the places where values come in ("x3" for that of step 3), its steps ("s5") and the groups
// directly in it ("g2"), with the edges between them.
template <class T>
json drawings(const Tape<T>& tape, const std::vector<Group>& groups, const std::vector<std::size_t>& group_of) {
    // What of group g holds a step: the step itself, a group in it, or the place where its value comes in.
    const auto item_in = [&](std::size_t g, std::uint32_t step) {
        std::string item = text('s', step);
        for (std::size_t at = group_of[step]; at != g; at = groups[at].parent) {
            if (at == 0) return text('x', step);
            item = text('g', at);
        }
        return item;
    };
    json out = json::array();
    for (std::size_t g = 0; g < groups.size(); ++g) {
        std::vector<std::string> items;
        std::set<std::pair<std::string, std::string>> edges;
        const auto add = [&](const std::string& item) {
            if (std::ranges::find(items, item) == items.end()) items.push_back(item);
        };
        for (std::uint32_t step = groups[g].first; step < groups[g].last; ++step)
            for (Source source : tape.sources(tape.node(step))) {
                if (!source.followed()) continue;
                const std::string from = item_in(g, source.step()), to = item_in(g, step);
                if (from != to) edges.insert({from, to});
                if (from[0] == 'x') add(from);
            }
        const std::size_t entries = items.size();
        for (std::uint32_t step = groups[g].first; step < groups[g].last; ++step) add(item_in(g, step));
        std::map<std::string, std::size_t> number;
        for (const std::string& item : items) number.emplace(item, number.size());
        std::vector<Edge> list;
        for (const auto& [from, to] : edges) list.emplace_back(number[from], number[to]);
        json layers = json::array();
        for (const auto& layer : layered(items.size(), list, entries)) {
            json cells = json::array();
            for (const Cell& cell : layer) cells.push_back({cell.is_edge ? "edge" : "item", cell.index});
            layers.push_back(cells);
        }
        out.push_back({{"items", items}, {"edges", edges}, {"layers", layers}});
    }
    return out;
}

// ---- one step

// Entry of an input that entry number `entry` of the result reads, by broadcasting.
std::size_t broadcast_entry(std::size_t entry, const Shape& result, const Shape& input) {
    const Strides strides = broadcast_strides(input, result);
    std::size_t out = 0;
    for (std::size_t axis = result.rank(); axis-- > 0; entry /= result[axis])
        out += entry % result[axis] * strides[axis];
    return out;
}

template <class T>
struct Numbers {
    const Tape<T>& tape;
    const Trace<T>& trace;

    const Array<T>* input(const Node<T>& node, std::size_t k) const {
        const Source source = tape.sources(node)[k];
        return source.followed() ? tape.value_of(source.step()) : tape.constant_of(source);
    }

    // "0.76 = tanh(1)": one entry of an elementwise op, or of an affine map; "" where a value is not known.
    std::string forward(std::uint32_t i, std::size_t entry, const std::vector<std::string>& names) const {
        const Node<T>& node = tape.node(i);
        const Array<T>* y = tape.value_of(i);
        if (!y) return "";
        const double result = static_cast<double>(y->data()[entry]);
        if (is_elementwise(node.op->text().name)) {
            const auto values = entries(i, entry, names);
            const std::string_view formula = node.op->text().formula;
            const std::size_t equals = formula.find("= ");
            if (values.empty() || equals == std::string_view::npos) return "";
            return equation(substituted(formula.substr(equals + 2), values), result);
        }
        if (node.op->text().name == "sum" || node.op->text().name == "mean") return reduced(node, result);
        return affine(node, entry, result);
    }

    // What the op hands to one entry of input k, by its rule.
    std::string backward(const Use<T>& use, std::size_t entry, const std::vector<std::string>& names) const {
        const Node<T>& node = tape.node(use.step);
        const OpText& op = node.op->text();
        const auto right = right_sides(op.rule);
        const auto side = right.find(names[use.input]);
        const double result = static_cast<double>(use.gradient.data()[entry]);
        if (side == right.end() || !is_elementwise(op.name) || use.gradient.shape() != node.output.shape()) return "";
        auto values = entries(use.step, entry, names);
        if (values.empty()) return "";
        values["dy"] = static_cast<double>(trace.gradient(use.step)->data()[entry]);
        std::string rule = side->second;
        if (rule == "−dp" && right.contains("p")) rule = "−(" + right.at("p") + ")";
        return equation(substituted(rule, values), result);
    }

  private:
    // "max(1 · 3 + 2 · 4 + 0.5, 0) = 11.5": an entry of x wᵀ + b, and what an activation makes of it.
    std::string affine(const Node<T>& node, std::size_t entry, double result) const {
        constexpr std::string_view product = "x wᵀ + b";
        std::string right(node.op->text().formula);
        right.erase(0, std::min(right.size(), right.find("= ") + 2));
        const std::size_t at = right.find(product);
        if (at == std::string::npos) return "";
        const Array<T>*x = input(node, 0), *w = input(node, 1), *b = node.count == 3 ? input(node, 2) : nullptr;
        if (!x || !w || (node.count == 3 && !b)) return "";
        const std::size_t in = w->shape(1), out = w->shape(0), row = entry / out, column = entry % out;
        std::string sum;
        for (std::size_t k = 0; k < std::min<std::size_t>(in, 3); ++k)
            sum +=
                text(k ? " + " : "", bracketed(x->data()[row * in + k]), " · ", bracketed(w->data()[column * in + k]));
        if (in > 3) sum += text(" + … (", in, " products)");
        if (b) sum += text(" + ", bracketed(b->data()[column]));
        return equation(right.replace(at, product.size(), sum), result);
    }
    // "(1 + 2 + 3 + … (12 numbers)) / 12 = 4" where all entries are reduced to one.
    std::string reduced(const Node<T>& node, double result) const {
        const Array<T>* x = input(node, 0);
        if (!x || x->empty() || node.output.size() != 1) return "";
        std::string sum;
        for (std::size_t k = 0; k < std::min<std::size_t>(x->size(), 3); ++k)
            sum += text(k ? " + " : "", bracketed(x->data()[k]));
        if (x->size() > 3) sum += text(" + … (", x->size(), " numbers)");
        if (node.op->text().name == "mean") sum = text('(', sum, ") / ", x->size());
        return equation(sum, result);
    }
    // "" where it would only say that a number is itself.
    static std::string equation(const std::string& left, double result) {
        const std::string right = shown(result);
        return left == right || left == '(' + right + ')' ? "" : text(left, " = ", right);
    }
    static std::string bracketed(T x) {
        return x < 0 ? '(' + shown(static_cast<double>(x), 3) + ')' : shown(static_cast<double>(x), 3);
    }
    std::map<std::string, double> entries(std::uint32_t i, std::size_t entry,
                                          const std::vector<std::string>& names) const {
        const Node<T>& node = tape.node(i);
        std::map<std::string, double> out;
        if (const Array<T>* y = tape.value_of(i)) out["y"] = static_cast<double>(y->data()[entry]);
        for (std::size_t k = 0; k < node.count; ++k) {
            const Array<T>* x = input(node, k);
            if (!x) return {};
            out[names[k]] = static_cast<double>(x->data()[broadcast_entry(entry, node.output.shape(), x->shape())]);
        }
        return out;
    }
};

// The same for any other op, by the chain rule: the largest products of a gradient and a local derivative.
std::string products(const json& origin, std::uint32_t step, std::uint32_t input, double result) {
    const auto in_words = [](const json& x) {
        const std::string word = x.is_number() ? shown(x.get<double>()) : x.get<std::string>();
        return x.is_number() && x < 0 ? '(' + word + ')' : word;
    };
    std::string sum;
    for (const json& term : origin["terms"])
        if (term[0] == step && term[1] == input)
            sum += text(sum.empty() ? "" : " + ", in_words(term[3]), " · ", in_words(term[4]));
    if (sum.empty()) return "";
    return text(sum, origin.contains("others") ? " + …" : "", " = ", shown(result));
}

// The shown entry with the largest gradient: what an example is made of.
template <class T>
std::size_t example_entry(const Array<T>* gradient, const Sample& sample) {
    const std::vector<std::size_t> shown = sample.entries();
    if (!gradient || shown.empty()) return 0;
    return *std::ranges::max_element(shown, {}, [&](std::size_t e) {
        return std::isfinite(gradient->data()[e]) ? std::abs(gradient->data()[e]) : -1;
    });
}

template <class T>
json described_steps(Tape<T>& tape, const Trace<T>& trace, const std::vector<std::size_t>& group_of,
                     const ExploreOptions& options) {
    const Numbers<T> words{tape, trace};
    const auto steps = static_cast<std::uint32_t>(group_of.size());
    std::vector<std::set<std::size_t>> asked(tape.size());
    std::vector<Sample> samples;
    for (std::uint32_t i = 0; i < steps; ++i) {
        samples.emplace_back(tape.node(i).output.shape(), options.shown);
        const auto entries = samples[i].entries();
        if (trace.gradient(i)) asked[i].insert(entries.begin(), entries.end());
    }
    const std::vector<json> from = origins(tape, trace, std::move(asked), {.terms = 3, .entries = options.follow});

    json out = json::array();
    for (std::uint32_t i = 0; i < steps; ++i) {
        const Node<T>& node = tape.node(i);
        const Array<T>* gradient = trace.gradient(i);
        json step{{"name", tape.name_of(i)}, {"group", group_of[i]}, {"shape", node.output.shape().str()}};
        if (const Array<T>* value = tape.value_of(i)) step["value"] = described(*value, samples[i]);
        const std::size_t entry = example_entry(gradient, samples[i]);
        step["example"] = entry;
        if (gradient) step["gradient"] = described(*gradient, samples[i]);
        if (!from[i].empty()) step["from"] = from[i];
        step["uses"] = json::array();
        for (const Use<T>& use : trace.uses(i)) {
            const Node<T>& user = tape.node(use.step);
            const auto names = letters(user.op->text(), user.count);
            json one{{"step", use.step},
                     {"input", use.input},
                     {"letter", names[use.input]},
                     {"numbers", numbers(use.gradient, samples[i])}};
            std::string with = words.backward(use, entry, names);
            const std::string place = std::to_string(entry);
            if (with.empty() && !is_elementwise(user.op->text().name) && from[i].contains(place))
                with = products(from[i][place], use.step, use.input, static_cast<double>(use.gradient.data()[entry]));
            if (!with.empty()) one["with_numbers"] = with;
            step["uses"].push_back(one);
        }
        step["inputs"] = json::array();
        if (node.op) {
            const OpText& op = node.op->text();
            step["op"] = op.name, step["formula"] = op.formula, step["rule"] = op.rule;
            if (!op.note.empty()) step["note"] = op.note;
            const auto names = letters(op, node.count);
            for (std::size_t k = 0; k < node.count; ++k) {
                const Source source = tape.sources(node)[k];
                json input{{"letter", names[k]}};
                if (source.followed())
                    input["step"] = source.step();
                else if (const Array<T>* constant = tape.constant_of(source))
                    input["constant"] = described(*constant, Sample(constant->shape(), options.shown));
                step["inputs"].push_back(input);
            }
            if (std::string with = words.forward(i, entry, names); !with.empty()) step["with_numbers"] = with;
        }
        out.push_back(step);
    }
    return out;
}

// The largest finite magnitude of all values, and of all gradients: one scale each across the page.
template <class T>
json scales(const Tape<T>& tape, const Trace<T>& trace, std::uint32_t steps) {
    double value = 0, gradient = 0;
    const auto widen = [](double& to, const Array<T>* a) {
        if (a)
            for (T v : *a)
                if (std::isfinite(v)) to = std::max(to, std::abs(static_cast<double>(v)));
    };
    for (std::uint32_t i = 0; i < steps; ++i) widen(value, tape.value_of(i)), widen(gradient, trace.gradient(i));
    return {{"value", number(value)}, {"gradient", number(gradient)}};
}

}  // namespace

template <class T>
void explore(Tape<T>& tape, const Variable<T>& loss, const std::filesystem::path& path, const ExploreOptions& options) {
    const Trace<T> trace(tape, loss);
    const auto steps = static_cast<std::uint32_t>(tape.size());
    if (steps > most_steps)
        fail<ValueError>("explore", text("a tape of ", steps, " steps"), text("a page shows at most ", most_steps),
                         "Record one sample, or a smaller model.");
    const std::vector<Group> groups = groups_of(tape, steps);
    const std::vector<std::size_t> group_of = group_of_steps(groups, steps);
    json names = json::array();
    for (const Group& group : groups)
        names.push_back({{"name", group.name}, {"first", group.first}, {"last", group.last}, {"parent", group.parent}});
    const json data{{"title", options.title},
                    {"loss", trace.start()},
                    {"kept", tape.keeps_values()},
                    {"scales", scales(tape, trace, steps)},
                    {"groups", names},
                    {"drawings", drawings(tape, groups, group_of)},
                    {"steps", described_steps(tape, trace, group_of, options)}};
    std::string body = asset("explorer.html");
    const std::string_view mark = "{{title}}";
    body.replace(body.find(mark), mark.size(), escaped(options.title));
    std::string script;
    for (const std::string_view part : {"explorer_steps.js", "explorer_graph.js", "explorer_panel.js", "explorer.js"})
        script += asset(part);
    write({.title = options.title,
           .body = body,
           .style = asset("explorer.css"),
           .script = script,
           .data = data.dump(-1, ' ', false, json::error_handler_t::replace)},
          path);
}

template void explore(Tape<float>&, const Variable<float>&, const std::filesystem::path&, const ExploreOptions&);
template void explore(Tape<double>&, const Variable<double>&, const std::filesystem::path&, const ExploreOptions&);

}  // namespace sevenfold::viz
