#include "sevenfold/distributed/world.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "sevenfold/autograd/parallel.hpp"

namespace sevenfold::distributed {
namespace {

constexpr std::size_t chunk = std::size_t{1} << 30;  // MPI counts in int

std::string own_name(int rank, int size) {
    char host[256] = {};
    ::gethostname(host, sizeof host - 1);
    return text("rank ", rank, " of ", size, " (process ", static_cast<long>(::getpid()), " on ", std::string(host),
                ")");
}

template <class T>
MPI_Datatype mpi_type() {
    return sizeof(T) == sizeof(float) ? MPI_FLOAT : MPI_DOUBLE;
}

}  // namespace

// ---- waiting

// Spins for as long as an exchange between neighbours takes, and then lets others have the core.
void World::wait_until(const std::function<bool()>& done, Work work) {
    steward_->begins_to_wait(work);
    const auto start = std::chrono::steady_clock::now();
    for (unsigned turn = 0; !done(); ++turn) {
        progress();
        if (turn % 16 != 15) continue;
        const auto spent = std::chrono::steady_clock::now() - start;
        if (spent > std::chrono::milliseconds(20))
            std::this_thread::sleep_for(std::chrono::microseconds(200));
        else if (spent > std::chrono::microseconds(50))
            std::this_thread::yield();
    }
    steward_->goes_on();
}

void World::wait(MPI_Request& request) {
    const bool in_step = !sums_.empty();
    wait_until(
        [&] {
            int done = 0;
            MPI_Test(&request, &done, MPI_STATUS_IGNORE);
            return done != 0;
        },
        in_step ? Work::step : Work::other);
}

// ---- beginning and end

World::World(double hang_seconds) {
    int rank = 0, size = 1;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    rank_ = static_cast<std::size_t>(rank);
    size_ = static_cast<std::size_t>(size);
    for (MPI_Comm* exchange : {&gather_, &slices_, &totals_, &end_}) MPI_Comm_dup(MPI_COMM_WORLD, exchange);

    std::string name = own_name(rank, size);
    name.resize(400);
    std::string all(name.size() * size_, ' ');
    MPI_Allgather(name.data(), 400, MPI_CHAR, all.data(), 400, MPI_CHAR, MPI_COMM_WORLD);
    for (std::size_t r = 0; r < size_; ++r) names_.emplace_back(all.c_str() + r * name.size());
    steward_ = std::make_unique<Steward>(names_, hang_seconds);
}

World::~World() = default;

bool World::all_arrive(double seconds) {
    MPI_Request request;
    MPI_Ibarrier(end_, &request);
    const auto start = std::chrono::steady_clock::now();
    for (;;) {
        int done = 0;
        MPI_Test(&request, &done, MPI_STATUS_IGNORE);
        if (done) return true;
        if (std::chrono::steady_clock::now() - start > std::chrono::duration<double>(seconds)) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
}

// ---- bytes

std::vector<std::string> World::all_gather(std::string mine) {
    MPI_Request request;
    const std::uint64_t length = mine.size();
    std::vector<std::uint64_t> lengths(size_);
    MPI_Iallgather(&length, 1, MPI_UINT64_T, lengths.data(), 1, MPI_UINT64_T, gather_, &request);
    wait(request);
    std::vector<std::string> all(size_);
    std::uint64_t longest = 0;
    for (std::size_t r = 0; r < size_; ++r) {
        all[r].resize(lengths[r]);
        longest = std::max(longest, lengths[r]);
    }
    // As many rounds as the longest needs, each of at most `part` bytes of every rank.
    const std::uint64_t part = chunk / size_;
    std::string received;
    for (std::uint64_t at = 0; at < longest; at += part) {
        std::vector<int> counts(size_), places(size_);
        int sum = 0;
        for (std::size_t r = 0; r < size_; ++r) {
            counts[r] = static_cast<int>(std::min(part, lengths[r] - std::min(lengths[r], at)));
            places[r] = sum;
            sum += counts[r];
        }
        received.resize(static_cast<std::size_t>(sum));
        MPI_Iallgatherv(mine.data() + std::min<std::uint64_t>(at, length), counts[rank_], MPI_BYTE, received.data(),
                        counts.data(), places.data(), MPI_BYTE, gather_, &request);
        wait(request);
        for (std::size_t r = 0; r < size_; ++r)
            std::copy_n(received.data() + places[r], counts[r], all[r].data() + std::min(at, lengths[r]));
    }
    return all;
}

std::string World::broadcast(std::string bytes) {
    MPI_Request request;
    std::uint64_t length = bytes.size();
    MPI_Ibcast(&length, 1, MPI_UINT64_T, 0, gather_, &request);
    wait(request);
    bytes.resize(length);
    for (std::uint64_t at = 0; at < length; at += chunk) {
        MPI_Ibcast(bytes.data() + at, static_cast<int>(std::min<std::uint64_t>(chunk, length - at)), MPI_BYTE, 0,
                   gather_, &request);
        wait(request);
    }
    return bytes;
}

// ---- sums

// In two steps: each rank gets its slice of all vectors and adds them up in their order; then the slices are put together.
// It moves as many bytes as the fastest all-reduce would.
class World::Sum {
  public:
    enum class Stage { slices, totals, done };

    virtual ~Sum() = default;
    /// `first`: all sums before it have reached their second step.
    virtual void advance(bool first) = 0;
    Stage stage() const { return stage_; }

  protected:
    bool arrived() {
        int done = 0;
        MPI_Test(&request_, &done, MPI_STATUS_IGNORE);
        return done != 0;
    }
    Stage stage_ = Stage::slices;
    MPI_Request request_ = MPI_REQUEST_NULL;
};

template <class T>
class World::SumOf final : public World::Sum {
  public:
    SumOf(World& world, VectorSum<T> sum) : world_(world), sum_(std::move(sum)) {
        const std::size_t n = sum_.out.size(), size = world.size_, rank = world.rank_;
        if (!sum_.combine) {
            stage_ = Stage::totals;
            MPI_Iallreduce(sum_.mine.data(), sum_.out.data(), static_cast<int>(n), mpi_type<T>(), MPI_SUM,
                           world.slices_, &request_);
            return;
        }
        for (std::size_t r = 0; r < size; ++r) slices_.push_back(share_of(n, r, size));
        const std::size_t here = sum_.counts[rank], length = slices_[rank].last - slices_[rank].first;
        // One vector is cut where it lies; slices of several are put beside each other first.
        const bool in_place = here <= 1;
        const T* const from = in_place ? sum_.mine.data() : memory(sent_, here * n);
        std::size_t at = 0;
        for (std::size_t r = 0; r < size; ++r) {
            const std::size_t theirs = slices_[r].last - slices_[r].first;
            send_places_.push_back(static_cast<int>(at));
            send_counts_.push_back(static_cast<int>(here * theirs));
            for (std::size_t v = 0; !in_place && v < here; ++v)
                std::copy_n(sum_.mine.data() + v * n + slices_[r].first, theirs,
                            reinterpret_cast<T*>(sent_.data()) + at + v * theirs);
            at += here * theirs;
            receive_places_.push_back(static_cast<int>(vectors_ * length));
            receive_counts_.push_back(static_cast<int>(sum_.counts[r] * length));
            vectors_ += sum_.counts[r];
        }
        T* const received = memory(received_, vectors_ * length);
        MPI_Ialltoallv(from, send_counts_.data(), send_places_.data(), mpi_type<T>(), received, receive_counts_.data(),
                       receive_places_.data(), mpi_type<T>(), world.slices_, &request_);
    }

    ~SumOf() override {
        for (std::vector<std::byte>* block : {&sent_, &received_})
            if (!block->empty()) world_.unused_.push_back(std::move(*block));
    }

    void advance(bool first) override {
        if (stage_ == Stage::slices && first && arrived()) {
            const Range own = slices_[world_.rank_];
            std::vector<T*> vectors;
            for (std::size_t v = 0; v < vectors_; ++v)
                vectors.push_back(reinterpret_cast<T*>(received_.data()) + v * (own.last - own.first));
            sum_.combine(vectors, own.last - own.first, sum_.out.data() + own.first);
            for (std::size_t r = 0; r < slices_.size(); ++r) {
                receive_counts_[r] = static_cast<int>(slices_[r].last - slices_[r].first);
                receive_places_[r] = static_cast<int>(slices_[r].first);
            }
            stage_ = Stage::totals;
            MPI_Iallgatherv(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, sum_.out.data(), receive_counts_.data(),
                            receive_places_.data(), mpi_type<T>(), world_.totals_, &request_);
        }
        if (stage_ == Stage::totals && arrived()) stage_ = Stage::done;
    }

  private:
    // Room for so many numbers.
    T* memory(std::vector<std::byte>& block, std::size_t numbers) {
        const auto large_enough = std::ranges::find_if(
            world_.unused_, [&](const auto& unused) { return unused.size() >= numbers * sizeof(T); });
        if (large_enough == world_.unused_.end()) {
            block.resize(numbers * sizeof(T));
        } else {
            block = std::move(*large_enough);
            world_.unused_.erase(large_enough);
        }
        return reinterpret_cast<T*>(block.data());
    }

    World& world_;
    VectorSum<T> sum_;
    std::vector<Range> slices_;  // of the vectors, by rank
    std::size_t vectors_ = 0;    // of all ranks
    std::vector<int> send_counts_, send_places_, receive_counts_, receive_places_;
    std::vector<std::byte> sent_, received_;
};

class World::Waiting final : public PendingSum {
  public:
    Waiting(World& world, std::shared_ptr<Sum> sum) : world_(world), sum_(std::move(sum)) {}
    void wait() override {
        world_.wait_until([&] { return sum_->stage() == Sum::Stage::done; }, Work::step);
    }

  private:
    World& world_;
    std::shared_ptr<Sum> sum_;
};

template <class T>
std::unique_ptr<PendingSum> World::start_sum(VectorSum<T> sum) {
    sums_.push_back(std::make_shared<SumOf<T>>(*this, std::move(sum)));
    return std::make_unique<Waiting>(*this, sums_.back());
}

void World::progress() {
    bool first = true;
    for (const auto& sum : sums_) {
        sum->advance(first);
        first &= sum->stage() != Sum::Stage::slices;
    }
    std::erase_if(sums_, [](const auto& sum) { return sum->stage() == Sum::Stage::done; });
}

// ---- pieces

void World::hand_out(std::size_t n, std::size_t threads, const std::function<void(std::size_t)>& work) {
    ++round_;
    if (rank_ == 0) steward_->open_round(round_, n);
    if (threads == 0) threads = std::max(1u, std::thread::hardware_concurrency());
    parallel_for(threads, threads, [&](std::size_t) {
        for (Range pieces = steward_->next_pieces(round_); pieces.first < pieces.last;
             pieces = steward_->next_pieces(round_))
            for (std::size_t i = pieces.first; i < pieces.last; ++i) work(i);
    });
}

}  // namespace sevenfold::distributed
