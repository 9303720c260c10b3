#include "sevenfold/viz/report.hpp"

#include <algorithm>
#include <set>

#include "sevenfold/viz/page.hpp"

namespace sevenfold::viz {
namespace {

std::string identifier(std::string_view words) {
    std::string out;
    for (char c : words) {
        const bool kept = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (c >= 'A' && c <= 'Z')
            out += static_cast<char>(c - 'A' + 'a');
        else if (kept)
            out += c;
        else if (!out.empty() && out.back() != '-')
            out += '-';
    }
    while (!out.empty() && out.back() == '-') out.pop_back();
    return out;
}

// Up to the first comma or colon: what a file is called after.
std::string_view beginning(std::string_view words) { return words.substr(0, words.find_first_of(",:;")); }

std::string html_of(const Paragraph& part) { return text("<p class=\"words\">", escaped(part.text), "</p>"); }
std::string html_of(const Figure& part) { return figure_html(part); }

std::string html_of(const Slides& part) {
    if (part.slides.empty())
        fail<ValueError>("report", text("\"", part.title, "\" without slides"), "there is one to show");
    std::string out =
        text("<div class=\"slides\" data-shown=\"", std::min(part.shown, part.slides.size() - 1),
             "\"><p class=\"pick\"><strong>", escaped(part.title), "</strong> <label>", escaped(part.label),
             " <input type=\"range\" min=\"0\" max=\"", part.slides.size() - 1, "\"/></label> <output></output></p>");
    for (const auto& [name, figure] : part.slides)
        out += text("<div class=\"slide\" data-name=\"", escaped(name), "\">", figure_html(figure), "</div>");
    return out + "</div>";
}

std::string html_of(const Gallery& part) {
    std::string out = text("<div class=\"gallery\"><h3>", escaped(part.title), "</h3><ul>");
    for (const auto& [uri, caption] : part.pictures)
        out += text("<li style=\"width: ", part.width, "px\"><img src=\"", uri, "\" alt=\"\" width=\"", part.width,
                    "\"/><span>", escaped(caption), "</span></li>");
    return out + "</ul></div>";
}

// Numbers stand one below the other at their ends.
bool is_amount(const std::string& cell) {
    return !cell.empty() && ((cell[0] >= '0' && cell[0] <= '9') || cell.starts_with("−") || cell == "–");
}

std::string html_of(const TextTable& part) {
    std::string out = text("<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"", escaped(part.title),
                           "\"><table class=\"facts\"><caption>", escaped(part.title), "</caption><tr>");
    std::vector<bool> amounts;
    for (std::size_t c = 0; c < part.columns.size(); ++c) {
        amounts.push_back(c > 0 && std::ranges::all_of(part.rows, [&](const auto& row) {
                              return c < row.size() && is_amount(row[c]);
                          }));
        out += text(amounts[c] ? "<th scope=\"col\" class=\"amount\">" : "<th scope=\"col\">", escaped(part.columns[c]),
                    "</th>");
    }
    for (std::size_t r = 0; r < part.rows.size(); ++r) {
        const auto& row = part.rows[r];
        if (row.size() != part.columns.size())
            fail<ValueError>("report", text("a row of ", row.size(), " cells in \"", part.title, '"'),
                             text("it has ", part.columns.size(), " columns"));
        const bool marked = r < part.marked.size() && part.marked[r];
        out += marked ? "</tr><tr class=\"marked\">" : "</tr><tr>";
        for (std::size_t c = 0; c < row.size(); ++c)
            out += c ? text(amounts[c] ? "<td class=\"amount\">" : "<td>", escaped(row[c]), "</td>")
                     : text("<th scope=\"row\">", escaped(row[c]), "</th>");
    }
    return out + "</tr></table></div>";
}

void put(std::string& page, std::string_view mark, const std::string& content) {
    page.replace(page.find(mark), mark.size(), content);
}

}  // namespace

void write_report(const Report& report, const std::filesystem::path& path) {
    std::string contents, sections;
    for (std::size_t i = 0; i < report.sections.size(); ++i) {
        const Section& section = report.sections[i];
        contents += text("<li><a href=\"#section-", i + 1, "\">", escaped(section.title), "</a></li>");
        sections +=
            text("<section id=\"section-", i + 1, "\"><h2>", escaped(section.title), "</h2><div class=\"parts\">");
        for (const Part& part : section.parts) sections += std::visit([](const auto& p) { return html_of(p); }, part);
        sections += "</div></section>\n";
    }
    std::string body = asset("report.html");
    put(body, "{{title}}", escaped(report.title));
    put(body, "{{summary}}", escaped(report.summary));
    put(body, "{{contents}}", contents);
    put(body, "{{sections}}", sections);
    write({.title = report.title,
           .body = body,
           .style = asset("plot.css") + asset("report.css"),
           .script = asset("report.js"),
           .data = "{}"},
          path);
}

std::vector<std::filesystem::path> save_figures(const Report& report, const std::filesystem::path& folder) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);  // where it fails, saving says why
    std::vector<std::filesystem::path> files;
    std::set<std::string> taken;
    const auto save = [&](const Figure& figure, const std::string& words) {
        const std::string first = identifier(words);
        std::string name = first;
        for (int n = 2; !taken.insert(name).second; ++n) name = text(first, '-', n);
        files.push_back(folder / (name + ".svg"));
        save_svg(figure, files.back());
    };
    for (const Section& section : report.sections)
        for (const Part& part : section.parts) {
            if (const auto* figure = std::get_if<Figure>(&part)) save(*figure, std::string(beginning(figure->title)));
            if (const auto* slides = std::get_if<Slides>(&part))
                for (const auto& [name, figure] : slides->slides)
                    save(figure, text(beginning(slides->title), ' ', slides->label, ' ', name));
        }
    return files;
}

}  // namespace sevenfold::viz
