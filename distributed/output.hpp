// Which ranks are heard: rank 0 speaks for all, until one has something of its own to say.
#pragma once

#include <string_view>

namespace sevenfold::distributed {

/// From here on nothing that this process writes to standard output or standard error is seen.
void mute();
/// Undoes it.
void unmute();
/// Hands on what the streams of C and C++ have gathered.
void flush();
/// Writes to standard error, muted or not.
void say_to_the_end(std::string_view words);

}  // namespace sevenfold::distributed
