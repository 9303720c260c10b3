#include "sevenfold/viz/page.hpp"

#include "sevenfold/autograd/error.hpp"
#include "sevenfold/data/file.hpp"
#include "sevenfold/viz/assets.hpp"

namespace sevenfold::viz {
namespace {

// JSON may hold "</script>" or "<!--" in its strings only, where \u003c means the same as <.
std::string within_script(std::string_view json) {
    std::string out;
    out.reserve(json.size());
    for (char c : json) out += c == '<' ? std::string("\\u003c") : std::string(1, c);
    return out;
}

}  // namespace

std::string contents(std::span<const Asset> files, std::string_view name) {
    for (const Asset& one : files) {
        if (one.name != name) continue;
        std::string out;
        for (std::string_view piece : one.pieces) out += piece;
        return out;
    }
    throw std::logic_error(text("no asset is called ", name));
}

std::string asset(std::string_view name) { return contents(assets(), name); }

std::string escaped(std::string_view text) {
    std::string out;
    for (char c : text) switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            default:
                out += c;
        }
    return out;
}

std::string base64(std::string_view bytes) {
    constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const auto byte = [&](std::size_t k) {
            return i + k < bytes.size() ? static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[i + k])) : 0;
        };
        const std::uint32_t three = byte(0) << 16 | byte(1) << 8 | byte(2);
        for (std::size_t k = 0; k < 4; ++k) out += i + k > bytes.size() ? '=' : digits[three >> (18 - 6 * k) & 63];
    }
    return out;
}

std::string html(const Page& page) {
    // The policy makes the browser itself refuse every request.
    return text(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src 'unsafe-inline'; "
        "style-src 'unsafe-inline'; img-src data:\">\n<link rel=\"icon\" href=\"data:,\">\n<title>",
        escaped(page.title), "</title>\n<style>\n", asset("page.css"), page.style, "</style>\n</head>\n<body>\n",
        page.body, "\n<script type=\"application/json\" id=\"data\">", within_script(page.data),
        "</script>\n<script>\n", asset("d3.js"), "\n</script>\n<script>\n", asset("page.js"), page.script,
        "</script>\n</body>\n</html>\n");
}

void write(const Page& page, const std::filesystem::path& path) { write_file_atomically(path, html(page)); }

}  // namespace sevenfold::viz
