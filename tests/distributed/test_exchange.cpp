#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>
#include <thread>

#include "message.hpp"
#include "sevenfold/autograd/communicator.hpp"
#include "sevenfold/autograd/random.hpp"
#include "sevenfold/distributed/session.hpp"
#include "sevenfold/train/rank_sums.hpp"

using namespace sevenfold;

namespace {

Communicator& ranks() { return Communicator::current(); }

}  // namespace

TEST_CASE("bytes of any length come from all ranks, in their order") {
    for (const std::size_t length : {std::size_t{0}, std::size_t{1}, std::size_t{1000}, std::size_t{3'000'000}}) {
        CAPTURE(length);
        // Each rank brings another length and another letter.
        const std::vector<std::string> all =
            ranks().all_gather(std::string(length * ranks().rank(), static_cast<char>('a' + ranks().rank())));
        REQUIRE(all.size() == ranks().size());
        for (std::size_t r = 0; r < all.size(); ++r)
            CHECK(all[r] == std::string(length * r, static_cast<char>('a' + r)));
        CHECK(ranks().broadcast(ranks().is_root() ? std::string(length, 'x') : "mine") == std::string(length, 'x'));
    }
}

TEST_CASE("what any rank says, all know; what rank 0 finds or throws, all find or throw") {
    for (std::size_t r = 0; r < ranks().size(); ++r) CHECK(any_rank(ranks().rank() == r));
    CHECK_FALSE(any_rank(false));
    int calls = 0;
    CHECK(from_root([&] {
              ++calls;
              return std::string("found by ") + std::to_string(ranks().rank());
          }) == "found by 0");
    CHECK(calls == (ranks().is_root() ? 1 : 0));
    const auto refuse = []() -> std::string { fail<FileError>("read", "x", "it cannot be read"); };
    CHECK(message<Error>([&] { from_root(refuse); }) == "[read] x: it cannot be read.");
}

TEST_CASE("shares cover all, in order, and differ by one at most") {
    for (const std::size_t n : {0u, 1u, 2u, 5u, 64u, 1001u})
        for (const std::size_t size : {1u, 2u, 3u, 7u}) {
            std::size_t next = 0;
            for (std::size_t r = 0; r < size; ++r) {
                const Range share = share_of(n, r, size);
                CHECK(share.first == next);
                CHECK(share.last - share.first <= n / size + 1);
                CHECK(share.last - share.first >= n / size);
                next = share.last;
            }
            CHECK(next == n);
        }
}

TEST_CASE_TEMPLATE("a sum in the order of the parts has the bits of one process", T, float, double) {
    // Parts of several parameters, numbers of any size; some parts lack some parameters.
    for (const std::size_t parts : {1u, 2u, 3u, 5u, 8u, 13u, 16u}) {
        CAPTURE(parts);
        Random random(parts);
        std::vector<Variable<T>> parameters;
        for (const std::size_t size : {1u, 7u, 500u, 3u, 40'000u}) parameters.push_back(leaf(Array<T>::zeros({size})));
        parameters.push_back(leaf(Array<T>::zeros({2, 3})));  // never used
        std::vector<std::vector<Array<T>>> gradients(parts);
        std::vector<std::vector<bool>> there(parts);
        for (std::size_t part = 0; part < parts; ++part)
            for (std::size_t k = 0; k < 5; ++k) {
                gradients[part].push_back(random.normal<T>(parameters[k].shape()));
                for (T& g : gradients[part][k].flat()) g *= static_cast<T>(std::pow(10.0, random.uniform(-6, 6)));
                there[part].push_back(k != 1 || random.uniform(0, 1) < 0.5);
            }
        const auto collect = [&](std::size_t first, std::size_t last) {
            PartSums<T> sums;
            sums.begin(first);
            for (std::size_t part = first; part < last; ++part)
                for (std::size_t k = 5; k-- > 0;)
                    if (there[part][k]) sums.add_copy(part, k, gradients[part][k]);
            return sums;
        };
        PartSums<T> whole = collect(0, parts);
        std::vector<std::uint8_t> used;
        for (std::size_t k = 0; k < parameters.size(); ++k) used.push_back(whole.has(k));
        std::vector<Array<T>> expected(parameters.size());
        for (std::size_t k = 0; k < parameters.size(); ++k)
            if (used[k]) expected[k] = whole.take_total(k, parts);

        for (const std::size_t slice_bytes : {std::size_t{64}, std::size_t{1} << 20}) {
            RankSums<T> sums(ranks(), parameters, SumOrder::fixed, slice_bytes);
            for (int twice = 0; twice < 2; ++twice) {
                for (Variable<T>& p : parameters) p.zero_grad();
                const Range mine = share_of(parts, ranks().rank(), ranks().size());
                PartSums<T> here = collect(mine.first, mine.last);
                sums.begin(parts);
                // Some are ready early, in an order of each rank's own.
                if (mine.last > mine.first)
                    for (std::size_t k = 0; k < 5; ++k)
                        if (here.has(k) && k % 2 == ranks().rank() % 2) sums.ready(k, here);
                sums.finish(here, used);
                for (std::size_t k = 0; k < parameters.size(); ++k) {
                    CHECK(parameters[k].has_grad() == (used[k] != 0));
                    if (used[k]) CHECK(parameters[k].grad() == expected[k]);
                }
            }
        }
        // In the fastest order the sum is the same but for rounding.
        RankSums<T> fastest(ranks(), parameters, SumOrder::fastest);
        for (Variable<T>& p : parameters) p.zero_grad();
        const Range mine = share_of(parts, ranks().rank(), ranks().size());
        PartSums<T> here = collect(mine.first, mine.last);
        fastest.begin(parts);
        fastest.finish(here, used);
        for (std::size_t k = 0; k < 5; ++k)
            for (std::size_t i = 0; used[k] && i < expected[k].size(); ++i) {
                double size = 0;
                for (std::size_t part = 0; part < parts; ++part)
                    if (there[part][k]) size += std::abs(static_cast<double>(gradients[part][k].data()[i]));
                const double difference = static_cast<double>(parameters[k].grad().data()[i] - expected[k].data()[i]);
                CHECK(std::abs(difference) <= 1e-5 * size);
            }
    }
}

TEST_CASE("each piece goes to one rank, and those that are free take more") {
    for (const std::size_t n : {std::size_t{0}, std::size_t{1}, std::size_t{7}, std::size_t{200}})
        for (const std::size_t threads : {std::size_t{1}, std::size_t{2}}) {
            std::vector<std::size_t> squares(n), by(n);
            shared_for(
                n, threads,
                [&](std::size_t i) {
                    CHECK(Communicator::current().size() == 1);  // inside, there is nobody else
                    squares[i] = i * i;
                },
                [&](std::size_t i, Archive& archive) {
                    std::size_t rank = ranks().rank();
                    archive(squares[i], rank);
                    by[i] = rank;
                });
            std::vector<std::size_t> count(ranks().size());
            for (std::size_t i = 0; i < n; ++i) {
                CHECK(squares[i] == i * i);
                ++count[by[i]];
            }
            CHECK(std::accumulate(count.begin(), count.end(), std::size_t{0}) == n);
        }
    // The first piece takes as long as all the others: whoever has it does little else.
    std::vector<std::size_t> by(64);
    shared_for(
        by.size(), 1, [&](std::size_t i) { std::this_thread::sleep_for(std::chrono::milliseconds(i == 0 ? 400 : 5)); },
        [&](std::size_t i, Archive& archive) {
            std::size_t rank = ranks().rank();
            archive(rank);
            by[i] = rank;
        });
    if (ranks().size() > 1) CHECK(std::count(by.begin(), by.end(), by[0]) < 32);
}

TEST_CASE("the exception of the first piece that throws is thrown on every rank") {
    const auto nothing = [](std::size_t, Archive&) {};
    const auto run = [&] {
        shared_for(
            20, 1,
            [](std::size_t i) {
                if (i % 5 == 3) fail<ValueError>("piece", std::to_string(i), "it throws");
            },
            nothing);
    };
    CHECK(message<Error>(run) == "[piece] 3: it throws.");
    // Nothing is left behind: the next loop works.
    std::vector<int> done(8);
    shared_for(
        8, 1, [&](std::size_t i) { done[i] = 1; }, [&](std::size_t i, Archive& archive) { archive(done[i]); });
    CHECK(std::accumulate(done.begin(), done.end(), 0) == 8);
}

TEST_CASE("a second session is refused") {
    if (ranks().size() == 1) return;
    CHECK_THROWS_WITH_AS(distributed::Session(),
                         "[distributed] a second session: a process has one, and one MPI_Init. Open it in main, and "
                         "hand it on.",
                         ValueError);
}
