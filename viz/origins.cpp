#include "sevenfold/viz/origins.hpp"

#include <algorithm>
#include <cmath>

#include "sevenfold/viz/sample.hpp"

namespace sevenfold::viz {
namespace {

struct Term {
    std::uint32_t step, input;
    std::size_t entry;  // of the gradient of `step`
    double dy, local;
    double product() const { return dy * local; }
};

// Why an op lets nothing through to an entry with value x.
std::string closed(std::string_view op, double x) {
    if (op == "relu") return text("relu is closed here: its input ", shown(x), " is not above 0, so it hands back 0");
    if (op == "linear_relu")
        return "every unit of linear_relu that it acts on is closed, or what it is multiplied with is 0";
    if (op == "clamp") return text("clamp cuts here: its input ", shown(x), " lies outside the bounds");
    if (op == "maximum" || op == "max" || op == "max_pool2d")
        return text(op, " takes another entry here: ", shown(x), " is not the largest");
    if (op == "minimum" || op == "min")
        return text(op, " takes another entry here: ", shown(x), " is not the smallest");
    if (op == "mul" || op == "matmul" || op == "linear") return text("what ", op, " multiplies it with is 0 here");
    if (op == "sigmoid" || op == "tanh")
        return text(op, " is saturated: at ", shown(x), " it is flat, and its derivative rounds to 0");
    if (op == "slice" || op == "index_select" || op == "gather" || op == "embedding")
        return text(op, " does not pick this entry");
    return text("a change here does not change the result of ", op, ": the local derivative is 0");
}

// The same for an op that lets little through.
std::string narrow(std::string_view op, double x, double local) {
    if ((op != "sigmoid" && op != "tanh") || std::abs(local) > 0.05) return "";
    return text(op, " is saturated: at ", shown(x), " it is nearly flat, its derivative is only ", shown(local, 2));
}

}  // namespace

template <class T>
std::vector<nlohmann::json> origins(Tape<T>& tape, const Trace<T>& trace, std::vector<std::set<std::size_t>> asked,
                                    const OriginLimits& limits) {
    std::vector<nlohmann::json> out(tape.size(), nlohmann::json::object());
    // Uses come later than the value, so going forward every step has been asked for all entries before its turn.
    for (std::uint32_t i = 0; i < tape.size(); ++i) {
        if (asked[i].empty() || trace.uses(i).empty()) continue;
        const Array<T>& gradient = *trace.gradient(i);
        const Array<T>* value = tape.value_of(i);
        std::vector<std::vector<Term>> terms(gradient.size());  // of the entries asked for; all others stay empty
        std::vector<std::string> shut(gradient.size()), tight(gradient.size());
        for (const Use<T>& use : trace.uses(i)) {
            const Array<T>& dy = *trace.gradient(use.step);
            const std::string_view op = tape.node(use.step).op->text().name;
            Jacobian<T> jacobian(tape, use.step, dy);
            for (std::size_t entry : asked[i]) {
                const Array<T> column = jacobian.column(use.input, entry);
                double steepest = 0;
                for (std::size_t j = 0; j < dy.size(); ++j) {
                    const double local = static_cast<double>(column.data()[j]);
                    if (local == 0) continue;
                    steepest = std::max(steepest, std::abs(local));
                    terms[entry].push_back({use.step, use.input, j, static_cast<double>(dy.data()[j]), local});
                }
                const double x = value ? static_cast<double>(value->data()[entry]) : std::nan("");
                const std::string reason = steepest == 0 ? closed(op, x) : narrow(op, x, steepest);
                std::string& reasons = (steepest == 0 ? shut : tight)[entry];
                if (!reason.empty()) reasons += (reasons.empty() ? "" : "; ") + reason;
            }
        }
        for (std::size_t entry : asked[i]) {
            std::vector<Term>& all = terms[entry];
            const double total = static_cast<double>(gradient.data()[entry]);
            const auto weight = [](const Term& t) { return std::pair(std::abs(t.product()), std::abs(t.local)); };
            std::vector<const Term*> order;
            for (const Term& t : all) order.push_back(&t);
            const std::size_t named = std::min(limits.terms, order.size());
            std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(named), order.end(),
                              [&](const Term* a, const Term* b) { return weight(*a) > weight(*b); });
            nlohmann::json list = nlohmann::json::array();
            double rest = 0;
            for (std::size_t k = 0; k < order.size(); ++k) {
                const Term& t = *order[k];
                if (k < named)
                    list.push_back({t.step, t.input, t.entry, number(t.dy), number(t.local), number(t.product())});
                else
                    rest += t.product();
            }
            nlohmann::json& origin = out[i][std::to_string(entry)];
            origin["terms"] = list;
            if (order.size() > named) origin["others"] = {order.size() - named, number(rest)};
            std::string why = total == 0 ? shut[entry] : tight[entry];
            if (named > 0) {
                const Term& main = *order[0];
                if (total == 0 && main.product() != 0)
                    why = "its contributions cancel";
                else if (total == 0)
                    why = text("nothing arrives: the gradient of step %", main.step, ' ',
                               index_of(main.entry, tape.node(main.step).output.shape()),
                               ", through which it acts, is 0 itself");
                if (asked[main.step].size() < limits.entries) asked[main.step].insert(main.entry);
            }
            if (!why.empty()) origin["why"] = why;
        }
    }
    return out;
}

template std::vector<nlohmann::json> origins(Tape<float>&, const Trace<float>&, std::vector<std::set<std::size_t>>,
                                             const OriginLimits&);
template std::vector<nlohmann::json> origins(Tape<double>&, const Trace<double>&, std::vector<std::set<std::size_t>>,
                                             const OriginLimits&);

}  // namespace sevenfold::viz
