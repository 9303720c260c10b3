#include "sevenfold/autograd/communicator.hpp"

#include <exception>
#include <map>
#include <mutex>

#include "sevenfold/autograd/parallel.hpp"

namespace sevenfold {
namespace {

class Alone final : public Communicator {
  public:
    std::size_t rank() const override { return 0; }
    std::size_t size() const override { return 1; }
    std::vector<std::string> all_gather(std::string mine) override { return {std::move(mine)}; }
    std::string broadcast(std::string bytes) override { return bytes; }
    std::unique_ptr<PendingSum> start(VectorSum<float> sum) override { return add_up(sum); }
    std::unique_ptr<PendingSum> start(VectorSum<double> sum) override { return add_up(sum); }
    void progress() override {}
    void hand_out(std::size_t n, std::size_t threads, const std::function<void(std::size_t)>& work) override {
        parallel_for(n, threads, work);
    }

  private:
    class Done final : public PendingSum {
        void wait() override {}
    };
    template <class T>
    static std::unique_ptr<PendingSum> add_up(const VectorSum<T>& sum) {
        std::vector<T> copy(sum.mine.begin(), sum.mine.end());
        std::vector<T*> vectors;
        for (std::size_t i = 0; i < copy.size(); i += sum.out.size()) vectors.push_back(copy.data() + i);
        if (sum.combine)
            sum.combine(vectors, sum.out.size(), sum.out.data());
        else
            std::copy(copy.begin(), copy.end(), sum.out.begin());
        return std::make_unique<Done>();
    }
};

thread_local Communicator* this_threads = nullptr;

// The exception's words; none for none.
std::string what(const std::exception_ptr& thrown) {
    if (!thrown) return {};
    try {
        std::rethrow_exception(thrown);
    } catch (const std::exception& e) { return *e.what() ? e.what() : "an exception without words"; } catch (...) {
        return "an exception of an unknown kind";
    }
}

}  // namespace

Communicator& Communicator::alone() {
    static Alone alone;
    return alone;
}

Communicator& Communicator::current() { return this_threads ? *this_threads : alone(); }

Communicator::Use::Use(Communicator& communicator) : outer_(std::exchange(this_threads, &communicator)) {}
Communicator::Use::~Use() { this_threads = outer_; }

bool any_rank(bool here) {
    Communicator& ranks = Communicator::current();
    if (ranks.size() == 1) return here;
    for (const std::string& says : ranks.all_gather(here ? "1" : "0"))
        if (says == "1") return true;
    return false;
}

std::string from_root(const std::function<std::string()>& f) {
    Communicator& ranks = Communicator::current();
    if (ranks.size() == 1) return f();
    std::string bytes;
    std::exception_ptr thrown;
    if (ranks.is_root()) {
        try {
            bytes = '+' + f();
        } catch (const std::exception& e) {
            thrown = std::current_exception();
            bytes = '-' + std::string(e.what());
        }
    }
    bytes = ranks.broadcast(std::move(bytes));
    if (thrown) std::rethrow_exception(thrown);
    const bool well = bytes[0] == '+';
    bytes.erase(0, 1);
    if (!well) throw Error(bytes);
    return bytes;
}

Range share_of(std::size_t n, std::size_t rank, std::size_t size) {
    return {n / size * rank + n % size * rank / size, n / size * (rank + 1) + n % size * (rank + 1) / size};
}

void shared_for(std::size_t n, std::size_t threads, const std::function<void(std::size_t)>& body,
                const std::function<void(std::size_t, Archive&)>& carry) {
    Communicator& ranks = Communicator::current();
    if (ranks.size() == 1) return parallel_for(n, threads, body);

    std::mutex mutex;
    std::map<std::size_t, std::exception_ptr> done;  // here, and what they threw
    ranks.hand_out(n, threads, [&](std::size_t i) {
        std::exception_ptr thrown;
        try {
            body(i);
        } catch (...) { thrown = std::current_exception(); }
        const std::lock_guard lock(mutex);
        done.emplace(i, thrown);
    });
    Archive mine;
    std::size_t count = done.size();
    mine(count);
    for (auto& [number, thrown] : done) {
        std::size_t i = number;
        std::string words = what(thrown);
        mine(i, words);
        if (words.empty()) carry(i, mine);
    }

    std::size_t first = n;  // of those that threw
    std::string its_words;
    const auto note = [&](std::size_t i, const std::string& words) {
        if (i >= first) return;
        first = i;
        its_words = words;
    };
    const std::vector<std::string> all = ranks.all_gather(mine.bytes());
    for (std::size_t rank = 0; rank < all.size(); ++rank) {
        if (rank == ranks.rank()) {
            for (const auto& [i, thrown] : done)
                if (thrown) note(i, "");
            continue;
        }
        Archive theirs(all[rank]);
        theirs(count);
        for (std::size_t k = 0; k < count; ++k) {
            std::size_t i = 0;
            std::string words;
            theirs(i, words);
            if (words.empty())
                carry(i, theirs);
            else
                note(i, words);
        }
    }
    if (first == n) return;
    if (const auto here = done.find(first); here != done.end()) std::rethrow_exception(here->second);
    throw Error(its_words);
}

}  // namespace sevenfold
