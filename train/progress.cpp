#include "sevenfold/train/progress.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <vector>

#include "sevenfold/autograd/error.hpp"

namespace sevenfold {
namespace {

constexpr double between_draws = 0.1;  // seconds
constexpr std::size_t shortest_bar = 8, longest_bar = 28;

std::string_view environment(const char* name) {
    const char* value = std::getenv(name);
    return value ? value : "";
}

std::size_t terminal_width() {
    winsize size{};
    return ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

bool utf8_locale() {
    for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"})  // the first that is set decides
        if (const std::string_view value = environment(name); !value.empty())
            return value.find("UTF-8") != value.npos || value.find("utf8") != value.npos ||
                   value.find("utf-8") != value.npos;
    return false;
}

double steady_seconds() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

template <class... Numbers>
std::string print_to_string(const char* format, Numbers... numbers) {
    char out[64];
    std::snprintf(out, sizeof out, format, numbers...);
    return out;
}

std::string repeat(std::string_view cell, std::size_t n) {
    std::string out;
    while (n-- > 0) out += cell;
    return out;
}

}  // namespace

OutputStyle standard_output_style() {
    OutputStyle style;
    style.live = ::isatty(STDOUT_FILENO) == 1 && environment("TERM") != "dumb" && !environment("TERM").empty();
    style.colour = style.live && environment("NO_COLOR").empty();
    style.unicode = utf8_locale();
    return style;
}

std::string duration(double seconds) {
    if (!(seconds < 1e7)) return "long";
    if (seconds < 0.0995) return print_to_string("%.0f ms", 1000 * seconds);
    if (seconds < 9.95) return print_to_string("%.1f s", seconds);
    const auto whole = static_cast<int>(std::lround(seconds));
    if (whole < 60) return print_to_string("%d s", whole);
    if (whole < 3600) return print_to_string("%d min %02d s", whole / 60, whole % 60);
    return print_to_string("%d h %02d min", whole / 3600, whole / 60 % 60);
}

Progress::Progress() : Progress(std::cout, standard_output_style(), steady_seconds) {}

Progress::Progress(std::ostream& out, OutputStyle style, Clock clock)
    : out_(out), style_(style), clock_(std::move(clock)), started_(clock_()) {}

void Progress::start(std::string label, std::size_t total) {
    clear();
    label_ = std::move(label);
    total_ = total;
    done_ = 0;
    started_ = clock_();
    next_draw_ = started_ + between_draws;
}

void Progress::advance(std::size_t rows, double loss, std::optional<double> accuracy) {
    done_ += rows;
    if (!style_.live) return;
    const double now = clock_();
    if (now < next_draw_) return;
    next_draw_ = now + between_draws;
    out_ << '\r' << line(now - started_, loss, accuracy) << "\x1b[K" << std::flush;
    drawn_ = true;
}

void Progress::clear() {
    if (drawn_) out_ << "\r\x1b[K" << std::flush;
    drawn_ = false;
}

void Progress::print(std::string_view line) {
    clear();
    out_ << line << '\n' << std::flush;
}

std::string Progress::line(double seconds, double loss, std::optional<double> accuracy) const {
    const double part = total_ == 0 ? 1 : std::min(1.0, static_cast<double>(done_) / static_cast<double>(total_));
    const double rate = static_cast<double>(done_) / std::max(seconds, 1e-9);
    // In the order of what a narrow terminal keeps. The last column stays free: writing there would begin a new line.
    std::vector<std::string> facts{print_to_string("%3.0f %%", std::floor(100 * part)),
                                   print_to_string("loss %.4g", loss)};
    if (part > 0) facts.push_back(duration(seconds / part - seconds) + " left");
    if (accuracy) facts.push_back(print_to_string("accuracy %.1f %%", 100 * *accuracy));
    facts.push_back(print_to_string("%.0f rows/s", rate));

    const std::size_t width = (style_.width ? style_.width : terminal_width()) - 1;
    std::string words;
    std::size_t used = label_.size() + 2 + shortest_bar;
    for (const std::string& fact : facts) {
        if (used + 2 + fact.size() > width) break;
        used += 2 + fact.size();
        words += "  " + fact;
    }
    if (used > width) return label_.substr(0, width);

    const std::size_t cells = std::min(longest_bar, shortest_bar + width - used);
    const auto filled = static_cast<std::size_t>(part * static_cast<double>(cells));
    const auto paint = [&](std::string_view code, const std::string& s) {
        return style_.colour && !s.empty() ? text("\x1b[", code, 'm', s, "\x1b[0m") : s;
    };
    return text(label_, "  ", paint("36", repeat(style_.unicode ? "━" : "#", filled)),
                paint("2", repeat(style_.unicode ? "─" : "-", cells - filled)), words);
}

}  // namespace sevenfold
