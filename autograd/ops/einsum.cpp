// Einstein's summation, as a composition of ops: diagonals, sums, and one matrix product for each pair of operands.
#include <algorithm>

#include "sevenfold/autograd/error.hpp"
#include "sevenfold/autograd/ops.hpp"

namespace sevenfold {
namespace {

// An operand and the letters of its axes, each once.
template <class T>
struct Lettered {
    Variable<T> x;
    std::string letters;
};

bool has(std::string_view letters, char c) { return letters.find(c) != std::string_view::npos; }

template <class T>
Lettered<T> reordered(const Lettered<T>& a, const std::string& order) {
    if (a.letters == order) return a;
    Axes axes;
    for (char c : order) axes.push_back(static_cast<std::ptrdiff_t>(a.letters.find(c)));
    return {permute(a.x, axes), order};
}

// A letter that occurs twice is a diagonal: with both axes last and made one, every (n + 1)-th element.
template <class T>
Lettered<T> without_repeats(Lettered<T> a) {
    for (std::size_t i = 0; i < a.letters.size(); ++i)
        for (std::size_t j = a.letters.size() - 1; j > i; --j) {
            if (a.letters[j] != a.letters[i]) continue;
            const char letter = a.letters[i];
            Axes axes;
            for (std::size_t k = 0; k < a.letters.size(); ++k)
                if (k != i && k != j) axes.push_back(static_cast<std::ptrdiff_t>(k));
            axes.insert(axes.end(), {static_cast<std::ptrdiff_t>(i), static_cast<std::ptrdiff_t>(j)});
            Variable<T> x = permute(a.x, axes);
            Shape shape = x.shape();
            const std::size_t n = shape.back();
            shape.erase(shape.rank() - 1);
            shape[shape.rank() - 1] = n * n;
            std::vector<Slice> every(shape.rank());
            every.back().step = static_cast<std::ptrdiff_t>(n) + 1;
            a.x = slice(reshape(x, shape), every);
            a.letters.erase(j, 1);
            a.letters.erase(i, 1);
            a.letters += letter;
            return without_repeats(std::move(a));
        }
    return a;
}

// Sums over the letters that nobody needs any more.
template <class T>
Lettered<T> without_unused(const Lettered<T>& a, std::string_view needed) {
    Axes axes;
    std::string left;
    for (std::size_t i = 0; i < a.letters.size(); ++i)
        if (has(needed, a.letters[i]))
            left += a.letters[i];
        else
            axes.push_back(static_cast<std::ptrdiff_t>(i));
    return axes.empty() ? a : Lettered<T>{sum(a.x, axes), left};
}

// The product of two operands, summed over the letters that both have and that are not needed afterwards.
template <class T>
Lettered<T> product(const Lettered<T>& a, const Lettered<T>& b, std::string_view needed) {
    std::string both, summed, rows, columns;
    for (char c : a.letters) (!has(b.letters, c) ? rows : has(needed, c) ? both : summed) += c;
    for (char c : b.letters)
        if (!has(a.letters, c)) columns += c;
    const auto size_of = [](const Lettered<T>& x, const std::string& letters) {
        std::size_t n = 1;
        for (char c : letters) n *= x.x.shape()[x.letters.find(c)];
        return n;
    };
    const std::size_t batch = size_of(a, both), m = size_of(a, rows), k = size_of(a, summed), n = size_of(b, columns);
    Shape shape;
    for (char c : both + rows) shape.append(a.x.shape()[a.letters.find(c)]);
    for (char c : columns) shape.append(b.x.shape()[b.letters.find(c)]);

    Variable<T> y;
    if (summed.empty()) {
        y = reshape(reordered(a, both + rows).x, Shape{batch, m, 1}) *
            reshape(reordered(b, both + columns).x, Shape{batch, 1, n});
    } else {  // what already lies the other way round is read so
        const bool ta = a.letters == both + summed + rows, tb = b.letters == both + columns + summed;
        const Variable<T> left =
            reshape(ta ? a.x : reordered(a, both + rows + summed).x, ta ? Shape{batch, k, m} : Shape{batch, m, k});
        const Variable<T> right =
            reshape(tb ? b.x : reordered(b, both + summed + columns).x, tb ? Shape{batch, n, k} : Shape{batch, k, n});
        y = matmul(left, ta, right, tb);
    }
    return {reshape(y, shape), both + rows + columns};
}

// The letters of each operand, and of the result.
struct Equation {
    std::vector<std::string> inputs{""};
    std::string output;
};

Equation parse(std::string_view equation) {
    const auto refuse = [&](std::string_view rule) { fail<ValueError>("einsum", text('"', equation, '"'), rule); };
    Equation out;
    std::size_t i = 0;
    for (; i < equation.size() && equation[i] != '-'; ++i) {
        const char c = equation[i];
        if (c == ' ') continue;
        if (c == ',')
            out.inputs.emplace_back();
        else if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
            out.inputs.back() += c;
        else
            refuse(text("axes are letters, but there is a '", c, "'"));
    }
    std::string all;
    for (const std::string& letters : out.inputs) all += letters;
    if (i == equation.size()) {
        for (char c : all)
            if (std::count(all.begin(), all.end(), c) == 1) out.output += c;
        std::sort(out.output.begin(), out.output.end());
        return out;
    }
    if (equation.substr(i, 2) != "->") refuse("the result is named after ->");
    for (char c : equation.substr(i + 2)) {
        if (c == ' ') continue;
        if (!has(all, c)) refuse(text("the result's axis '", c, "' is on no operand"));
        if (has(out.output, c)) refuse(text("the result's axis '", c, "' occurs twice"));
        out.output += c;
    }
    return out;
}

}  // namespace

template <class T>
Variable<T> einsum(std::string_view equation, const std::vector<Variable<T>>& xs) {
    const Equation letters = parse(equation);
    if (letters.inputs.size() != xs.size())
        fail<ShapeError>("einsum", text(xs.size(), " operands for \"", equation, '"'),
                         text("it names ", letters.inputs.size()));
    std::array<std::size_t, 128> size{};
    std::array<bool, 128> known{};
    std::vector<Lettered<T>> operands;
    for (std::size_t k = 0; k < xs.size(); ++k) {
        const std::string& names = letters.inputs[k];
        if (names.size() != xs[k].rank())
            fail<ShapeError>("einsum", text("operand ", k, ' ', xs[k].shape(), " as \"", names, '"'),
                             "there is one letter for each axis");
        for (std::size_t i = 0; i < names.size(); ++i) {
            const auto c = static_cast<unsigned char>(names[i]);
            if (known[c] && size[c] != xs[k].shape()[i])
                fail<ShapeError>(
                    "einsum", text("operand ", k, ' ', xs[k].shape(), " as \"", names, '"'),
                    text("axis '", names[i], "' has size ", xs[k].shape()[i], " here and ", size[c], " elsewhere"));
            size[c] = xs[k].shape()[i];
            known[c] = true;
        }
        operands.push_back(without_repeats(Lettered<T>{xs[k], names}));
    }
    // From left to right; a letter is summed as soon as nothing to the right and not the result needs it.
    Lettered<T> y = operands[0];
    for (std::size_t k = 1; k <= operands.size(); ++k) {
        std::string needed = letters.output;
        for (std::size_t j = k; j < operands.size(); ++j) needed += operands[j].letters;
        y = without_unused(y, needed);
        if (k == operands.size()) break;
        needed = letters.output;
        for (std::size_t j = k + 1; j < operands.size(); ++j) needed += operands[j].letters;
        y = product(y, without_unused(operands[k], needed + y.letters), needed);
    }
    return reordered(y, letters.output).x;
}

template Variable<float> einsum(std::string_view, const std::vector<Variable<float>>&);
template Variable<double> einsum(std::string_view, const std::vector<Variable<double>>&);

}  // namespace sevenfold
