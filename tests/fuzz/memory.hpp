// What a call held at most: everything from operator new and from the pool of this thread.
#pragma once

#include <cstddef>
#include <functional>

namespace fuzz {

/// The peak during the call, in bytes above what was held before it.
std::size_t peak_bytes_of(const std::function<void()>& call);

}  // namespace fuzz
