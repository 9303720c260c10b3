// How long each recorded step took: for looking at costs. A clock that lives on a thread hears of every step that a tape
// which keeps values records there.
#pragma once

#include <chrono>
#include <cstddef>
#include <utility>
#include <vector>

namespace sevenfold {

class StepClock {
  public:
    StepClock() : outer_(std::exchange(current(), this)), last_(Time::now()) {}
    ~StepClock() { current() = outer_; }
    StepClock(const StepClock&) = delete;
    StepClock& operator=(const StepClock&) = delete;

    /// The clock of this thread, or nullptr.
    static StepClock*& current() {
        thread_local StepClock* clock = nullptr;
        return clock;
    }

    /// Seconds from the end of the step before to the end of this one; 0 for leaves.
    double seconds(std::size_t step) const { return step < seconds_.size() ? seconds_[step] : 0; }

    /// For the tape: step `step` has been recorded.
    void tick(std::size_t step) {
        const Time::time_point now = Time::now();
        seconds_.resize(step + 1, 0.0);
        seconds_[step] = std::chrono::duration<double>(now - last_).count();
        last_ = Time::now();
    }

  private:
    using Time = std::chrono::steady_clock;
    StepClock* outer_;
    Time::time_point last_;
    std::vector<double> seconds_;
};

}  // namespace sevenfold
