// Progress: one line on a terminal that says how far a pass over the data is, how fast, and how well it goes.
//
// When the output is no terminal (a file, a pipe), the line is not drawn and only what print() is given appears: logs
// stay readable. NO_COLOR (no-color.org), TERM=dumb and locales without UTF-8 are respected.
#pragma once

#include <functional>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>

namespace sevenfold {

/// What the output can show.
struct OutputStyle {
    bool live = false;  ///< a line can be redrawn in place
    bool colour = false;
    bool unicode = false;
    std::size_t width = 0;  ///< columns; 0: the terminal is asked at each redraw
};

/// The style of standard output, from the terminal and the environment.
OutputStyle standard_output_style();

/// Seconds as a reader wants them: "85 ms", "3.2 s", "4 min 05 s", "2 h 10 min".
std::string duration(double seconds);

class Progress {
  public:
    /// Seconds on any clock that only goes forward.
    using Clock = std::function<double()>;

    Progress();  ///< on standard output
    Progress(std::ostream& out, OutputStyle style, Clock clock);
    ~Progress() { clear(); }
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    /// A new pass: `label` stands in front ("epoch 3/20"), `total` rows are to come.
    void start(std::string label, std::size_t total);
    /// `rows` more are done. Redraws ten times a second at most.
    void advance(std::size_t rows, double loss, std::optional<double> accuracy = {});
    /// Takes the line away; what is written next starts on a clean line.
    void clear();
    /// Prints a line that stays.
    void print(std::string_view line);

    double seconds() const { return clock_() - started_; }  ///< since start()
    const OutputStyle& style() const { return style_; }

  private:
    std::string line(double seconds, double loss, std::optional<double> accuracy) const;

    std::ostream& out_;
    OutputStyle style_;
    Clock clock_;
    std::string label_;
    std::size_t total_ = 0, done_ = 0;
    double started_ = 0, next_draw_ = 0;
    bool drawn_ = false;
};

}  // namespace sevenfold
