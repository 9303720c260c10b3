#include "sevenfold/autograd/archive.hpp"

namespace sevenfold {

void Archive::raw(void* x, std::size_t size) {
    if (size == 0) return;
    if (writes_) {
        bytes_.append(static_cast<const char*>(x), size);
        return;
    }
    if (size > bytes_.size() - at_)
        fail<ValueError>("archive", text(bytes_.size(), " bytes"), "they end before what they should hold",
                         "Run the same program in every process.");
    std::memcpy(x, bytes_.data() + at_, size);
    at_ += size;
}

std::size_t Archive::count(std::size_t n, std::size_t size) {
    raw(&n, sizeof n);
    if (!writes_ && n > (bytes_.size() - at_) / size)
        fail<ValueError>("archive", text(bytes_.size(), " bytes"), text("they do not hold the ", n, " things counted"),
                         "Run the same program in every process.");
    return n;
}

}  // namespace sevenfold
