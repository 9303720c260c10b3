#include "characters.hpp"

#include <algorithm>

using namespace sevenfold;

namespace examples {

Dataset<float> Texts::dataset(std::size_t first, std::size_t last) const {
    const std::size_t length = rows[0].size() - 1;
    Dataset<float> out;
    out.title = "text";
    out.features = out.targets = Array<float>(Shape{last - first, length});
    for (std::size_t i = first; i < last; ++i)
        for (std::size_t t = 0; t < length; ++t) {
            out.features(i - first, t) = static_cast<float>(alphabet.find(rows[i][t]));
            out.targets(i - first, t) = static_cast<float>(alphabet.find(rows[i][t + 1]));
        }
    return out;
}

Objective<float> next_character(std::size_t first) {
    const auto scored = [first](const Batch<float>& batch) {
        return slice(Variable<float>(batch.targets), {{}, {.start = static_cast<std::ptrdiff_t>(first)}}).value();
    };
    Objective<float> out;
    out.loss = [=](const Variable<float>& logits, const Batch<float>& batch) {
        const auto answer = slice(logits, {{}, {.start = static_cast<std::ptrdiff_t>(first)}});
        const Labels classes = as_indices(scored(batch));
        return cross_entropy(reshape(answer, {-1, static_cast<std::ptrdiff_t>(logits.shape(2))}),
                             classes.reshape({classes.size()}));
    };
    out.correct = [=](const Array<float>& logits, const Batch<float>& batch) {
        const Labels chosen = argmax(logits, 2);
        std::size_t right = 0;
        for (std::size_t i = 0; i < batch.size(); ++i) {
            bool all = true;
            for (std::size_t t = first; t < chosen.shape(1); ++t)
                all &= static_cast<float>(chosen(i, t)) == batch.targets(i, t);
            right += all;
        }
        return right;
    };
    return out;
}

std::string write(CausalTransformer<float>& model, const Texts& texts, std::string text, std::size_t characters,
                  double temperature, Random& random) {
    for (; characters > 0; --characters) {
        const std::string seen = text.substr(text.size() - std::min(text.size(), model.config.context));
        Indices tokens(Shape{1, seen.size()});
        for (std::size_t t = 0; t < seen.size(); ++t)
            tokens(0, t) = static_cast<std::int64_t>(texts.alphabet.find(seen[t]));
        const Variable<float> last = model(tokens).value().row(0).row(seen.size() - 1);
        if (temperature == 0) {
            text += texts.alphabet[static_cast<std::size_t>(argmax(last.value(), 0).item())];
            continue;
        }
        const Array<float> chances = softmax(last / static_cast<float>(temperature)).value();
        double left = random.uniform();
        std::size_t next = 0;
        while (next + 1 < chances.size() && (left -= chances(next)) >= 0) ++next;
        text += texts.alphabet[next];
    }
    return text;
}

}  // namespace examples
