#include "sevenfold/train/interrupt.hpp"

#include <signal.h>

#include <atomic>

namespace sevenfold {
namespace {

std::atomic<bool> guarded{false};
volatile sig_atomic_t interrupted = 0;
struct sigaction old_interrupt, old_terminate;

}  // namespace

InterruptGuard::InterruptGuard() : outermost_(!guarded.exchange(true)) {
    if (!outermost_) return;
    interrupted = 0;
    struct sigaction action {};
    action.sa_handler = [](int) { interrupted = 1; };
    action.sa_flags = static_cast<int>(SA_RESETHAND);  // the second one acts as usual
    sigaction(SIGINT, &action, &old_interrupt);
    sigaction(SIGTERM, &action, &old_terminate);
}

InterruptGuard::~InterruptGuard() {
    if (!outermost_) return;
    sigaction(SIGINT, &old_interrupt, nullptr);
    sigaction(SIGTERM, &old_terminate, nullptr);
    guarded = false;
}

bool InterruptGuard::requested() { return interrupted != 0; }
void InterruptGuard::request() { interrupted = 1; }

}  // namespace sevenfold
