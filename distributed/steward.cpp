#include "sevenfold/distributed/steward.hpp"

#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>

#include "sevenfold/distributed/output.hpp"

namespace sevenfold::distributed {
namespace {

constexpr int beat_tag = 1, claim_tag = 2, grant_tag = 3;
constexpr auto turn_time = std::chrono::microseconds(2000), turn_time_with_pieces = std::chrono::microseconds(500);

double clock_seconds(clockid_t clock) {
    timespec t{};
    clock_gettime(clock, &t);
    return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}
double now_seconds() { return clock_seconds(CLOCK_MONOTONIC); }

/// Seconds in which the process computed, or its first thread would have, had others left it a processor.
double busy_seconds() {
    double waited = 0, ran = 0;  // nanoseconds
    std::ifstream("/proc/self/schedstat") >> ran >> waited;
    return clock_seconds(CLOCK_PROCESS_CPUTIME_ID) + 1e-9 * waited;
}

std::string whole(double seconds) { return text(static_cast<long>(seconds + 0.5)); }

}  // namespace

Steward::Steward(std::vector<std::string> names, double hang_seconds)
    : names_(std::move(names)), hang_seconds_(hang_seconds) {
    MPI_Comm_dup(MPI_COMM_WORLD, &beats_);
    MPI_Comm_dup(MPI_COMM_WORLD, &claims_);
    MPI_Comm_rank(beats_, &rank_);
    MPI_Comm_size(beats_, &size_);
    state_began_ = last_heard_ = last_turn_ = now_seconds();
    thread_ = std::thread([this] { run(); });
}

Steward::~Steward() {
    stop_ = true;
    thread_.join();
    // The last beat may never be heard; MPI_Finalize waits for nobody if it was short.
    if (sending_ != MPI_REQUEST_NULL) MPI_Request_free(&sending_);
    if (hearing_ != MPI_REQUEST_NULL) {
        MPI_Cancel(&hearing_);
        MPI_Wait(&hearing_, MPI_STATUS_IGNORE);
    }
}

void Steward::begins_to_wait(Work work) {
    const std::lock_guard lock(state_);
    ++here_.exchanges;
    here_.waits = 1;
    here_.work = static_cast<std::uint8_t>(work);
    state_began_ = now_seconds();
}

void Steward::goes_on() {
    const std::lock_guard lock(state_);
    here_.waits = 0;
    state_began_ = now_seconds();
}

Steward::Beat Steward::own_beat(double now) {
    const std::lock_guard lock(state_);
    Beat beat = here_;
    beat.since = now - state_began_;
    beat.busy_seconds = busy_seconds();
    return beat;
}

void Steward::run() {
    while (!stop_) {
        const double now = now_seconds();
        // Whoever was stopped and goes on, with or without the others, must not blame them for it.
        if (now - last_turn_ > 1) {
            last_heard_ = now;
            last_.reset();
        }
        last_turn_ = now;
        if (rank_ == 0) serve_pieces();
        if (hang_seconds_ > 0) {
            send_beat(now);
            watch(now);
        }
        std::this_thread::sleep_for(pieces_are_left() ? turn_time_with_pieces : turn_time);
    }
}

// ---- signs of life, in a ring: each rank watches the one before

void Steward::send_beat(double now) {
    if (now < next_beat_) return;
    if (sending_ != MPI_REQUEST_NULL) {  // whoever does not listen gets no second one
        int done = 0;
        MPI_Test(&sending_, &done, MPI_STATUS_IGNORE);
        if (!done) return;
    }
    next_beat_ = now + std::min(0.5, hang_seconds_ / 4);
    sent_ = own_beat(now);
    MPI_Isend(&sent_, sizeof sent_, MPI_BYTE, (rank_ + 1) % size_, beat_tag, beats_, &sending_);
}

void Steward::watch(double now) {
    const int before = (rank_ + size_ - 1) % size_;
    if (hearing_ == MPI_REQUEST_NULL) MPI_Irecv(&heard_, sizeof heard_, MPI_BYTE, before, beat_tag, beats_, &hearing_);
    int arrived = 0;
    MPI_Test(&hearing_, &arrived, MPI_STATUS_IGNORE);
    const Beat here = own_beat(now);
    const bool waited_for = here.waits && here.since > hang_seconds_;
    if (!arrived) {
        if (now - last_heard_ > hang_seconds_)
            end_all(text(names_[static_cast<std::size_t>(before)], " has given no sign of life for ",
                         whole(now - last_heard_), " s"));
        return;
    }
    last_heard_ = now;
    const bool works = !heard_.waits;
    // A process that computes uses a processor; the stewards' own turns take less than a hundredth of one.
    if (!last_ || !works || heard_.exchanges != last_->exchanges ||
        heard_.busy_seconds - idle_busy_ > 0.05 * (now - idle_since_) + 0.05) {
        idle_since_ = now;
        idle_busy_ = heard_.busy_seconds;
    }
    last_ = heard_;
    if (!works || !waited_for) return;
    if (now - idle_since_ > hang_seconds_)
        end_all(
            text(names_[static_cast<std::size_t>(before)], " has done nothing for ", whole(now - idle_since_), " s"));
    if (here.work == static_cast<std::uint8_t>(Work::step) && here.since > 10 * hang_seconds_ &&
        heard_.exchanges < here.exchanges && heard_.since > 10 * hang_seconds_)
        end_all(text(names_[static_cast<std::size_t>(before)], " has been busy for ", whole(heard_.since),
                     " s in a step that the others have done"));
}

void Steward::end_all(const std::string& what) {
    say_to_the_end(text("[distributed] ", what, ", and the others wait for it: all stop. ",
                        "A checkpoint that was saved is whole: resume from it, with any number of ranks.\n"));
    ::alarm(5);  // if MPI cannot even end
    MPI_Abort(MPI_COMM_WORLD, 1);
    std::_Exit(1);
}

// ---- pieces of work

void Steward::open_round(std::uint64_t round, std::size_t n) {
    const std::lock_guard lock(round_);
    open_ = round;
    next_ = 0;
    end_ = n;
}

bool Steward::pieces_are_left() {
    const std::lock_guard lock(round_);
    return next_ < end_;
}

// Many at first, one at a time in the end: few questions, and all are done at about the same time.
Range Steward::take(std::uint64_t round) {
    const std::lock_guard lock(round_);
    if (open_ != round) return {0, 0};  // an older one, which is through
    const std::size_t first = next_, many = (end_ - next_) / (4 * static_cast<std::size_t>(size_));
    next_ = std::min(end_, next_ + std::max<std::size_t>(1, many));
    return {first, next_};
}

void Steward::serve_pieces() {
    for (;;) {
        int asked = 0;
        MPI_Status status;
        MPI_Iprobe(MPI_ANY_SOURCE, claim_tag, claims_, &asked, &status);
        if (!asked) break;
        Claim& claim = waiting_.emplace_back(Claim{status.MPI_SOURCE, 0});
        MPI_Recv(&claim.round, sizeof claim.round, MPI_BYTE, claim.rank, claim_tag, claims_, MPI_STATUS_IGNORE);
    }
    std::erase_if(waiting_, [&](const Claim& claim) {
        if (claim.round > open_) return false;  // rank 0 is not there yet
        const Range range = take(claim.round);
        const std::uint64_t grant[2] = {range.first, range.last};
        MPI_Send(grant, sizeof grant, MPI_BYTE, claim.rank, grant_tag, claims_);
        return true;
    });
}

Range Steward::next_pieces(std::uint64_t round) {
    if (rank_ == 0) return take(round);
    const std::lock_guard lock(asking_);
    std::uint64_t grant[2] = {0, 0};
    MPI_Request answer;
    MPI_Irecv(grant, sizeof grant, MPI_BYTE, 0, grant_tag, claims_, &answer);
    MPI_Send(&round, sizeof round, MPI_BYTE, 0, claim_tag, claims_);
    for (int done = 0; !done;) {
        MPI_Test(&answer, &done, MPI_STATUS_IGNORE);
        if (!done) std::this_thread::sleep_for(std::chrono::microseconds(50));
    }
    return {grant[0], grant[1]};
}

}  // namespace sevenfold::distributed
