// Shared helpers of the peer baselines: JSON lines, timing, data loading.
#pragma once
#include <sys/resource.h>
#include <unistd.h>
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

namespace pc {

inline double now() {
    using namespace std::chrono;
    return duration<double>(steady_clock::now().time_since_epoch()).count();
}

inline int threads() {
    const char* t = std::getenv("PEER_THREADS");
    return t ? std::atoi(t) : 1;
}

struct Stat {
    double med, mn, mx;
    int n;
};

inline Stat stat(std::vector<double> v) {
    std::sort(v.begin(), v.end());
    size_t n = v.size();
    double m = n % 2 ? v[n / 2] : 0.5 * (v[n / 2 - 1] + v[n / 2]);
    return {m, v.front(), v.back(), (int)n};
}

// extra: already formed JSON members, e.g. "\"acc\": 0.87"
inline void emit(const char* workload, const char* peer, const char* metric, Stat s, const char* unit,
                 const std::string& extra = "") {
    std::printf(
        "{\"workload\": \"%s\", \"peer\": \"%s\", \"threads\": %d, \"metric\": \"%s\", "
        "\"value\": %.6g, \"unit\": \"%s\", \"extra\": {\"min\": %.6g, \"max\": %.6g, \"runs\": %d%s%s}}\n",
        workload, peer, threads(), metric, s.med, unit, s.mn, s.mx, s.n, extra.empty() ? "" : ", ", extra.c_str());
    std::fflush(stdout);
}
inline void emit1(const char* workload, const char* peer, const char* metric, double v, const char* unit,
                  const std::string& extra = "") {
    emit(workload, peer, metric, Stat{v, v, v, 1}, unit, extra);
}

// Runs f() `inner` times per sample, `reps` samples; returns seconds per call.
template <class F>
Stat bench(F&& f, int reps, int inner = 1, int warm = 1) {
    for (int i = 0; i < warm; ++i) f();
    std::vector<double> v;
    for (int r = 0; r < reps; ++r) {
        double t = now();
        for (int i = 0; i < inner; ++i) f();
        v.push_back((now() - t) / inner);
    }
    return stat(v);
}
inline Stat scale(Stat s, double k) { return {s.med * k, s.mn * k, s.mx * k, s.n}; }

inline double peak_rss_mb() {
    rusage u{};
    getrusage(RUSAGE_SELF, &u);
    return u.ru_maxrss / 1024.0;
}
inline double cur_rss_bytes() {
    long a = 0, b = 0;
    FILE* f = std::fopen("/proc/self/statm", "r");
    if (!f || std::fscanf(f, "%ld %ld", &a, &b) != 2) return 0;
    std::fclose(f);
    return double(b) * sysconf(_SC_PAGESIZE);
}

// ---- Fashion-MNIST (IDX, gzip) through the gzip tool, no library needed ----
inline std::vector<unsigned char> gunzip(const std::string& path) {
    std::string cmd = "gzip -dc '" + path + "'";
    FILE* p = popen(cmd.c_str(), "r");
    if (!p) throw std::runtime_error("popen");
    std::vector<unsigned char> out;
    unsigned char buf[1 << 16];
    size_t k;
    while ((k = std::fread(buf, 1, sizeof buf, p)) > 0) out.insert(out.end(), buf, buf + k);
    pclose(p);
    return out;
}
struct Fashion {
    std::vector<float> x;  // n x 784, in [0,1]
    std::vector<int> y;
    int n = 0;
};
inline Fashion fashion(bool train) {
    const char* e = std::getenv("FASHION_DIR");
    std::string d = e ? e : "/usr/share/datasets/fashion-mnist";
    std::string p = d + (train ? "/train" : "/t10k");
    auto im = gunzip(p + "-images-idx3-ubyte.gz");
    auto lb = gunzip(p + "-labels-idx1-ubyte.gz");
    Fashion f;
    f.n = train ? 60000 : 10000;
    if (im.size() != 16 + size_t(f.n) * 784 || lb.size() != 8 + size_t(f.n)) throw std::runtime_error("bad data size");
    f.x.resize(size_t(f.n) * 784);
    for (size_t i = 0; i < f.x.size(); ++i) f.x[i] = im[16 + i] / 255.0f;
    f.y.resize(f.n);
    for (int i = 0; i < f.n; ++i) f.y[i] = lb[8 + i];
    return f;
}

// ---- W3 data: y = exp(-x^2) cos(10 x) + 0.05 N(0,1), 10000 points in [-3,3] ----
inline void wave(std::vector<float>& x, std::vector<float>& y, int n = 10000, unsigned seed = 7) {
    std::mt19937 g(seed);
    std::uniform_real_distribution<float> u(-3.f, 3.f);
    std::normal_distribution<float> e(0.f, 0.05f);
    x.resize(n);
    y.resize(n);
    for (int i = 0; i < n; ++i) {
        x[i] = u(g);
        y[i] = std::exp(-x[i] * x[i]) * std::cos(10 * x[i]) + e(g);
    }
}
}  // namespace pc
