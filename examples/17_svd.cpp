// A matrix of low rank is a small one: singular values say how small. First for a picture, then for a layer of a trained
// network, which is replaced by two thin ones.
#include <iostream>

#include "common.hpp"
#include "sevenfold/autograd/linalg.hpp"
#include "sevenfold/data/image.hpp"
#include "sevenfold/data/sets.hpp"
#include "sevenfold/nn/compress.hpp"
#include "sevenfold/nn/mlp.hpp"
#include "sevenfold/optim/rules.hpp"
#include "sevenfold/train/trainer.hpp"
#include "sevenfold/viz/evaluation.hpp"
#include "table.hpp"

using namespace sevenfold;
using examples::format;

// 8 x 8 digits side by side, 64 x 64 pixels.
Array<double> sheet_of_digits() {
    const Dataset<double> set = digits<double>();
    Array<double> sheet(Shape{64, 64});
    for (std::size_t row = 0; row < 64; ++row)
        for (std::size_t column = 0; column < 64; ++column)
            sheet(row, column) = set.features(row / 8 * 8 + column / 8, row % 8, column % 8);
    return sheet;
}

// The first five digits of the sheet.
std::string corner(const Array<double>& sheet) {
    Array<double> out(Shape{8, 40});
    for (std::size_t i = 0; i < 8; ++i)
        for (std::size_t j = 0; j < 40; ++j) out(i, j) = sheet(i, j);
    return ascii(out);
}

viz::Section compress_picture(const examples::Flags& flags) {
    const Array<double> sheet = sheet_of_digits();
    const Svd<double> parts = svd(sheet);
    const double length = parts.error(0);
    std::cout << "1. A picture: 64 digits on a sheet of 64 x 64 pixels, of rank " << parts.rank() << ".\n\n";
    examples::Table table({{"rank", 0}, {"singular value", 3}, {"error %", 2}, {"energy %", 2}, {"times smaller", 2}});
    for (const std::size_t r : std::vector<std::size_t>{1, 2, 4, 8, 16, 24, 31, 48, 64})
        table.add({static_cast<double>(r), parts.s(r - 1), 100 * parts.error(r) / length, 100 * parts.energy(r),
                   compression_ratio(64, 64, r)});
    for (const std::size_t r : std::vector<std::size_t>{4, 16, 64})
        std::cout << "\nRank " << r << ":\n" << corner(parts.approximation(r));
    table.save(flags, "picture");
    viz::Section section{"A picture", {}};
    if (!examples::wants_report(flags)) return section;
    std::vector<std::size_t> ranks;
    std::vector<double> at, energy, values;
    for (std::size_t r = 1; r <= 64; ++r) {
        ranks.push_back(r), at.push_back(static_cast<double>(r));
        energy.push_back(100 * parts.energy(r)), values.push_back(parts.s(r - 1));
    }
    viz::Slides slides = viz::rank_slides("64 digits on one sheet", parts, ranks, 0, 1);
    slides.shown = 7;
    section.parts = {slides,
                     viz::Figure{.title = "Singular values",
                                 .x = {.title = "number", .whole = true},
                                 .y = {.title = "singular value", .zero = true},
                                 .marks = {viz::Line{"", at, values}}},
                     viz::Figure{.title = "Energy that a rank keeps",
                                 .x = {.title = "rank", .whole = true},
                                 .y = {.title = "energy (%)", .high = 101.0},
                                 .marks = {viz::Line{"", at, energy}}}};
    return section;
}

viz::Section compress_layers(const examples::Flags& flags) {
    const Split<float> data = every_fifth(digits<float>().flattened());
    Random random(flags.seed);
    Mlp<float> model({64, 256, 128, 10}, Activation::relu, random);
    const auto optimizer = make_optimizer<float>(flags.optimizer, model.parameters(), flags.lr);
    const Loader<float> loader(data.train, {.batch_size = flags.batch, .seed = flags.seed});
    TrainOptions<float> options{.epochs = flags.epochs};
    options.verbose = false;
    fit(model, *optimizer, loader, options);
    const double whole = static_cast<double>(model.parameter_count());
    std::cout
        << "\n2. A network 64-256-128-10 that reads digits, trained " << flags.epochs << " epochs; "
        << model.parameter_count()
        << format(
               " weights, %.2f %% of the held-out digits are right.\n   Each layer is replaced by two of rank r:\n\n",
               100 * *evaluate(model, data.test).accuracy);
    examples::Table table(
        {{"rank", 0}, {"error of 256 x 128 in %", 2}, {"weights", 0}, {"share %", 1}, {"right %", 2}});
    const std::vector<Compression> costs = compressions(model.layers[1]);
    for (const std::size_t r : std::vector<std::size_t>{1, 2, 4, 6, 8, 12, 16, 32, 64}) {
        Sequential<float> thin = compressed(model, r);
        const double weights = static_cast<double>(thin.parameter_count());
        table.add({static_cast<double>(r), 100 * costs.at(r - 1).relative_error, weights, 100 * weights / whole,
                   100 * *evaluate(thin, data.test).accuracy});
    }
    std::cout
        << "\nThe layer is far from its original long before the answers change: most of what a random start has put "
           "into\nthe weights is never used.\n"
           "Try next: --epochs 2, --epochs 200; then any of the examples with --out, and draw the numbers.\n";
    table.save(flags, "layers");
    viz::Section section{"A network", {}};
    if (!examples::wants_report(flags)) return section;
    const std::vector<double> rank = table.column("rank");
    const auto by_rank = [&](const char* title, const char* unit, const char* column) {
        return viz::Figure{.title = title,
                           .x = {.title = "rank of each layer", .log = true},
                           .y = {.title = unit, .zero = true},
                           .marks = {viz::Line{"", rank, table.column(column)}}};
    };
    const Array<double> weight = model.layers[1].weight.value().cast<double>();
    viz::Slides slides =
        viz::rank_slides("The weights of the middle layer", svd(weight), {1, 2, 4, 8, 16, 32, 64, 128}, -0.2, 0.2);
    for (auto& slide : slides.slides) std::get<viz::HeatMap>(slide.figure.marks[0]).scale = viz::Scale::diverging;
    section.parts = {by_rank("Right answers of the thin network", "right answers (%)", "right %"),
                     by_rank("Weights that are left", "weights (%)", "share %"), slides,
                     table.part("Each layer replaced by two of rank r")};
    return section;
}

int main(int argc, char** argv) {
    return examples::run([&] {
        const auto flags = examples::read_flags(argc, argv, "Singular values compress a picture and a network.",
                                                {.epochs = 30}, {}, examples::without_checkpoints);
        const viz::Section picture = compress_picture(flags), network = compress_layers(flags);
        examples::write_report(
            flags, {.title = "Singular values: what of a matrix is needed", .sections = {picture, network}});
    });
}
