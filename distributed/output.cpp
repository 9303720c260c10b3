#include "sevenfold/distributed/output.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <iostream>

namespace sevenfold::distributed {
namespace {

int heard_out = -1, heard_error = -1;  // the real ones while muted

}  // namespace

void flush() {
    std::cout.flush();
    std::fflush(nullptr);
}

void mute() {
    if (heard_error >= 0) return;
    flush();
    const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (nowhere < 0) return;
    heard_out = ::fcntl(1, F_DUPFD_CLOEXEC, 3);
    heard_error = ::fcntl(2, F_DUPFD_CLOEXEC, 3);
    ::dup2(nowhere, 1);
    ::dup2(nowhere, 2);
    ::close(nowhere);
}

void unmute() {
    if (heard_error < 0) return;
    flush();
    ::dup2(heard_out, 1);
    ::dup2(heard_error, 2);
    ::close(heard_out);
    ::close(heard_error);
    heard_out = heard_error = -1;
}

void say_to_the_end(std::string_view words) {
    const int to = heard_error >= 0 ? heard_error : 2;
    while (!words.empty()) {
        const ssize_t written = ::write(to, words.data(), words.size());
        if (written <= 0) return;
        words.remove_prefix(static_cast<std::size_t>(written));
    }
}

}  // namespace sevenfold::distributed
