#include "sevenfold/viz/plot.hpp"

#include "sevenfold/data/file.hpp"
#include "sevenfold/viz/drawing.hpp"
#include "sevenfold/viz/page.hpp"

namespace sevenfold::viz {
namespace {

void same_length(std::string_view mark, const std::string& name, const std::vector<double>& x,
                 const std::vector<double>& y) {
    if (x.size() != y.size())
        fail<ShapeError>("plot", text(mark, " \"", name, "\" with ", x.size(), " x and ", y.size(), " y"),
                         "every point has both");
}

void check(const Line& m) { same_length("line", m.name, m.x, m.y); }
void check(const Bars& m) { same_length("bars", m.name, m.x, m.y); }
void check(const Band& m) {
    same_length("band", m.name, m.x, m.low);
    same_length("band", m.name, m.x, m.high);
}
void check(const Points& m) {
    same_length("points", m.name, m.x, m.y);
    if (!m.radii.empty() && m.radii.size() != m.x.size())
        fail<ShapeError>("plot", text("points \"", m.name, "\" with ", m.x.size(), " x and ", m.radii.size(), " radii"),
                         "every point has a radius, or all have the same");
}
void check(const Marker&) {}
void check(const HeatMap& m) {
    if (m.values.rank() != 2 || m.values.empty())
        fail<ShapeError>("plot", text("heat map \"", m.name, "\" of ", m.values.shape()),
                         "its values are a matrix with entries");
}

const Figure& checked(const Figure& figure) {
    for (const Mark& mark : figure.marks) std::visit([](const auto& m) { check(m); }, mark);
    if (!(figure.width >= 120) || !(figure.height >= 80))
        fail<ValueError>("plot", text(figure.width, " x ", figure.height, " pixels"), "a figure has at least 120 x 80");
    return figure;
}

}  // namespace

std::string svg(const Figure& figure) {
    // It grows with its room, but not so far that its words are larger than the page's.
    return Drawing(checked(figure)).element(text(" style=\"max-width: ", rounded(1.2 * figure.width), "px\""), "");
}

std::string svg_file(const Figure& figure) {
    const Drawing drawing(checked(figure));
    const std::string size = text(" xmlns=\"http://www.w3.org/2000/svg\" width=\"", rounded(figure.width),
                                  "\" height=\"", rounded(drawing.height()), '"');
    const std::string first = text("<title>", escaped(figure.title), "</title><style>", plot_style(),
                                   "</style><rect class=\"background\" width=\"100%\" height=\"100%\"/>");
    return text("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", drawing.element(size, first), '\n');
}

void save_svg(const Figure& figure, const std::filesystem::path& path) {
    write_file_atomically(path, svg_file(figure));
}

std::string figure_html(const Figure& figure) {
    return text("<figure class=\"figure\"><figcaption>", escaped(figure.title), "</figcaption>", svg(figure),
                "<details class=\"numbers\"><summary>Numbers</summary>", number_tables(figure), "</details></figure>");
}

}  // namespace sevenfold::viz
