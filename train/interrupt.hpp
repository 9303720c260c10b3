#pragma once

namespace sevenfold {

/// While it lives, the first Ctrl-C (SIGINT) or SIGTERM only sets a flag, so that a step can be finished and saved; the
/// second one ends the program as usual. One at a time matters: the outermost.
class InterruptGuard {
  public:
    InterruptGuard();
    ~InterruptGuard();
    InterruptGuard(const InterruptGuard&) = delete;
    InterruptGuard& operator=(const InterruptGuard&) = delete;

    static bool requested();
    /// As if Ctrl-C had been pressed.
    static void request();

  private:
    bool outermost_;
};

}  // namespace sevenfold
