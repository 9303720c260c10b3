// The tape as a table.
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <iostream>
#include <vector>

#include "sevenfold/autograd/tape.hpp"

namespace sevenfold {
namespace {

// Width on a terminal: bytes that continue a UTF-8 character take none.
std::size_t width(const std::string& s) {
    return static_cast<std::size_t>(std::count_if(s.begin(), s.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

constexpr std::size_t columns = 7;
using Row = std::array<std::string, columns>;

// What a terminal takes for colours (ECMA-48, "select graphic rendition"): steps and gradients stand out, rules stand back.
constexpr std::string_view bold = "\033[1m", green = "\033[32m", plain = "\033[0m";
constexpr std::array<std::string_view, columns> colours{"\033[36m", "\033[1m",  "",       "\033[2m",
                                                        "",         "\033[33m", "\033[2m"};

// The numbers themselves if they are few, else their range and mean.
template <class T>
std::string summary(const Array<T>* a) {
    if (!a) return "";
    if (a->size() <= 1 || (a->size() <= 4 && a->rank() == 1)) return a->str();
    T low = *a->begin(), high = low;
    double total = 0;
    for (T v : *a) {
        low = v < low || std::isnan(v) ? v : low;
        high = v > high || std::isnan(v) ? v : high;
        total += static_cast<double>(v);
    }
    const T mean = static_cast<T>(total / static_cast<double>(a->size()));
    return text(Array<T>(low), " .. ", Array<T>(high), ", mean ", Array<T>(mean));
}

// Whether standard output is a terminal whose user wants colours: no-color.org.
bool wants_colours() {
    const char *off = std::getenv("NO_COLOR"), *terminal = std::getenv("TERM");
    return isatty(STDOUT_FILENO) && !(off && *off) && terminal && std::string_view(terminal) != "dumb";
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
std::string Tape<T>::str(bool coloured) const {
    std::vector<Row> rows{{"step", "op", "inputs", "shape", "value", "gradient", "rule"}};
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
        const Node<T>& n = nodes_[i];
        std::string from;
        for (Source in : sources(n)) {
            const Array<T>* constant = constant_of(in);
            from += text(from.empty() ? "" : ", ",
                         !in.followed()               ? constant && constant->rank() == 0 ? constant->str() : "constant"
                         : name_of(in.step()).empty() ? text('%', in.step())
                                                      : name_of(in.step()));
        }
        const std::string name = name_of(i);
        rows.push_back({text('%', i, name.empty() ? "" : " ", name), n.op ? std::string(n.op->text().name) : "leaf",
                        from, n.output.shape().str(), summary(value_of(i)), summary(gradient_of(i)),
                        n.op ? std::string(n.op->text().rule) : ""});
    }
    // Values and gradients are shown if any step has one.
    std::array<std::size_t, columns> widths{};
    std::array<bool, columns> shown{true, true, true, true, false, false, true};
    for (const Row& row : rows)
        for (std::size_t c = 0; c < columns; ++c) {
            widths[c] = std::max(widths[c], width(row[c]));
            if (&row != &rows[0] && !row[c].empty()) shown[c] = true;
        }
    std::string out;
    for (const Row& row : rows) {
        std::string line, spaces;
        for (std::size_t c = 0; c < columns; ++c) {
            if (!shown[c]) continue;
            const std::string_view colour = !coloured                    ? ""
                                            : &row == &rows[0]           ? bold
                                            : row[1] == "leaf" && c == 0 ? green
                                                                         : colours[c];
            if (!row[c].empty()) {
                line += std::exchange(spaces, "");
                line += colour.empty() ? row[c] : text(colour, row[c], plain);
            }
            spaces += std::string(widths[c] - width(row[c]) + 2, ' ');
        }
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
    std::cout << tape.str(wants_colours()) << std::flush;
}

template class Tape<float>;
template class Tape<double>;
template std::ostream& operator<<(std::ostream&, const Tape<float>&);
template std::ostream& operator<<(std::ostream&, const Tape<double>&);
template void print(const Tape<float>&);
template void print(const Tape<double>&);

}  // namespace sevenfold
