#include "sevenfold/exercises/check.hpp"

namespace exercise {
namespace {

// (folds, n): how often each fold names each row, among those that it tests or trains on. n rows and more do not count.
Array<double> named_rows(const Folds& folds, std::size_t n, Rows Fold::*part) {
    Array<double> out = Array<double>::zeros({folds.size(), n});
    for (std::size_t i = 0; i < folds.size(); ++i)
        for (const std::size_t row : folds[i].*part)
            if (row < n) ++out(i, row);
    return out;
}

// Blocks of these sizes, one after the other.
Array<double> tested_in_blocks(std::size_t n, const std::vector<std::size_t>& sizes) {
    Array<double> out = Array<double>::zeros({sizes.size(), n});
    std::size_t first = 0;
    for (std::size_t i = 0; i < sizes.size(); ++i) {
        for (std::size_t row = first; row < first + sizes[i] && row < n; ++row) out(i, row) = 1;
        first += sizes[i];
    }
    return out;
}

}  // namespace

const Exercise this_exercise{7, "07_k_fold.cpp", "k folds"};

void run(Check& check) {
    struct Case {
        std::size_t n, k;
    };
    for (const auto& [n, k] : std::vector<Case>{{6, 3}, {10, 5}, {10, 3}, {11, 4}, {5, 5}}) {
        const Folds folds = blocks_of_rows(n, k), expected = k_fold(n, k);
        const std::string name = text(n, " rows in ", k, " folds: ");
        check.equal(name + "how many folds", Array<double>(static_cast<double>(folds.size())),
                    Array<double>(static_cast<double>(k)));

        std::vector<std::size_t> rest_last(k, n / k), rest_dropped(k, n / k), rounded_up(k, (n + k - 1) / k);
        rest_last.back() += n % k;
        Array<double> dealt = Array<double>::zeros({k, n});
        for (std::size_t row = 0; row < n; ++row) dealt(row % k, row) = 1;
        const Array<double> test = named_rows(expected, n, &Fold::test), train = named_rows(expected, n, &Fold::train);
        check.equal(name + "(fold, row) is 1 where the row is tested", named_rows(folds, n, &Fold::test), test,
                    {{"the last n mod k rows are tested by nobody", tested_in_blocks(n, rest_dropped)},
                     {"the last fold takes all rows that are left over; the first n mod k folds take one more each",
                      tested_in_blocks(n, rest_last)},
                     {"every block is as large as the largest, so that the last one comes out too small",
                      tested_in_blocks(n, rounded_up)},
                     {"rows were dealt out like cards; a fold is a block of rows that follow each other", dealt},
                     {"train and test are exchanged: the block is tested", train}});
        check.equal(
            name + "(fold, row) is 1 where the row is trained on", named_rows(folds, n, &Fold::train), train,
            {{"the fold trains on the rows that it tests; leave its own block out", Array<double>::ones({k, n})},
             {"the block is in both lists; train on the others", test}});
    }
}

}  // namespace exercise
