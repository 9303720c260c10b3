#include "sevenfold/viz/drawing.hpp"

#include <algorithm>
#include <cmath>

#include "sevenfold/viz/page.hpp"

namespace sevenfold::viz {
namespace {

constexpr double label_height = 17, key_height = 20;

void append(std::vector<double>& to, const std::vector<double>& from) { to.insert(to.end(), from.begin(), from.end()); }

Axis with_zero(Axis axis, bool zero) {
    axis.zero |= zero && !axis.low && !axis.high;
    return axis;
}

// Places for labels that want to be at `places`, in increasing order: no two closer than a label is high.
std::vector<double> spread(std::vector<double> places, double top, double bottom) {
    for (std::size_t i = 0; i < places.size(); ++i)
        places[i] = std::max(places[i], i ? places[i - 1] + label_height : top);
    double below = bottom;
    for (std::size_t i = places.size(); i-- > 0; below = places[i] - label_height)
        places[i] = std::min(places[i], below);
    return places;
}

}  // namespace

Extent::Extent(const Figure& figure) {
    for (const Mark& mark : figure.marks) std::visit([this](const auto& m) { add(m); }, mark);
    for (const Mark& mark : figure.marks)  // a heat map fills the plot
        if (std::holds_alternative<HeatMap>(mark)) x_room = y_room = false;
}
void Extent::add(const Line& m) {
    append(x, m.x), append(y, m.y);
    y_room = true;
}
void Extent::add(const Band& m) {
    append(x, m.x), append(y, m.low), append(y, m.high);
    y_room = true;
}
void Extent::add(const Points& m) {
    append(x, m.x), append(y, m.y);
    x_room = y_room = true;
}
void Extent::add(const Bars& m) {
    for (double at : m.x) append(x, {at - m.width / 2, at + m.width / 2});
    append(y, m.y);
    y_room = from_zero = true;
}
void Extent::add(const Marker& m) { x.push_back(m.x); }
void Extent::add(const HeatMap& m) {
    const Edges e(m);
    append(x, {e.x_low, e.x_high}), append(y, {e.y_low, e.y_high});
}

Drawing::Drawing(const Figure& figure)
    : figure_(figure),
      extent_(figure),
      x_(figure.x, extent_.x, extent_.x_room ? 0.03 : 0, "the x axis"),
      y_(with_zero(figure.y, extent_.from_zero), extent_.y, extent_.y_room ? 0.04 : 0, "the y axis") {
    lay_out();
    if (!figure_.bare) axes();
    for (const Mark& mark : figure_.marks) std::visit([this](const auto& m) { draw(m); }, mark);
    label_ends();
    keys();
}

std::string Drawing::element(std::string_view attributes, std::string_view first) const {
    const std::string &x = figure_.x.title, &y = figure_.y.title;
    const std::string axes = x.empty() ? y : y.empty() ? x : y + " by " + x;
    return text("<svg class=\"plot\" viewBox=\"0 0 ", rounded(figure_.width), ' ', rounded(height_),
                "\" role=\"img\" aria-label=\"", escaped(figure_.title + (axes.empty() ? "" : " (" + axes + ")")), '"',
                attributes, '>', first, canvas_.svg, "</svg>");
}

// ---- room for the words around the plot: its four sides follow

void Drawing::lay_out() {
    top_ = figure_.y.title.empty() ? 10 : 30;
    key_rows();
    top_ += key_height * static_cast<double>(rows_.size());
    double below = 8;
    if (!figure_.bare) {
        for (std::size_t most = 2; most <= 8; ++most)  // how many there will be depends on the room
            for (const Tick& tick : y_.ticks(most)) left_ = std::max(left_, text_width(tick.label) + 14);
        below = figure_.x.title.empty() ? 28 : 48;
        if (slanted()) {  // names lean to the left, and the first one has the least room
            below += widest_name() * 0.55;
            left_ = std::max(left_, text_width(figure_.x.names[0]) * 0.8);
        }
        right_ = 14;
    }
    for (const Mark& mark : figure_.marks) make_room(mark);
    wide_ = std::max(40.0, figure_.width - left_ - right_);
    high_ = std::max(40.0, figure_.height - top_ - below);
    if (figure_.equal) high_ = wide_ * (y_.high() - y_.low()) / (x_.high() - x_.low());
    height_ = top_ + high_ + below;
}

void Drawing::make_room(const Mark& mark) {
    if (const auto* line = std::get_if<Line>(&mark);
        line && line->labelled && !line->name.empty() && ends_at_edge(*line))
        right_ = std::max(right_, text_width(line->name) + 16);
    if (const auto* map = std::get_if<HeatMap>(&mark); map && map->bar)
        for (const Tick& tick : colour_ticks(Colouring(*map))) right_ = std::max(right_, text_width(tick.label) + 36);
}

double Drawing::widest_name() const {
    double out = 0;
    for (const std::string& name : figure_.x.names) out = std::max(out, text_width(name));
    return out;
}

bool Drawing::slanted() const {
    const double names = static_cast<double>(std::max<std::size_t>(figure_.x.names.size(), 1));
    return !figure_.bare && widest_name() > (figure_.width - 80) / names - 4;
}

// ---- axes

void Drawing::axes() {
    for (const Tick& tick : y_.ticks(static_cast<std::size_t>(std::clamp(high_ / 38, 2.0, 8.0)))) {
        if (figure_.y.names.empty())
            canvas_.path("grid", text('M', rounded(left_), ' ', rounded(y(tick.value)), 'h', rounded(wide_)));
        canvas_.words(left_ - 7, y(tick.value) + 5, tick.label, "tick", "end");
    }
    x_labels();
    const double bottom = top_ + high_;
    canvas_.path("axis", text('M', rounded(left_), ' ', rounded(top_), 'V', rounded(bottom), 'h', rounded(wide_)));
    if (!figure_.x.title.empty()) canvas_.words(left_ + wide_ / 2, height_ - 8, figure_.x.title, "title", "middle");
    if (!figure_.y.title.empty()) canvas_.words(8, 18, figure_.y.title, "title");
}

void Drawing::x_labels() {
    const double bottom = top_ + high_;
    double free = -1e9;  // where the last label ended
    for (const Tick& tick : x_.ticks(static_cast<std::size_t>(std::clamp(wide_ / 60, 2.0, 9.0)))) {
        const double at = x(tick.value), half = text_width(tick.label) / 2;
        if (slanted()) {
            canvas_.words(at + 4, bottom + 16, tick.label, "tick", "end",
                          text(" transform=\"rotate(-35 ", rounded(at + 4), ' ', rounded(bottom + 16), ")\""));
            continue;
        }
        if (figure_.x.names.empty()) canvas_.path("axis", text('M', rounded(at), ' ', rounded(bottom), "v5"));
        if (at - half < free) continue;
        free = at + half + 6;
        canvas_.words(at, bottom + 20, tick.label, "tick", "middle");
    }
}

// ---- names

bool Drawing::shows(const Line& line, std::size_t i) const {
    return i < line.x.size() && std::isfinite(x_.place(line.x[i])) && std::isfinite(y_.place(line.y[i]));
}

std::optional<std::size_t> Drawing::end_of(const Line& line) const {
    for (std::size_t i = line.x.size(); i-- > 0;)
        if (shows(line, i)) return i;
    return {};
}

bool Drawing::ends_at_edge(const Line& line) const {
    const auto end = end_of(line);
    return end && x_.place(line.x[*end]) > 0.85;
}

void Drawing::label_ends() {
    struct End {
        const Line* line;
        double x, y;
    };
    std::vector<End> ends;  // at the right edge, where the labels stand in a column
    for (const Mark& mark : figure_.marks) {
        const auto* line = std::get_if<Line>(&mark);
        if (!line || !line->labelled || line->name.empty() || !end_of(*line)) continue;
        const std::size_t last = *end_of(*line);
        const End end{line, x(line->x[last]), y_inside(line->y[last])};
        if (ends_at_edge(*line))
            ends.push_back(end);
        else
            canvas_.words(end.x + 7, end.y + 5, line->name, text("halo ", name_of(line->colour)));
    }
    std::ranges::stable_sort(ends, {}, &End::y);
    std::vector<double> wanted;
    for (const End& end : ends) wanted.push_back(end.y);
    const std::vector<double> places = spread(wanted, top_, top_ + high_);
    for (std::size_t i = 0; i < ends.size(); ++i) {
        const double at = left_ + wide_ + 10;
        if (std::abs(places[i] - ends[i].y) > 5 || at - ends[i].x > 16)
            canvas_.path("leader", text('M', rounded(ends[i].x + 2), ' ', rounded(ends[i].y), 'L', rounded(at - 2), ' ',
                                        rounded(places[i])));
        canvas_.words(at, places[i] + 5, ends[i].line->name, name_of(ends[i].line->colour));
    }
}

void Drawing::key_rows() {
    const auto add = [&](const std::string& name, const char* kind, Colour colour, Dot dot = Dot::square) {
        if (name.empty()) return;
        double at = 8;
        if (!rows_.empty()) at = rows_.back().back().at + 32 + text_width(rows_.back().back().name);
        if (rows_.empty() || at + 18 + text_width(name) > figure_.width) rows_.emplace_back(), at = 8;
        rows_.back().push_back({name, kind, colour, dot, at});
    };
    for (const Mark& mark : figure_.marks) {
        if (const auto* band = std::get_if<Band>(&mark)) add(band->name, "band", band->colour);
        if (const auto* bars = std::get_if<Bars>(&mark)) add(bars->name, "bar", bars->colour);
        if (const auto* points = std::get_if<Points>(&mark)) add(points->name, "dot", points->colour, points->dot);
    }
}

void Drawing::keys() {
    double foot = figure_.y.title.empty() ? 18 : 38;
    for (const auto& row : rows_) {
        for (const Key& key : row) {
            if (key.kind == "dot")
                canvas_.dot(key.dot, key.at + 6, foot - 5, 5, key.colour);
            else
                canvas_.rect(text(key.kind, ' ', name_of(key.colour)), key.at, foot - 11, 13, 12);
            canvas_.words(key.at + 18, foot, key.name, name_of(key.colour));
        }
        foot += key_height;
    }
}

}  // namespace sevenfold::viz
