// The pages that the browser tests open: a function for each kind, which fills a folder that is there.
#pragma once

#include <filesystem>

void write_explorer_pages(const std::filesystem::path& folder);
void write_museum_pages(const std::filesystem::path& folder);
void write_report_pages(const std::filesystem::path& folder);
void write_race_pages(const std::filesystem::path& folder);
