#include "data.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <set>

#include "sevenfold/autograd/error.hpp"
#include "sevenfold/autograd/random.hpp"
#include "sevenfold/data/sets.hpp"

namespace bench {

using namespace sevenfold;

namespace {

Dataset<float> noise(std::size_t rows) {
    Dataset<float> data;
    data.title = "noise";
    data.features = Random(1).uniform<float>({rows, 28, 28});
    data.labels = Labels::zeros({rows});
    data.classes = 10;
    return data;
}

}  // namespace

Split<float> fashion_or_noise(std::size_t rows) {
    Split<float> data;
    try {
        data = fashion_mnist<float>();
    } catch (const FileError&) { data = {noise(60000), noise(10000)}; }
    for (Dataset<float>* part : {&data.train, &data.test}) {
        if (rows < part->size()) {
            std::vector<std::size_t> first(rows);
            std::iota(first.begin(), first.end(), std::size_t{0});
            *part = part->rows(first);
        }
        part->features = part->features.reshape({part->size(), 1, 28, 28});
    }
    return data;
}

Table make_table(std::size_t rows, std::uint64_t seed) {
    constexpr std::size_t columns = 30, informative = 12, mixed = 6, clouds = 8;
    constexpr double separation = 0.8, flipped = 0.03;
    Random random(seed);
    std::set<std::size_t> chosen;  // corners, as bits
    while (chosen.size() < clouds) chosen.insert(random.below(std::size_t{1} << informative));
    std::vector<std::size_t> corners(chosen.begin(), chosen.end());
    random.shuffle(std::span(corners));
    const Array<double> spread = random.uniform<double>({clouds, informative, informative}, -1, 1);
    const Array<double> mix = random.uniform<double>({informative, mixed}, -1, 1);
    const std::vector<std::size_t> place = random.permutation(columns);

    Table table{Array<double>::zeros({rows, columns}), Array<double>::zeros({rows})};
    for (std::size_t i = 0; i < rows; ++i) {
        const std::size_t cloud = random.below(clouds);
        std::array<double, columns> x{};
        std::array<double, informative> z;
        for (double& v : z) v = random.normal();
        for (std::size_t c = 0; c < informative; ++c) {
            x[c] = (corners[cloud] >> c & 1) ? separation : -separation;
            for (std::size_t k = 0; k < informative; ++k) x[c] += z[k] * spread(cloud, k, c);
        }
        for (std::size_t c = 0; c < mixed; ++c)
            for (std::size_t k = 0; k < informative; ++k) x[informative + c] += x[k] * mix(k, c);
        for (std::size_t c = informative + mixed; c < columns; ++c) x[c] = random.normal();
        for (std::size_t c = 0; c < columns; ++c) table.X(i, place[c]) = x[c];
        const bool drawn_anew = random.uniform() < flipped;
        table.y(i) = static_cast<double>(drawn_anew ? random.below(2) : cloud % 2);
    }
    return table;
}

}  // namespace bench
