// How a figure becomes SVG: room for the words around the plot, then axes, marks and names.
#pragma once

#include <algorithm>

#include "sevenfold/viz/canvas.hpp"
#include "sevenfold/viz/ticks.hpp"

namespace sevenfold::viz {

/// All x and y that the axes must reach, and whether there is to be room around them.
struct Extent {
    explicit Extent(const Figure& figure);

    std::vector<double> x, y;
    bool x_room = false, y_room = false, from_zero = false;

  private:
    void add(const Line& mark);
    void add(const Band& mark);
    void add(const Bars& mark);
    void add(const Points& mark);
    void add(const Marker& mark);
    void add(const HeatMap& mark);
};

/// The edges of a heat map in units of the axes.
struct Edges {
    explicit Edges(const HeatMap& map);
    double x_low, x_high, y_low, y_high;
};

class Drawing {
  public:
    /// Of a figure whose marks were checked; it must live as long.
    explicit Drawing(const Figure& figure);

    /// The SVG element with more attributes, and elements before those of the figure.
    std::string element(std::string_view attributes, std::string_view first) const;
    double height() const { return height_; }

  private:
    // drawing.cpp
    void lay_out();
    void make_room(const Mark& mark);
    void axes();
    void x_labels();
    void label_ends();
    void key_rows();
    void keys();
    double widest_name() const;
    bool slanted() const;
    bool shows(const Line& line, std::size_t i) const;
    std::optional<std::size_t> end_of(const Line& line) const;
    bool ends_at_edge(const Line& line) const;

    // drawing_marks.cpp
    void draw(const Line& mark);
    void draw(const Band& mark);
    void draw(const Bars& mark);
    void draw(const Points& mark);
    void draw(const Marker& mark);
    void draw(const HeatMap& mark);
    void colour_bar(const HeatMap& map, const Colouring& colours);
    static std::vector<Tick> colour_ticks(const Colouring& colours);

    // Pixels; NaN for what the axis does not show. Those `inside` end at the plot's edges.
    double x(double value) const { return left_ + wide_ * x_.place(value); }
    double y(double value) const { return top_ + high_ * (figure_.y.down ? y_.place(value) : 1 - y_.place(value)); }
    double x_inside(double value) const { return std::clamp(x(value), left_, left_ + wide_); }
    double y_inside(double value) const { return std::clamp(y(value), top_, top_ + high_); }

    // Marks that end nowhere are named above the plot, beside a sample of what they look like.
    struct Key {
        std::string name, kind;
        Colour colour;
        Dot dot;
        double at;
    };

    const Figure& figure_;
    Extent extent_;
    Ruler x_, y_;
    Canvas canvas_;
    std::vector<std::vector<Key>> rows_;
    double left_ = 10, right_ = 10, top_ = 0, wide_ = 0, high_ = 0, height_ = 0;
};

}  // namespace sevenfold::viz
