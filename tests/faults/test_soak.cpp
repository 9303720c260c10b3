#include <doctest/doctest.h>
#include <unistd.h>

#include <fstream>

#include "sanitizers.hpp"
#include "settings_from_environment.hpp"
#include "sevenfold/autograd/pool.hpp"
#include "sevenfold/autograd/tape.hpp"
#include "sevenfold/data/synthetic.hpp"
#include "sevenfold/nn/activation.hpp"
#include "sevenfold/nn/dropout.hpp"
#include "sevenfold/nn/linear.hpp"
#include "sevenfold/nn/sequential.hpp"
#include "sevenfold/optim/clip.hpp"
#include "sevenfold/optim/rules.hpp"
#include "sevenfold/train/micro_batches.hpp"
#include "tried.hpp"

using namespace sevenfold;

namespace {

// What the system has given to this process and keeps in memory.
std::size_t resident_bytes() {
    std::size_t all = 0, resident = 0;
    std::ifstream("/proc/self/statm") >> all >> resident;
    return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

}  // namespace

TEST_CASE("memory stays flat however long a training runs, on one thread and on two") {
    const std::uint64_t steps = from_environment("SEVENFOLD_SOAK_STEPS", 5'000);
    MESSAGE("SEVENFOLD_SOAK_STEPS=" << steps);
    Tried tried("training steps with flat memory");
    Random random(1);
    const Dataset<float> data = moons<float>(256, 0.2, 1);
    Sequential<float> model(Linear<float>(2, 16, random), Activate<float>(Activation::gelu),
                            Dropout<float>(0.1, random), Linear<float>(16, 2, random));
    Adam<float> optimizer(model.parameters());
    const Loader<float> loader(data, {.batch_size = 32});
    MicroBatches<float> whole(model, classification<float>(), 0), parts(model, classification<float>(), 16, 2);

    // Pages that an allocator keeps, once for each thread; a leak of 32 bytes a step shows in 100,000 steps.
    constexpr std::size_t allowed = std::size_t{2} << 20;
    std::size_t resident = 0, calls = 0;
    for (std::uint64_t step = 0; step < steps; ++step) {
        const Epoch<float> epoch = loader.epoch(step / loader.batches());
        optimizer.zero_grad();
        (step % 16 == 0 ? parts : whole).backward(epoch[step % loader.batches()]);
        clip_grad_norm(optimizer.parameters(), 1.0);
        optimizer.step();
        tried.add(true);
        if (step == steps / 10) {
            resident = resident_bytes();
            calls = pool::stats().system_calls;
        }
    }
    if (!address_sanitizer)  // it keeps what was freed, and looks for leaks itself
        CHECK(resident_bytes() <= resident + allowed);
    CHECK(pool::stats().system_calls == calls);
}
