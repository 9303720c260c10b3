#include "sevenfold/viz/museum.hpp"

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "sevenfold/viz/page.hpp"
#include "sevenfold/viz/sample.hpp"

namespace sevenfold::viz {
namespace {

using nlohmann::json;

constexpr std::size_t shown_rows = 12;

// rule / differences, entry by entry; NaN where both are 0 as far as the check can tell.
Array<double> ratios(const GradcheckResult& result) {
    Array<double> out(result.rule.shape());
    for (std::size_t i = 0; i < out.size(); ++i) {
        const double a = result.rule.data()[i], n = result.differences.data()[i];
        const bool nothing = std::abs(n) <= result.allowed && std::abs(a) <= result.allowed;
        const double none = std::numeric_limits<double>::quiet_NaN();
        out.data()[i] = nothing ? none : std::abs(n) <= result.allowed ? a / 0.0 : a / n;
    }
    return out;
}

json described(const GradcheckResult& result) {
    const Sample sample(result.rule.shape(), shown_rows);
    json out{{"order", result.order},
             {"road", result.road},
             {"input", result.name.empty() ? text("input ", result.input) : result.name},
             {"shape", result.rule.shape().str()},
             {"passed", result.passed()},
             {"wrong", result.wrong},
             {"size", result.rule.size()},
             {"guess", result.guess},
             {"analytic", number(result.analytic)},
             {"numeric", number(result.numeric)},
             {"at", json::array()},
             {"columns", sample.column.size()},
             {"rule", numbers(result.rule, sample)},
             {"differences", numbers(result.differences, sample)},
             {"ratio", numbers(ratios(result), sample)},
             {"indices", json::array()}};
    for (std::size_t i : result.entry) out["at"].push_back(i);
    for (std::size_t entry : sample.entries()) out["indices"].push_back(index_of(entry, result.rule.shape()));
    return out;
}

json described(const Exhibit& e) {
    if (e.wrong_report.passed())
        fail<ValueError>("museum", text("a wrong rule that passed (", e.title, ')'), "an exhibit is caught");
    if (!e.right_report.passed())
        fail<ValueError>("museum", text("a right rule that did not pass (", e.title, ')'), "its twin is right");
    json out{{"name", e.name},
             {"title", e.title},
             {"formula", e.formula},
             {"value", e.value},
             {"wrong", e.wrong},
             {"right", e.right},
             {"question", e.question},
             {"hint", e.hint},
             {"answer", e.answer},
             {"results", json::array()},
             {"report", e.wrong_report.str()},
             {"right_report", e.right_report.str()}};
    for (const GradcheckResult& result : e.wrong_report.results) out["results"].push_back(described(result));
    return out;
}

}  // namespace

void museum(const std::vector<Exhibit>& exhibits, const std::filesystem::path& path) {
    if (exhibits.empty()) fail<ValueError>("museum", "no exhibits", "a museum shows something");
    json data{{"exhibits", json::array()}};
    for (const Exhibit& e : exhibits) data["exhibits"].push_back(described(e));
    write({.title = "A museum of wrong gradients",
           .body = asset("museum.html"),
           .style = asset("museum.css"),
           .script = asset("museum.js"),
           .data = data.dump(-1, ' ', false, json::error_handler_t::replace)},
          path);
}

}  // namespace sevenfold::viz
