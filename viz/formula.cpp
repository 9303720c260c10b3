#include "sevenfold/viz/formula.hpp"

#include <algorithm>

#include "sevenfold/autograd/ops/register.hpp"
#include "sevenfold/viz/sample.hpp"

namespace sevenfold::viz {
namespace {

// Length of the letter at the start of s: Latin, or Greek in UTF-8; 0 for anything else.
std::size_t letter_at(std::string_view s) {
    if (s.empty()) return 0;
    const auto c = static_cast<unsigned char>(s[0]);
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) return 1;
    return (c == 0xCE || c == 0xCF) && s.size() > 1 ? 2 : 0;
}

std::string_view word_at(std::string_view s) {
    std::size_t end = 0;
    while (const std::size_t more = letter_at(s.substr(end))) end += more;
    return s.substr(0, end);
}

// Where each "dx = " of a rule stands: at its start, and behind a comma.
std::vector<std::pair<std::string, std::size_t>> left_sides(std::string_view rule) {
    std::vector<std::pair<std::string, std::size_t>> out;
    for (std::size_t at = 0; at < rule.size(); ++at) {
        if (at > 0 && rule.substr(at - 2, 2) != ", ") continue;
        const std::string_view word = word_at(rule.substr(at));
        if (word.size() > 1 && word[0] == 'd' && rule.substr(at + word.size(), 3) == " = ")
            out.emplace_back(word.substr(1), at);
        if (at == 0) at = 1;
    }
    return out;
}

std::size_t mentions(std::string_view text, std::string_view name) {
    std::size_t count = 0;
    while (!text.empty()) {
        const std::string_view word = word_at(text);
        count += word == name;
        text.remove_prefix(std::max<std::size_t>(word.size(), 1));
    }
    return count;
}

// Whether a left side only names what the other parts of the rule go on with, as dz in "dz = .., dx = dz w".
bool is_between(const OpText& op, const std::string& name) {
    return mentions(op.formula, name) == 0 && mentions(op.rule, 'd' + name) > 1;
}

}  // namespace

std::vector<std::string> letters(const OpText& op, std::size_t inputs) {
    std::vector<std::string> out;
    if (op.name == "attention") return {"qkv"};
    for (const auto& [name, at] : left_sides(op.rule))
        if (!is_between(op, name)) out.push_back(name);
    if (out.size() < inputs) {
        out.clear();
        for (std::size_t i = 0; i < inputs; ++i) out.push_back(text('x', i));
    }
    out.resize(inputs);
    return out;
}

std::map<std::string, std::string> right_sides(std::string_view rule) {
    std::map<std::string, std::string> out;
    const auto left = left_sides(rule);
    for (std::size_t k = 0; k < left.size(); ++k) {
        const std::size_t from = left[k].second + left[k].first.size() + 4;  // "d", " = "
        const std::size_t to = k + 1 < left.size() ? left[k + 1].second - 2 : rule.size();
        out[left[k].first] = rule.substr(from, to - from);
    }
    return out;
}

std::string substituted(std::string_view formula, const std::map<std::string, double>& numbers) {
    std::string out;
    while (!formula.empty()) {
        const std::string_view word = word_at(formula);
        if (word.empty()) {
            out += formula[0];
            formula.remove_prefix(1);
            continue;
        }
        const auto found = numbers.find(std::string(word));
        if (found == numbers.end())
            out += word;
        else
            out += found->second < 0 ? '(' + shown(found->second) + ')' : shown(found->second);
        formula.remove_prefix(word.size());
    }
    return out;
}

bool is_elementwise(std::string_view op) {
    static const std::vector<std::string_view> names = [] {
        std::vector<std::string_view> all;
        for (const ops::OpGroup& group : {ops::elementwise_group(), ops::pairwise_group()})
            for (const OpText& one : group.ops)
                if (one.name != "where") all.push_back(one.name);  // its condition is no input of the tape
        return all;
    }();
    return std::ranges::find(names, op) != names.end();
}

}  // namespace sevenfold::viz
