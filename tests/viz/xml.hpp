// Whether a text is well-formed XML: every element ends, in order, and no bare < or & stands in it.
#pragma once

#include <cctype>
#include <string>
#include <vector>

/// "" or what is wrong. Knows elements, attributes in double quotes, entities and the XML declaration: what figures use.
inline std::string xml_fault(const std::string& text) {
    std::vector<std::string> open;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '&') {
            const std::size_t end = text.find(';', i);
            if (end == std::string::npos || end > i + 6) return "bare & at " + text.substr(i, 30);
        }
        if (text[i] != '<') continue;
        const std::size_t start = i;
        bool quoted = false;
        for (++i; i < text.size() && (quoted || text[i] != '>'); ++i) {
            if (text[i] == '"') quoted = !quoted;
            if (text[i] == '<') return "< within a tag: " + text.substr(start, 60);
        }
        if (i == text.size()) return "a tag does not end: " + text.substr(start, 60);
        const std::string tag = text.substr(start + 1, i - start - 1);
        if (tag[0] == '?') continue;
        std::size_t length = tag[0] == '/';
        while (length < tag.size() && (std::isalnum(static_cast<unsigned char>(tag[length])) != 0)) ++length;
        if (tag[0] == '/') {
            if (open.empty() || open.back() != tag.substr(1)) return "unexpected end: <" + tag + ">";
            open.pop_back();
        } else if (tag.back() != '/') {
            open.push_back(tag.substr(0, length));
        }
    }
    return open.empty() ? "" : "not ended: <" + open.back() + ">";
}
