// The same program on many processes, over MPI. One line makes any program that trains one of them:
//
//     int main() {
//         const sevenfold::distributed::Session session;   // mpirun -n 4 program
//         ...
//
// Started by itself, the program runs as before: MPI is not even initialised. Started by mpirun, its processes (ranks) share the
// work of fit, evaluate, predict, bagging, cross-validation and the bootstrap, and all arrive at the bits of one process.
#pragma once

#include <cstddef>
#include <memory>

namespace sevenfold::distributed {

struct SessionOptions {
    /// Ranks other than 0 write nothing to standard output and standard error: one progress line, one report. An exception that
    /// ends one rank alone is shown all the same.
    bool mute_others = true;
    /// A rank that gives no sign of life for so many seconds, or does nothing while others wait for it, ends the program on
    /// all ranks, with a message that names it; a rank that is busy in a training step ten times as long. 0: wait forever.
    /// The variable SEVENFOLD_HANG_SECONDS overrides it.
    double hang_seconds = 10;
};

/// While it lives, Communicator::current() on this thread joins the processes that mpirun has started; of one process there is
/// one at a time. All ranks must run the same program with the same arguments.
///
/// An exception that leaves its scope on all ranks ends them as it would end one process, and rank 0 speaks for all. One that
/// leaves it on some ranks only ends the whole program, for the others cannot go on.
///
/// MPI is finalized as the process ends, where the ranks wait for each other: what rank 0 does after the session is not cut off.
class Session {
  public:
    explicit Session(const SessionOptions& options = {});
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    std::size_t rank() const;  ///< 0 .. size() - 1
    std::size_t size() const;  ///< 1 without mpirun

  private:
    class Ranks;
    std::unique_ptr<Ranks> ranks_;
};

}  // namespace sevenfold::distributed
