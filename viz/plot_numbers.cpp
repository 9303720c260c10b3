// The numbers of a figure as tables: marks over the same x share one.
#include <algorithm>
#include <cmath>

#include "sevenfold/viz/drawing.hpp"
#include "sevenfold/viz/page.hpp"
#include "sevenfold/viz/plot.hpp"
#include "sevenfold/viz/sample.hpp"

namespace sevenfold::viz {
namespace {

struct Column {
    std::string name;
    const std::vector<double>* values;
};
struct Numbers {
    const std::vector<double>* x;
    std::vector<Column> columns;
};

std::string place(const Axis& axis, double value) {
    const bool named = value >= 0 && value < static_cast<double>(axis.names.size()) && value == std::floor(value);
    return named ? escaped(axis.names[static_cast<std::size_t>(value)]) : shown(value);
}

std::string cell(std::string_view words) { return text("<td>", words, "</td>"); }
std::string head(std::string_view words, const char* scope) {
    return text("<th scope=\"", scope, "\">", words, "</th>");
}

// "a part of 100 rows" where not all is shown.
std::string matrix(const HeatMap& map, const Figure& figure) {
    const Sample sample(map.values.shape(), 32);
    std::string out = text("<table><caption>", escaped(map.name.empty() ? figure.title : map.name));
    if (sample.row.size() < sample.rows || sample.column.size() < sample.columns)
        out += text(": ", sample.row.size(), " of ", sample.rows, " rows, ", sample.column.size(), " of ",
                    sample.columns, " columns");
    out += "</caption><tr><td></td>";
    const Edges e(map);
    const auto centre = [](double low, double high, std::size_t i, std::size_t n) {
        return low + (high - low) * (static_cast<double>(i) + 0.5) / static_cast<double>(n);
    };
    for (std::size_t c : sample.column)
        out += head(place(figure.x, centre(e.x_low, e.x_high, c, sample.columns)), "col");
    for (std::size_t r : sample.row) {
        out += text("</tr><tr>", head(place(figure.y, centre(e.y_low, e.y_high, r, sample.rows)), "row"));
        for (std::size_t c : sample.column) out += cell(shown(map.values.data()[r * sample.columns + c]));
    }
    return out + "</tr></table>";
}

std::string table(const Numbers& numbers, const Figure& figure) {
    std::string out = text("<table><tr>", head(escaped(figure.x.title.empty() ? "x" : figure.x.title), "col"));
    for (const Column& column : numbers.columns) out += head(escaped(column.name), "col");
    for (std::size_t i = 0; i < numbers.x->size(); ++i) {
        out += text("</tr><tr>", head(place(figure.x, (*numbers.x)[i]), "row"));
        for (const Column& column : numbers.columns) out += cell(place(figure.y, (*column.values)[i]));
    }
    return out + "</tr></table>";
}

}  // namespace

std::string number_tables(const Figure& figure) {
    std::vector<Numbers> tables;
    std::string matrices, notes;
    const auto add = [&](const std::vector<double>& x, const std::string& name, const std::vector<double>& values) {
        if (x.size() != values.size()) return;  // svg says what is wrong
        const bool other = tables.empty() || *tables.back().x != x;
        if (other) tables.push_back({&x, {}});
        tables.back().columns.push_back({name.empty() ? figure.y.title : name, &values});
    };
    for (const Mark& mark : figure.marks) {
        if (const auto* line = std::get_if<Line>(&mark); line && line->listed) add(line->x, line->name, line->y);
        if (const auto* bars = std::get_if<Bars>(&mark)) add(bars->x, bars->name, bars->y);
        if (const auto* points = std::get_if<Points>(&mark)) add(points->x, points->name, points->y);
        if (const auto* band = std::get_if<Band>(&mark); band && !band->name.empty()) {
            add(band->x, band->name + ", from", band->low);
            add(band->x, band->name + ", to", band->high);
        }
        if (const auto* map = std::get_if<HeatMap>(&mark)) matrices += matrix(*map, figure);
        if (const auto* marker = std::get_if<Marker>(&mark))
            notes += text("<p>", escaped(marker->note), ": ", escaped(figure.x.title), ' ', shown(marker->x), "</p>");
    }
    std::string out = notes;
    for (const Numbers& numbers : tables) out += table(numbers, figure);
    return text("<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Numbers of: ", escaped(figure.title),
                "\">", out, matrices, "</div>");
}

}  // namespace sevenfold::viz
