// figures RUNS DIR: draws the pictures of the course into DIR, NAME.svg each, and its numbers as tables into NAME.html.
#include <algorithm>
#include <iostream>

#include "sevenfold/data/csv.hpp"
#include "sevenfold/data/file.hpp"
#include "sevenfold/docs/figures/figures.hpp"

namespace figures {

std::vector<double> column(const std::filesystem::path& file, const std::string& name, const std::string& words) {
    const Dataset<double> table = read_csv<double>(file, {.label = words});
    const auto at = std::ranges::find(table.feature_names, name);
    if (at == table.feature_names.end()) fail<FileError>("figures", file.string(), text("there is no column ", name));
    std::vector<double> out;
    for (std::size_t row = 0; row < table.size(); ++row)
        out.push_back(table.features(row, at - table.feature_names.begin()));
    return out;
}

std::vector<double> counted(std::size_t count, double first) {
    std::vector<double> out;
    for (std::size_t i = 0; i < count; ++i) out.push_back(first + static_cast<double>(i));
    return out;
}

std::vector<double> between(double first, double last, std::size_t n) {
    std::vector<double> out;
    for (std::size_t i = 0; i <= n; ++i)
        out.push_back(first + (last - first) * static_cast<double>(i) / static_cast<double>(n));
    return out;
}

}  // namespace figures

int main(int argc, char** argv) {
    using namespace figures;
    if (argc != 3) {
        std::cerr << "usage: figures RUNS DIR (docs/pictures does it)\n";
        return 2;
    }
    const std::filesystem::path runs = argv[1], folder = argv[2];
    try {
        std::filesystem::create_directories(folder);
        for (const Pictures& some :
             {of_gradients(), of_rules(), of_evaluation(runs), of_ensembles(runs), of_networks(runs)})
            for (const Picture& picture : some) {
                viz::save_svg(picture.figure, folder / (picture.name + ".svg"));
                viz::Figure results = picture.figure;
                results.marks.erase(results.marks.begin(),
                                    results.marks.begin() + static_cast<std::ptrdiff_t>(picture.background));
                write_file_atomically(folder / (picture.name + ".html"), viz::number_tables(results));
                std::cout << picture.name << '\n';
            }
        return 0;
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
