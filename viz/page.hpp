// A page: one HTML file that works offline. Script, style and data stand in it, and nothing is requested from anywhere.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace sevenfold::viz {

/// What is special to a page; colours, fonts, key help and d3 come with every page.
struct Page {
    std::string title;   ///< plain text
    std::string body;    ///< HTML of the main part
    std::string style;   ///< CSS
    std::string script;  ///< JavaScript; `page.data` is the data
    std::string data;    ///< JSON
};

/// The whole file. What stands in the data cannot end the script that holds it.
std::string html(const Page& page);

/// Writes html(page) beside `path` and renames it. Throws FileError.
void write(const Page& page, const std::filesystem::path& path);

/// A file of viz/assets by its name, or "d3.js". Throws std::logic_error for others.
std::string asset(std::string_view name);

/// Bytes as text, for pictures in a page and for JavaScript's atob.
std::string base64(std::string_view bytes);

/// Text for HTML: &, <, > and quotes become entities.
std::string escaped(std::string_view text);

}  // namespace sevenfold::viz
