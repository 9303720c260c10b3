// A report: sections of words, figures, tables and pictures on one page, which works offline.
//
//     viz::Report report{.title = "An MLP on digits"};
//     report.sections.push_back(viz::learning_curves({run}));
//     viz::write_report(report, "run.html");
//     viz::save_figures(report, "figures");   // each figure as an SVG file too
#pragma once

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "sevenfold/viz/plot.hpp"

namespace sevenfold::viz {

struct Paragraph {
    std::string text{};
};
/// Figures of which one is seen at a time, picked with a slider: rounds, ranks, heads.
struct Slides {
    std::string title{};
    std::string label{};  ///< what the slider picks: "round"
    struct Slide {
        std::string name{};  ///< of the place on the slider: "12"
        Figure figure{};
    };
    std::vector<Slide> slides{};
    std::size_t shown = 0;  ///< at first
};
/// Small pictures side by side.
struct Gallery {
    std::string title{};
    struct Picture {
        std::string uri{};      ///< "data:image/png;base64,..", see colours.hpp
        std::string caption{};  ///< also its text for those who do not see it
    };
    std::vector<Picture> pictures{};
    double width = 96;  ///< of a picture, in pixels
};
/// Rows of words and numbers; the first cell of a row is its name.
struct TextTable {
    std::string title{};
    std::vector<std::string> columns{};
    std::vector<std::vector<std::string>> rows{};
    std::vector<bool> marked{};  ///< rows that stand out; none or one for each
};
using Part = std::variant<Paragraph, Figure, Slides, Gallery, TextTable>;

struct Section {
    std::string title{};
    std::vector<Part> parts{};
};
struct Report {
    std::string title{};
    std::string summary{};  ///< a sentence or two below the title
    std::vector<Section> sections{};
};

/// Replaces the file, or makes it. Throws FileError, and what svg throws for figures that cannot be drawn; ValueError for slides
/// without one, or rows of a table with more or fewer cells than it has columns.
void write_report(const Report& report, const std::filesystem::path& path);

/// Every figure as FOLDER/title.svg, a slide as FOLDER/title-label-name.svg: letters and digits of what stands before the
/// first comma or colon. Makes the folder. Returns the files. Throws as write_report.
std::vector<std::filesystem::path> save_figures(const Report& report, const std::filesystem::path& folder);

}  // namespace sevenfold::viz
