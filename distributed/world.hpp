// The ranks of this program as a Communicator, over MPI.
#pragma once

#include <mpi.h>

#include <cstddef>
#include <functional>

#include "sevenfold/autograd/communicator.hpp"
#include "sevenfold/distributed/steward.hpp"

namespace sevenfold::distributed {

class World final : public Communicator {
  public:
    explicit World(double hang_seconds);
    ~World() override;

    std::size_t rank() const override { return rank_; }
    std::size_t size() const override { return size_; }
    std::vector<std::string> all_gather(std::string mine) override;
    std::string broadcast(std::string bytes) override;
    std::unique_ptr<PendingSum> start(VectorSum<float> sum) override { return start_sum(std::move(sum)); }
    std::unique_ptr<PendingSum> start(VectorSum<double> sum) override { return start_sum(std::move(sum)); }
    void progress() override;
    void hand_out(std::size_t n, std::size_t threads, const std::function<void(std::size_t)>& work) override;

    /// Whether all ranks come here within so many seconds. For the end of the program.
    bool all_arrive(double seconds);
    /// "rank 2 of 4 (process 4711 on athena)"
    const std::string& name() const { return names_[rank_]; }

  private:
    class Sum;
    template <class T>
    class SumOf;
    class Waiting;

    template <class T>
    std::unique_ptr<PendingSum> start_sum(VectorSum<T> sum);
    // Both return when the condition holds, and look after the sums under way meanwhile.
    void wait(MPI_Request& request);
    void wait_until(const std::function<bool()>& done, Work work);

    std::size_t rank_ = 0, size_ = 1;
    // Each kind of exchange has a communicator of its own: on each, all ranks begin the same exchanges in the same order.
    MPI_Comm gather_, slices_, totals_, end_;
    std::vector<std::shared_ptr<Sum>> sums_;  // under way, in the order in which they began
    std::vector<std::vector<std::byte>>
        unused_;               // memory of sums that have ended: new pages cost more than an exchange
    std::uint64_t round_ = 0;  // of pieces handed out
    std::vector<std::string> names_;
    std::unique_ptr<Steward> steward_;
};

}  // namespace sevenfold::distributed
