#include "update_rules.hpp"

#include <cmath>

#include "sevenfold/autograd/kernels/simd.hpp"

namespace bench {
namespace {

using sevenfold::simd::run;

void sgd(const RuleMemory& memory, int) {
    run([n = memory.n, w = memory.w, g = memory.g]() SEVENFOLD_INLINE {
        for (std::size_t i = 0; i < n; ++i) w[i] -= 1e-2f * g[i];
    });
}
void momentum(const RuleMemory& memory, int) {
    run([n = memory.n, w = memory.w, g = memory.g, v = memory.a]() SEVENFOLD_INLINE {
        for (std::size_t i = 0; i < n; ++i) w[i] -= 1e-2f * (v[i] = 0.9f * v[i] + g[i]);
    });
}
void nesterov(const RuleMemory& memory, int) {
    run([n = memory.n, w = memory.w, g = memory.g, v = memory.a]() SEVENFOLD_INLINE {
        for (std::size_t i = 0; i < n; ++i) {
            v[i] = 0.9f * v[i] + g[i];
            w[i] -= 1e-2f * (g[i] + 0.9f * v[i]);
        }
    });
}
void adagrad(const RuleMemory& memory, int) {
    run([n = memory.n, w = memory.w, g = memory.g, s = memory.a]() SEVENFOLD_INLINE {
        for (std::size_t i = 0; i < n; ++i) {
            s[i] += g[i] * g[i];
            w[i] -= 1e-2f * g[i] / (std::sqrt(s[i]) + 1e-10f);
        }
    });
}
void adadelta(const RuleMemory& memory, int) {
    run([n = memory.n, w = memory.w, g = memory.g, s = memory.a, u = memory.b]() SEVENFOLD_INLINE {
        for (std::size_t i = 0; i < n; ++i) {
            s[i] = 0.9f * s[i] + 0.1f * g[i] * g[i];
            const float d = std::sqrt((u[i] + 1e-6f) / (s[i] + 1e-6f)) * g[i];
            u[i] = 0.9f * u[i] + 0.1f * d * d;
            w[i] -= d;
        }
    });
}
void rmsprop(const RuleMemory& memory, int) {
    run([n = memory.n, w = memory.w, g = memory.g, s = memory.a]() SEVENFOLD_INLINE {
        for (std::size_t i = 0; i < n; ++i) {
            s[i] = 0.99f * s[i] + 0.01f * g[i] * g[i];
            w[i] -= 1e-3f * g[i] / (std::sqrt(s[i]) + 1e-8f);
        }
    });
}
void adam(const RuleMemory& memory, int t) {
    const float rate = 1e-3f / (1 - std::pow(0.9f, static_cast<float>(t)));
    const float scale = 1 / std::sqrt(1 - std::pow(0.999f, static_cast<float>(t)));
    run([=, n = memory.n, w = memory.w, g = memory.g, m = memory.a, v = memory.b]() SEVENFOLD_INLINE {
        for (std::size_t i = 0; i < n; ++i) {
            m[i] = 0.9f * m[i] + 0.1f * g[i];
            v[i] = 0.999f * v[i] + 0.001f * g[i] * g[i];
            w[i] -= rate * m[i] / (std::sqrt(v[i]) * scale + 1e-8f);
        }
    });
}

constexpr HandWrittenRule rules[]{
    {"sgd", "sgd", 1e-2, 0, sgd},
    {"momentum", "momentum", 1e-2, 1, momentum},
    {"nag", "nesterov", 1e-2, 1, nesterov},
    {"adagrad", "adagrad", 1e-2, 1, adagrad},
    {"adadelta", "adadelta", 1, 2, adadelta},
    {"rmsprop", "rmsprop", 1e-3, 1, rmsprop},
    {"adam", "adam", 1e-3, 2, adam},
};

}  // namespace

std::span<const HandWrittenRule> hand_written_rules() { return rules; }

}  // namespace bench
