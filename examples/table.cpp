#include "table.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <iostream>

#include "sevenfold/data/file.hpp"

namespace examples {
namespace {

// In UTF-8, bytes that go on with a character take no room of their own.
std::size_t length(const std::string& shown) {
    return static_cast<std::size_t>(std::ranges::count_if(shown, [](char c) { return (c & 0xC0) != 0x80; }));
}

// As it is shown.
std::string printed(const Table::Cell& cell, const Table::Column& column) {
    const double* x = std::get_if<double>(&cell);
    return !x ? std::get<std::string>(cell) : std::isnan(*x) ? "-" : format("%.*f", column.decimals, *x);
}

void print(const std::string& shown, const Table::Column& column) {
    const std::size_t width = std::max(column.width, length(column.name)), taken = length(shown);
    const std::string room(width > taken ? width - taken : 0, ' ');
    std::cout << "  " << (column.decimals == Table::words ? shown + room : room + shown);
}

std::string csv_field(const Table::Cell& cell) {
    if (const double* x = std::get_if<double>(&cell)) return std::isnan(*x) ? "" : sevenfold::text(*x);
    const std::string& word = std::get<std::string>(cell);
    return word.find(',') == std::string::npos ? word : '"' + word + '"';
}

}  // namespace

Table::Table(std::vector<Column> columns) : columns_(std::move(columns)) {
    for (const Column& column : columns_) print(column.name, column);
    std::cout << '\n';
}

void Table::add(std::vector<Cell> cells) {
    for (std::size_t i = 0; i < cells.size(); ++i) print(printed(cells[i], columns_.at(i)), columns_.at(i));
    std::cout << std::endl;  // shown now: the next row may take a while
    rows_.push_back(std::move(cells));
}

std::vector<double> Table::column(const std::string& name) const {
    const auto found = std::ranges::find(columns_, name, &Column::name);
    std::vector<double> out;
    for (const auto& row : rows_)
        out.push_back(std::get<double>(row.at(static_cast<std::size_t>(found - columns_.begin()))));
    return out;
}

sevenfold::viz::TextTable Table::part(const std::string& title) const {
    sevenfold::viz::TextTable out{.title = title};
    for (const Column& column : columns_) out.columns.push_back(column.name);
    for (const auto& row : rows_) {
        out.rows.emplace_back();
        for (std::size_t i = 0; i < row.size(); ++i) out.rows.back().push_back(printed(row[i], columns_[i]));
    }
    return out;
}

void Table::save(const Flags& flags, const std::string& name) const {
    if (flags.out.empty()) return;
    std::string lines;
    for (std::size_t i = 0; i < columns_.size(); ++i) lines += (i ? "," : "") + csv_field(columns_[i].name);
    for (const auto& row : rows_) {
        lines += '\n';
        for (std::size_t i = 0; i < row.size(); ++i) lines += (i ? "," : "") + csv_field(row[i]);
    }
    const std::filesystem::path file = std::filesystem::path(flags.out) / (name + ".csv");
    std::error_code error;
    std::filesystem::create_directories(flags.out, error);  // where it fails, writing says why
    sevenfold::write_file_atomically(file, lines + '\n');
    std::cout << "\nThe numbers are in " << file.string() << ".\n";
}

}  // namespace examples
