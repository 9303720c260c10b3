// pages DIR: writes the pages that the browser tests open, those of a kind into a folder of its name.
#include "pages.hpp"

#include <iostream>
#include <map>

int main(int argc, char** argv) {
    if (argc != 2) {
        std::cerr << "usage: pages DIR\n";
        return 2;
    }
    const std::map<std::string, void (*)(const std::filesystem::path&)> kinds{{"explorer", write_explorer_pages},
                                                                              {"museum", write_museum_pages},
                                                                              {"race", write_race_pages},
                                                                              {"report", write_report_pages}};
    for (const auto& [kind, write_pages] : kinds) {
        const std::filesystem::path folder = std::filesystem::path(argv[1]) / kind;
        std::filesystem::create_directories(folder);
        write_pages(folder);
    }
    return 0;
}
