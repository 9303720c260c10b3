// A thread beside each rank's own, which does what cannot wait until the rank has finished its work: it hands out pieces of
// work (on rank 0), tells the next rank that this one is alive, and watches the one before.
#pragma once

#include <mpi.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "sevenfold/autograd/communicator.hpp"

namespace sevenfold::distributed {

/// What a rank is at when it waits for others.
enum class Work : std::uint8_t { other, step };

class Steward {
  public:
    /// `names` are those of all ranks, for messages; 0 seconds: nobody is watched.
    Steward(std::vector<std::string> names, double hang_seconds);
    ~Steward();

    /// The rank's own thread waits for others from here on; it has done so `exchanges` times.
    void begins_to_wait(Work work);
    void goes_on();

    /// Rank 0: from here on the pieces 0 .. n-1 can be asked for, a few at a time. Rounds count from 1, on all ranks alike.
    void open_round(std::uint64_t round, std::size_t n);
    /// Any rank, any thread: the next pieces to work on; empty when all have been given away.
    Range next_pieces(std::uint64_t round);

  private:
    struct Beat {
        std::uint64_t exchanges;     // that it has begun to wait for
        double busy_seconds, since;  // of the process; since it waits or works
        std::uint8_t waits, work;
    };
    void run();
    void serve_pieces();
    bool pieces_are_left();
    void send_beat(double now);
    void watch(double now);
    Beat own_beat(double now);
    [[noreturn]] void end_all(const std::string& what);
    Range take(std::uint64_t round);

    std::vector<std::string> names_;
    int rank_, size_;
    double hang_seconds_;
    MPI_Comm beats_, claims_;

    std::mutex state_;  // guards the two below
    Beat here_{};
    double state_began_ = 0;

    struct Claim {
        int rank;
        std::uint64_t round;
    };
    std::vector<Claim> waiting_;  // for a round that is not open yet
    std::mutex round_;            // guards the counts below
    std::atomic<std::uint64_t> open_ = 0;
    std::size_t next_ = 0, end_ = 0;
    std::mutex asking_;  // one thread of a rank asks at a time

    MPI_Request sending_ = MPI_REQUEST_NULL, hearing_ = MPI_REQUEST_NULL;
    Beat sent_{}, heard_{};
    std::optional<Beat> last_;
    double next_beat_ = 0, last_heard_ = 0, idle_since_ = 0, idle_busy_ = 0, last_turn_ = 0;

    std::atomic<bool> stop_ = false;
    std::thread thread_;
};

}  // namespace sevenfold::distributed
