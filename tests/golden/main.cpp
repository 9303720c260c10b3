// golden DIR: checks every case of every .json file of reference data in DIR, and prints one line per file.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>

#include "golden.hpp"

namespace {

const std::map<std::string, golden::Check> families = {
    // clang-format off
    {"ensemble", golden::check_ensemble},
    {"higher_order", golden::check_higher_order},
    {"layers", golden::check_layers},
    {"linalg", golden::check_linalg},
    {"model_selection", golden::check_model_selection},
    {"ops", golden::check_ops},
    {"optimizers", golden::check_optimizers},
    {"schedules", golden::check_schedules},
    // clang-format on
};

/// Number of failed cases; throws when the file cannot be used at all.
int check_file(const std::filesystem::path& path) {
    std::ifstream in(path);
    const golden::json document = golden::json::parse(in);
    const std::string family = document.at("meta").at("family"), file = path.stem().string();
    const auto check = families.find(family);
    const golden::json& tolerance = document.at("meta").at("tolerance");
    int passed = 0, failed = 0;
    for (const golden::json& one : document.at("cases")) {
        golden::Report report(tolerance.at("float64"), tolerance.at("float32"));
        try {
            if (check == families.end())
                report.unknown("family " + family);
            else
                check->second(document, one, report);
        } catch (const std::exception& e) { report.expect(false, std::string("threw: ") + e.what()); }
        report.failures().empty() ? ++passed : ++failed;
        for (const std::string& f : report.failures())
            std::printf("%s: %s: %s\n", file.c_str(), one.value("id", "(no id)").c_str(), f.c_str());
    }
    std::printf("%s: %d passed, %d failed\n", file.c_str(), passed, failed);
    return failed;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fprintf(stderr, "usage: golden DIR    (a folder of .json files of reference data)\n");
        return 2;
    }
    std::error_code error;
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(argv[1], error))
        if (entry.path().extension() == ".json") files.push_back(entry.path());
    if (error || files.empty()) {
        std::fprintf(stderr, "[golden] %s: no .json files there. Give the folder that holds the reference data.\n",
                     argv[1]);
        return 2;
    }
    std::sort(files.begin(), files.end());
    int failed = 0;
    for (const auto& file : files) {
        try {
            failed += check_file(file);
        } catch (const std::exception& e) {
            std::printf("%s: cannot be read: %s\n", file.stem().c_str(), e.what());
            ++failed;
        }
    }
    return failed ? 1 : 0;
}
