// A folder of its own for each test, gone when the test ends.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "sevenfold/autograd/error.hpp"

struct Scratch {
    std::filesystem::path folder;

    Scratch() {
        std::string name = (std::filesystem::temp_directory_path() / "sevenfold-XXXXXX").string();
        if (!mkdtemp(name.data())) throw std::runtime_error("no temporary folder");
        folder = name;
    }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    ~Scratch() { std::filesystem::remove_all(folder); }

    /// Writes the bytes and returns the path.
    std::filesystem::path file(const std::string& name, std::string_view bytes) const {
        std::ofstream(folder / name, std::ios::binary) << bytes;
        return folder / name;
    }
    std::filesystem::path operator/(const std::string& name) const { return folder / name; }
};

/// The message of the FileError that `call` throws; "" when it throws none.
template <class F>
std::string file_error(F&& call) {
    try {
        call();
    } catch (const sevenfold::FileError& error) { return error.what(); }
    return "";
}

inline bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }
