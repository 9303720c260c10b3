// write_seeds FOLDER: the files that a fuzzer begins from, in a folder for each target.
#include <filesystem>
#include <fstream>

#include "fuzz/seeds.hpp"

int main(int, char** argv) {
    const std::filesystem::path folder = argv[1];
    for (const fuzz::Seed& seed : fuzz::seeds()) {
        std::filesystem::create_directories(folder / seed.target);
        std::ofstream(folder / seed.target / seed.name, std::ios::binary) << seed.bytes;
    }
}
