#include <cmath>

#include "sevenfold/exercises/check.hpp"

namespace exercise {
namespace {

using D = Variable<double>;

D numbered(const Shape& shape) { return Array<double>::arange(shape.elements()).reshape(shape); }

}  // namespace

const Exercise this_exercise{10, "10_heads.cpp", "the shape of attention's heads"};

void run(Check& check) {
    for (const std::size_t heads : std::vector<std::size_t>{1, 2, 3}) {
        const std::size_t samples = 2, length = 4, depth = 6, d = depth / heads;
        const D x = numbered({samples, length, depth});
        const Shape apart{samples, length, heads, d}, split{samples, heads, length, d};
        const D expected = permute(reshape(x, apart), {0, 2, 1, 3});
        const D interleaved = reshape(x, Shape{samples, length, d, heads});
        check.equal(text("split (2, 4, 6) into ", heads, heads == 1 ? " head" : " heads"),
                    split_heads(x, heads).value(), expected.value(),
                    {{"reshape alone does not move numbers: positions were mixed up. Cut the last axis first, then "
                      "exchange axes",
                      reshape(x, split).value()},
                     {"positions and heads are not exchanged yet: permute axes 1 and 2", reshape(x, apart).value()},
                     {"a head got every h-th column; heads are consecutive groups of d columns",
                      permute(interleaved, {0, 3, 1, 2}).value()},
                     {"the last two axes are exchanged: (N, heads, T, d) is wanted",
                      permute(reshape(x, apart), {0, 2, 3, 1}).value()}});
        check.equal(text("merge ", heads, heads == 1 ? " head" : " heads", " back"), merge_heads(expected).value(),
                    x.value(),
                    {{"reshape alone does not move numbers: bring the heads back beside each other with permute first",
                      reshape(expected, x.shape()).value()}});
    }

    // The same attention as the library's, which is one op.
    const std::size_t heads = 2;
    const D qkv = sin(numbered({2, 4, 18}));
    std::vector<D> parts;
    for (std::ptrdiff_t i = 0; i < 3; ++i)
        parts.push_back(split_heads(slice(qkv, {{}, {}, {6 * i, 6 * i + 6}}), heads));
    const D weights = softmax(matmul(parts[0], false, parts[1], true) / std::sqrt(3.0));
    check.equal("attention made with them is the library's", merge_heads(matmul(weights, parts[2])).value(),
                attention(qkv, {.heads = heads}).value());
}

}  // namespace exercise
