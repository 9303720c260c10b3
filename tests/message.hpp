// The text of what f throws, for tests of messages.
#pragma once

#include <string>

template <class E, class F>
std::string message(F&& f) {
    try {
        f();
    } catch (const E& e) { return e.what(); }
    return "nothing was thrown";
}
