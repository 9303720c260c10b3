// trainer FOLDER THREADS STOPPING [EPOCHS]: trains with a checkpoint after every epoch, goes on from the one that is there, and
// writes the outcome into the folder. test_kill kills it, tests/distributed/test_faults starts many under mpirun and kills one.
#include <cstdlib>
#include <iostream>
#include <string_view>

#include "faults/training.hpp"
#ifdef SEVENFOLD_WITH_MPI
#include "sevenfold/distributed/session.hpp"
#endif

int main(int argc, char** argv) {
    const std::filesystem::path folder = argv[1], checkpoint = folder / "run.ckpt";
    faults::TrainingOptions options;
    options.threads = static_cast<std::size_t>(std::atoi(argv[2]));
    options.early_stopping = std::string_view(argv[3]) == "stopping";
    if (argc > 4) options.epochs = static_cast<std::size_t>(std::atoi(argv[4]));
    options.save = checkpoint;
    ::setenv("TMPDIR", folder.c_str(), 1);  // what a kill leaves behind goes when the folder does
    if (std::filesystem::exists(checkpoint)) options.resume = checkpoint;
    options.verbose = true;
    try {
#ifdef SEVENFOLD_WITH_MPI
        const sevenfold::distributed::Session session;
#endif
        const faults::Outcome outcome = faults::train(options);
        if (outcome.interrupted) return 3;
        faults::write(outcome, folder);
        std::cout << "fingerprint " << outcome.fingerprint() << '\n';
    } catch (const sevenfold::Error& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
