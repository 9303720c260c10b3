// With SEVENFOLD_ERRORS=FOLDER a test program writes every message that the library throws into a file there, so that
// tools/errors.py can name the errors that no test throws. It stands in front of the runtime's own throw.
#include <dlfcn.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <mutex>
#include <set>
#include <string>
#include <typeinfo>

#include "sevenfold/autograd/error.hpp"

namespace {

void note(const void* thrown, const std::type_info* type) {
    const char* folder = std::getenv("SEVENFOLD_ERRORS");
    void* error = const_cast<void*>(thrown);
    if (!folder || !typeid(sevenfold::Error).__do_catch(type, &error, 1)) return;
    static std::mutex mutex;
    static std::set<std::string> seen;
    const std::lock_guard lock(mutex);
    const auto [message, is_new] = seen.insert(static_cast<const sevenfold::Error*>(error)->what());
    if (is_new)
        std::ofstream(std::string(folder) + "/" + std::to_string(::getpid()), std::ios::app | std::ios::binary)
            << *message << '\0';
}

}  // namespace

extern "C" [[noreturn]] void __cxa_throw(void* thrown, std::type_info* type, void (*destroy)(void*)) {
    using Throw = void (*)(void*, std::type_info*, void (*)(void*));
    static const auto runtime = reinterpret_cast<Throw>(dlsym(RTLD_NEXT, "__cxa_throw"));
    note(thrown, type);
    runtime(thrown, type, destroy);
    std::abort();  // it does not return
}
