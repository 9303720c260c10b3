#include "sevenfold/viz/costs.hpp"

#include <algorithm>
#include <chrono>
#include <limits>
#include <map>

#include "sevenfold/autograd/kernels/gemm.hpp"
#include "sevenfold/autograd/kernels/kernels.hpp"
#include "sevenfold/autograd/step_clock.hpp"
#include "sevenfold/autograd/trace.hpp"
#include "sevenfold/viz/sample.hpp"

namespace sevenfold::viz {
namespace {

bool is_one_of(std::string_view op, std::initializer_list<std::string_view> names) {
    return std::ranges::find(names, op) != names.end();
}
bool is_product(std::string_view op) { return op == "matmul" || op == "conv2d" || op.starts_with("linear"); }

// Of the value's: a product has one for each input that wants a gradient, of the size of its own; attention five for two.
double backward_share(std::string_view op, std::size_t wanted) {
    if (is_product(op)) return static_cast<double>(std::min<std::size_t>(wanted, 2));
    return op == "attention" ? 2.5 : 2;
}

template <class F>
double seconds_of(F&& work) {
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// The shortest of as many runs as fit into about a tenth of a second.
template <class F>
double shortest(F&& work) {
    double best = std::numeric_limits<double>::infinity(), all = 0;
    while (all < 0.1) {
        const double one = seconds_of(work);
        best = std::min(best, one), all += one;
    }
    return best;
}

// What goes into a step, in elements.
template <class T>
struct StepInputs {
    std::vector<Shape> shapes;
    std::size_t wanted = 0;                       // that a gradient goes to
    double size = 0, wanted_size = 0, saved = 0;  // saved: what the rule reads of inputs and result

    StepInputs(const Tape<T>& tape, const Node<T>& node) {
        const Saves saves = node.op->saves();
        if (saves.output) saved += static_cast<double>(node.output.size());
        for (std::size_t i = 0; i < tape.sources(node).size(); ++i) {
            const Source source = tape.sources(node)[i];
            if (!source.followed() && !source.kept()) continue;
            shapes.push_back(source.followed() ? tape.node(source.step()).output.shape()
                                               : tape.constant_of(source)->shape());
            size += static_cast<double>(shapes.back().elements());
            if (keeps(saves, i)) saved += static_cast<double>(shapes.back().elements());
            wanted += source.followed();
            if (source.followed()) wanted_size += static_cast<double>(shapes.back().elements());
        }
    }
};

// Elements that are read or written, once each. A reshaped array shares its storage, and a part is all that is read of what it
// is taken from; where a rule hands dy on as it is, nothing moves.
double forward_moves(std::string_view op, double inputs, double results) {
    if (op == "reshape") return 0;
    return is_one_of(op, {"slice", "index_select", "gather", "embedding"}) ? 2 * results : inputs + results;
}
template <class T>
double backward_moves(std::string_view op, const StepInputs<T>& inputs, double results) {
    if (is_one_of(op, {"reshape", "add"})) return 0;
    return results + inputs.saved + inputs.wanted_size;
}

// Time of the op's own rule, into places beside the tape's.
template <class T>
double backward_seconds(Tape<T>& tape, const Node<T>& node, const Array<T>& dy) {
    std::vector<Node<T>> inputs;
    std::vector<Source> places;
    for (Source source : tape.sources(node)) {
        places.push_back(source.followed() ? Source(inputs.size()) : source);
        inputs.emplace_back(OpPtr<T>(), source.followed() ? tape.node(source.step()).output.share() : Array<T>(), 0u,
                            std::size_t{0}, false);
    }
    NoTape<T> quiet;
    return seconds_of([&] {
        Backward<T> step(tape, node, dy, inputs.data(), places.data());
        node.op->backward(step);
    });
}

}  // namespace

double forward_flops(std::string_view op, const std::vector<Shape>& inputs, const Shape& output) {
    const double results = static_cast<double>(output.elements());
    const double read = inputs.empty() ? 0 : static_cast<double>(inputs[0].elements());
    if (op == "matmul") return 2 * results * static_cast<double>(inputs.at(0).back());
    if (op.starts_with("linear")) return results * (2 * static_cast<double>(inputs.at(1).back()) + 1);
    if (op == "conv2d") return 2 * results * static_cast<double>(inputs.at(1).elements() / inputs.at(1)[0]);
    // Scores and mixing are two products over all pairs of positions; qkv is (N, T, 3 D).
    if (op == "attention") return 4 * results * static_cast<double>(inputs.at(0)[1]);
    if (is_one_of(op, {"softmax", "log_softmax", "logsumexp", "cross_entropy"})) return 5 * read;
    if (op == "layer_norm" || op == "batch_norm") return 8 * results;
    if (is_one_of(op, {"sum", "mean", "var", "max", "min", "sum_to", "mse", "l1", "huber", "bce_with_logits",
                       "max_pool2d", "avg_pool2d"}))
        return read;
    if (is_one_of(op, {"reshape", "permute", "broadcast_to", "concat", "slice", "pad", "flip", "index_select",
                       "embedding", "index_add", "gather", "scatter_add"}))
        return 0;
    return results;
}

template <class T>
std::vector<OpCost> step_costs(Module<T>& model, const Objective<std::type_identity_t<T>>& objective,
                               const Batch<T>& batch, std::size_t repeats) {
    model.parameters();  // gives them their names
    std::vector<double> forward, backward;
    std::map<std::string, OpCost> by_name;
    for (std::size_t repeat = 0; repeat < std::max<std::size_t>(repeats, 1); ++repeat) {
        Tape<T> tape;
        tape.keep_values();
        StepClock clock;
        const Variable<T> loss = objective.loss(model(Variable<T>(batch.features)), batch);
        Trace<T> trace(tape, loss);
        forward.resize(tape.size(), std::numeric_limits<double>::infinity());
        backward.resize(tape.size(), std::numeric_limits<double>::infinity());
        for (std::size_t i = 0; i < tape.size(); ++i) {
            const Node<T>& node = tape.node(i);
            if (!node.op) continue;
            forward[i] = std::min(forward[i], clock.seconds(i));
            if (trace.gradient(i))
                backward[i] = std::min(backward[i], backward_seconds(tape, node, *trace.gradient(i)));
            else
                backward[i] = 0;
        }
        if (repeat + 1 < repeats) continue;
        for (std::size_t i = 0; i < tape.size(); ++i) {
            const Node<T>& node = tape.node(i);
            if (!node.op) continue;
            const std::string name(node.op->text().name);
            const StepInputs<T> inputs(tape, node);
            const double flops = forward_flops(name, inputs.shapes, node.output.shape());
            const double results = static_cast<double>(node.output.size());
            OpCost& cost = by_name[name];
            cost.op = name;
            ++cost.steps;
            cost.forward_seconds += forward[i], cost.backward_seconds += backward[i];
            cost.flops += flops * (1 + (trace.gradient(i) ? backward_share(name, inputs.wanted) : 0));
            cost.bytes += sizeof(T) * (forward_moves(name, inputs.size, results) +
                                       (trace.gradient(i) ? backward_moves(name, inputs, results) : 0));
        }
    }
    std::vector<OpCost> out;
    for (const auto& [name, cost] : by_name) out.push_back(cost);
    std::ranges::stable_sort(out, std::greater<>(), &OpCost::seconds);
    return out;
}

Peak measure_peak() {
    constexpr std::size_t n = 384, length = 16384;
    std::vector<float> a(n * n, 1.0f), b(n * n, 1.0f), c(n * n);
    const double product = shortest([&] {
        kernels::gemm(kernels::Product<float>{
            .m = n, .n = n, .k = n, .a = a.data(), .lda = n, .b = b.data(), .ldb = n, .c = c.data(), .ldc = n});
    });
    Array<float> sum = Array<float>::ones({length});
    const Array<float> other = Array<float>::ones({length});
    constexpr int times = 20;
    const double stream = shortest([&] {
        for (int k = 0; k < times; ++k) kernels::accumulate(sum, other);
    });
    return {2.0 * n * n * n / product, times * 3.0 * length * sizeof(float) / stream};
}

double share_of_peak(const OpCost& cost, const Peak& peak) {
    const double least = std::max(cost.flops / peak.flops_per_second, cost.bytes / peak.bytes_per_second);
    return cost.seconds() > 0 ? least / cost.seconds() : 0;
}

Section cost_receipt(const std::vector<OpCost>& costs, const Peak& peak) {
    TextTable table{
        .title = "Forward and backward of one batch, by op",
        .columns = {"op", "steps", "forward µs", "backward µs", "MFLOP", "MB", "GFLOP/s", "share of peak %"}};
    OpCost all{.op = "all"};
    const auto add = [&](const OpCost& cost, bool marked) {
        table.rows.push_back({cost.op, text(cost.steps), shown(1e6 * cost.forward_seconds, 4),
                              shown(1e6 * cost.backward_seconds, 4), shown(cost.flops / 1e6, 4),
                              shown(cost.bytes / 1e6, 4), shown(cost.flops / 1e9 / cost.seconds(), 3),
                              shown(100 * share_of_peak(cost, peak), 3)});
        table.marked.push_back(marked);
    };
    Figure figure{.title = "Time of each op", .x = {}, .y = {.title = "time (µs)"}, .marks = {}};
    Bars forward{"forward", {}, {}, Colour::blue}, backward{"backward", {}, {}, Colour::red};
    for (const OpCost& cost : costs) {
        add(cost, false);
        all.steps += cost.steps, all.flops += cost.flops, all.bytes += cost.bytes;
        all.forward_seconds += cost.forward_seconds, all.backward_seconds += cost.backward_seconds;
        if (forward.x.size() == 8) continue;  // the longest ones
        figure.x.names.push_back(cost.op);
        forward.x.push_back(static_cast<double>(forward.x.size())), forward.y.push_back(1e6 * cost.forward_seconds);
        backward.x.push_back(static_cast<double>(backward.x.size())), backward.y.push_back(1e6 * cost.backward_seconds);
    }
    add(all, true);
    figure.marks = {forward, backward};
    return {"What a step costs",
            {Paragraph{text(
                 "Measured while this report was made: one core reaches ", shown(peak.flops_per_second / 1e9, 3),
                 " GFLOP/s in a matrix product and ", shown(peak.bytes_per_second / 1e9, 3),
                 " GB/s in the cache. The share of peak is the shortest time in which a core of that speed could do an "
                 "op's FLOPs, or move its bytes, as part of the time it took. An op of few numbers spends its time on "
                 "being called, and has a small share. The update of the weights is not among the ops.")},
             figure, table}};
}

template std::vector<OpCost> step_costs(Module<float>&, const Objective<float>&, const Batch<float>&, std::size_t);
template std::vector<OpCost> step_costs(Module<double>&, const Objective<double>&, const Batch<double>&, std::size_t);

}  // namespace sevenfold::viz
