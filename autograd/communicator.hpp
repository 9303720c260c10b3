// The processes that run this program together, as those need them that share work: who am I, how many are we, and a few
// ways to exchange what each has found. One process alone is a communicator of size 1, and there is no other unless a
// distributed::Session lives (distributed/session.hpp): this is all that the library below knows of it.
//
// All ranks run the same program, and call the functions below in the same order. Whatever is shared out this way ends as the
// same values, bit for bit, on every rank, and on any number of them.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "sevenfold/autograd/archive.hpp"

namespace sevenfold {

/// A sum of vectors over all ranks.
template <class T>
struct VectorSum {
    std::span<const T> mine;              ///< this rank's vectors one after the other, each as long as `out`
    std::span<const std::size_t> counts;  ///< how many vectors each rank brings
    /// Adds the vectors of all ranks, in their order, into `out`; it may write over them. n is a part of their length.
    /// None: each rank brings one vector, and the sum is taken in whatever order is fastest.
    std::function<void(std::span<T* const> vectors, std::size_t n, T* out)> combine;
    std::span<T> out;
    std::shared_ptr<const void>
        keeps;  ///< what the spans point into; lives until the sum has ended, whoever still waits
};

/// Goes on while the rank computes, even when nobody waits for it any more.
class PendingSum {
  public:
    virtual ~PendingSum() = default;
    virtual void wait() = 0;
};

class Communicator {
  public:
    virtual ~Communicator() = default;

    virtual std::size_t rank() const = 0;  ///< 0 .. size() - 1
    virtual std::size_t size() const = 0;
    bool is_root() const { return rank() == 0; }

    /// What every rank has brought, in their order.
    virtual std::vector<std::string> all_gather(std::string mine) = 0;
    /// What rank 0 has brought.
    virtual std::string broadcast(std::string bytes) = 0;
    virtual std::unique_ptr<PendingSum> start(VectorSum<float> sum) = 0;
    virtual std::unique_ptr<PendingSum> start(VectorSum<double> sum) = 0;
    /// Looks after the sums under way; of use between two pieces of long work.
    virtual void progress() = 0;
    /// Each of the pieces 0 .. n-1 goes to a rank that is free, and there to one of `threads` threads (0: all cores). Inside
    /// `work` the communicator is one process alone.
    virtual void hand_out(std::size_t n, std::size_t threads, const std::function<void(std::size_t)>& work) = 0;

    /// This thread's: the session's on the thread that opened it, elsewhere one process alone.
    static Communicator& current();
    static Communicator& alone();

    /// Makes another one this thread's while it lives.
    class Use {
      public:
        explicit Use(Communicator& communicator);
        ~Use();
        Use(const Use&) = delete;
        Use& operator=(const Use&) = delete;

      private:
        Communicator* outer_;
    };
};

/// Whether any rank says so. On one process alone: what it says.
bool any_rank(bool here);

/// What `f` gives on rank 0, on all ranks; what it throws there is thrown by all, elsewhere as an Error with the same text.
std::string from_root(const std::function<std::string()>& f);

/// A part first .. last - 1 of 0 .. n-1, the same for a rank whoever asks.
struct Range {
    std::size_t first, last;
};
Range share_of(std::size_t n, std::size_t rank, std::size_t size);

/// parallel_for (parallel.hpp), over all ranks: body(i) runs on one of them. `carry(i, archive)` writes or reads what it left
/// behind, so that every rank has it afterwards. When turns throw, that of the smallest such i is thrown by all ranks:
/// the exception itself on the rank where it arose, an Error with its text on the others.
void shared_for(std::size_t n, std::size_t threads, const std::function<void(std::size_t)>& body,
                const std::function<void(std::size_t, Archive&)>& carry);

}  // namespace sevenfold
