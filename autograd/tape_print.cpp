// The tape as a table.
#include <algorithm>
#include <iostream>
#include <vector>

#include "sevenfold/autograd/tape.hpp"

namespace sevenfold {
namespace {

// Width on a terminal: bytes that continue a UTF-8 character take none.
std::size_t width(const std::string& s) {
    return static_cast<std::size_t>(std::count_if(s.begin(), s.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

}  // namespace

template <class T>
std::string Tape<T>::name_of(std::size_t i) const {
    if (auto it = names_.find(static_cast<std::uint32_t>(i)); it != names_.end()) return it->second;
    return nodes_[i].op ? std::string() : leaf_of(nodes_[i]).name;
}

template <class T>
const Array<T>* Tape<T>::value_of(std::size_t i) const {
    const Array<T>& value = nodes_[i].op ? nodes_[i].output : leaf_of(nodes_[i]).value;
    return value.is_shape_only() ? nullptr : &value;
}

template <class T>
std::string Tape<T>::str() const {
    std::vector<std::vector<std::string>> rows{{"step", "op", "inputs", "shape", "value", "gradient", "rule"}};
    const auto summary = [](const Array<T>* a) {
        if (!a) return std::string();
        return a->size() == 1 ? a->str()
               : a->size() <= 4 && a->rank() == 1
                   ? a->str()
                   : text("mean ", Array<T>([&] {
                                       double total = 0;
                                       for (T v : *a) total += static_cast<double>(v);
                                       return static_cast<T>(total / static_cast<double>(a->size()));
                                   }())
                                       .str());
    };
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
        const Node<T>& n = nodes_[i];
        std::string from;
        for (Source in : sources(n)) {
            from += from.empty() ? "" : ", ";
            if (!in.followed())
                from += "constant";
            else
                from += name_of(in.step()).empty() ? text('%', in.step()) : name_of(in.step());
        }
        const std::string name = name_of(i);
        rows.push_back({text('%', i, name.empty() ? "" : " ", name), n.op ? std::string(n.op->text().name) : "leaf",
                        from, n.output.shape().str(), summary(value_of(i)), summary(gradient_of(i)),
                        n.op ? std::string(n.op->text().rule) : ""});
    }
    // Values and gradients are shown if any step has one.
    std::vector<std::size_t> widths(rows[0].size());
    std::vector<bool> shown{true, true, true, true, false, false, true};
    for (const auto& row : rows)
        for (std::size_t c = 0; c < row.size(); ++c) {
            widths[c] = std::max(widths[c], width(row[c]));
            if (&row != &rows[0] && !row[c].empty()) shown[c] = true;
        }
    std::string out;
    for (const auto& row : rows) {
        std::string line;
        for (std::size_t c = 0; c < row.size(); ++c)
            if (shown[c]) line += row[c] + std::string(widths[c] - width(row[c]) + 2, ' ');
        line.erase(line.find_last_not_of(' ') + 1);
        out += line + '\n';
    }
    return out;
}

template <class T>
std::ostream& operator<<(std::ostream& out, const Tape<T>& tape) {
    return out << tape.str();
}

template <class T>
void print(const Tape<T>& tape) {
    std::cout << tape.str() << std::flush;
}

template class Tape<float>;
template class Tape<double>;
template std::ostream& operator<<(std::ostream&, const Tape<float>&);
template std::ostream& operator<<(std::ostream&, const Tape<double>&);
template void print(const Tape<float>&);
template void print(const Tape<double>&);

}  // namespace sevenfold
