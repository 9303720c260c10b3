// Trees, boosting and bagging on 20,000 rows of 30 columns, beside scikit-learn where python3 has it: one table. Runs are
// interleaved and medians taken, for machines are noisy; read the ratios. Data sets are the same, random draws are not.
//
//     build/bench/trees           5 runs of each
//     build/bench/trees 9
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "sevenfold/autograd/random.hpp"
#include "sevenfold/data/npy.hpp"
#include "sevenfold/ensemble/adaboost.hpp"
#include "sevenfold/ensemble/bagging.hpp"
#include "sevenfold/ensemble/decision_stump.hpp"
#include "sevenfold/ensemble/decision_tree.hpp"

using namespace sevenfold;

namespace {

struct Workload {
    std::string name, sklearn;  // what scikit-learn fits to X, y
    std::function<void(const Array<double>&, const Array<double>&)> fit;
};

Bagging bag(std::size_t threads) {
    return Bagging(DecisionTree({.max_depth = 8}), {.estimators = 50, .threads = threads, .seed = 1});
}

const std::vector<Workload> workloads = {
    {"tree of depth 8", "DecisionTreeClassifier(max_depth=8)",
     [](const auto& X, const auto& y) { DecisionTree({.max_depth = 8}).fit(X, y); }},
    {"AdaBoost, 100 stumps", "",
     [](const auto& X, const auto& y) { AdaBoost(DecisionStump(), {.rounds = 100}).fit(X, y); }},
    {"AdaBoost, 100 trees of depth 1",
     "AdaBoostClassifier(DecisionTreeClassifier(max_depth=1), n_estimators=100, algorithm='SAMME')",
     [](const auto& X, const auto& y) { AdaBoost(DecisionTree({.max_depth = 1}), {.rounds = 100}).fit(X, y); }},
    {"50 bagged trees, OOB, 1 thread",
     "BaggingClassifier(DecisionTreeClassifier(max_depth=8), n_estimators=50, oob_score=True)",
     [](const auto& X, const auto& y) { bag(1).fit(X, y); }},
    {"50 bagged trees, OOB, 2 threads",
     "BaggingClassifier(DecisionTreeClassifier(max_depth=8), n_estimators=50, oob_score=True, n_jobs=2)",
     [](const auto& X, const auto& y) { bag(2).fit(X, y); }},
};

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

// Seconds of one fit, or 0 where scikit-learn is not there.
double time_sklearn(const std::string& model, const std::filesystem::path& folder) {
    const auto result = folder / "seconds";
    std::ofstream(folder / "fit.py") << "import time, warnings, numpy as np\n"
                                        "from sklearn.ensemble import AdaBoostClassifier, BaggingClassifier\n"
                                        "from sklearn.tree import DecisionTreeClassifier\n"
                                        "warnings.simplefilter('ignore')\n"
                                     << "X, y = np.load('" << (folder / "X.npy").string() << "'), np.load('"
                                     << (folder / "y.npy").string() << "')\n"
                                     << "start = time.perf_counter()\n"
                                     << model << ".fit(X, y)\n"
                                     << "open('" << result.string()
                                     << "', 'w').write(str(time.perf_counter() - start))\n";
    std::filesystem::remove(result);
    if (std::system(("python3 " + (folder / "fit.py").string() + " 2>/dev/null").c_str()) != 0) return 0;
    double seconds = 0;
    std::ifstream(result) >> seconds;
    return seconds;
}

}  // namespace

int main(int argc, char** argv) {
    const int runs = argc > 1 ? std::max(1, std::atoi(argv[1])) : 5;
    Random random(1);
    const Array<double> X = random.normal<double>({20000, 30});
    Array<double> y(Shape{20000});
    for (std::size_t i = 0; i < 20000; ++i) {  // inside or outside of a sphere in ten of the columns, 3 % wrong
        double r = 0;
        for (std::size_t f = 0; f < 10; ++f) r += X(i, f) * X(i, f);
        y(i) = (r > 9.34) != (random.uniform() < 0.03);
    }
    std::vector<std::vector<double>> seconds(workloads.size());
    for (int run = 0; run < runs; ++run)
        for (std::size_t w = 0; w < workloads.size(); ++w) {
            const auto start = std::chrono::steady_clock::now();
            workloads[w].fit(X, y);
            seconds[w].push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
        }
    const auto folder = std::filesystem::temp_directory_path() / "sevenfold-bench-trees";
    const bool sklearn = std::system("python3 -c 'import sklearn' 2>/dev/null") == 0;
    if (sklearn) {
        std::filesystem::create_directories(folder);
        write_npy(folder / "X.npy", X);
        write_npy(folder / "y.npy", y);
    }
    std::printf("%-34s %12s %14s %8s\n", "fit, 20,000 rows of 30 columns", "sevenfold, s", "scikit-learn, s", "ratio");
    for (std::size_t w = 0; w < workloads.size(); ++w) {
        const double ours = median(seconds[w]);
        const double theirs = sklearn && !workloads[w].sklearn.empty() ? time_sklearn(workloads[w].sklearn, folder) : 0;
        std::printf("%-34s %12.4f", workloads[w].name.c_str(), ours);
        if (theirs > 0)
            std::printf(" %15.3f %8.1f\n", theirs, theirs / ours);
        else
            std::printf(" %15s %8s\n", "-", "-");
    }
    std::printf("bagging: 2 threads are %.2f times as fast as 1\n", median(seconds[3]) / median(seconds[4]));
    if (!sklearn) std::printf("scikit-learn is not there (Debian: python3-sklearn)\n");
    std::filesystem::remove_all(folder);
}
