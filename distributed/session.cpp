#include "sevenfold/distributed/session.hpp"

#include <malloc.h>
#include <mpi.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <exception>
#include <optional>

#include "sevenfold/distributed/output.hpp"
#include "sevenfold/distributed/world.hpp"

namespace sevenfold::distributed {
namespace {

// Open MPI, MPICH and Slurm tell each process that it is one of several.
bool started_by_mpi() {
    for (const char* variable : {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "PMIX_RANK"})
        if (std::getenv(variable)) return true;
    return false;
}

double seconds_from_environment(double otherwise) {
    const char* const word = std::getenv("SEVENFOLD_HANG_SECONDS");
    if (!word) return otherwise;
    char* end = nullptr;
    const double seconds = std::strtod(word, &end);
    if (end == word || *end != '\0' || !(seconds >= 0) || std::isinf(seconds))
        fail<ValueError>("distributed", text("SEVENFOLD_HANG_SECONDS=", std::string(word)),
                         "it is a number of seconds, 0 for no limit");
    return seconds;
}

// mpirun gives its processes a terminal of their own, even where it writes to a file itself.
void believe_no_terminal() {
    const std::string output = text("/proc/", static_cast<long>(::getppid()), "/fd/1");
    struct stat what {};
    if (::stat(output.c_str(), &what) == 0 && !S_ISCHR(what.st_mode)) ::setenv("TERM", "dumb", 1);
}

// Exchanges take megabytes and give them back. Handed back to the system each time, new pages would cost more than sending.
void keep_memory() {
    ::mallopt(M_MMAP_THRESHOLD, 1 << 30);
    ::mallopt(M_TRIM_THRESHOLD, 1 << 30);
}

// When the process ends, not when its session does: a rank that has ended with an error makes mpirun end the others, and rank 0
// may still have to say what happened.
void finalize() {
    flush();
    MPI_Finalize();
}

std::terminate_handler usual_end = nullptr;

}  // namespace

class Session::Ranks {
  public:
    explicit Ranks(const SessionOptions& options) {
        const double hang_seconds = seconds_from_environment(options.hang_seconds);
        int given = 0;
        MPI_Init_thread(nullptr, nullptr, MPI_THREAD_MULTIPLE, &given);
        if (given < MPI_THREAD_MULTIPLE)
            fail<ValueError>("distributed",
                             text("an MPI for ", given == MPI_THREAD_SINGLE ? "one thread" : "one thread at a time"),
                             "each rank has a second thread, which watches the others",
                             "Use an MPI that offers MPI_THREAD_MULTIPLE.");
        world_.emplace(hang_seconds);
        name() = world_->name();
        believe_no_terminal();
        keep_memory();
        if (options.mute_others && !world_->is_root() && !std::getenv("SEVENFOLD_HEAR_ALL")) mute();
        usual_end = std::set_terminate(last_words);
        use_.emplace(*world_);
    }
    ~Ranks() {
        use_.reset();
        std::set_terminate(usual_end);
        if (std::uncaught_exceptions() > exceptions_ && !world_->all_arrive(2)) {
            // The others are still at work. Without MPI_Finalize, mpirun ends them as soon as this process has ended.
            say_to_the_end(text("[distributed] ", world_->name(), " ends by an exception:\n"));
            unmute();
            world_.reset();
            return;
        }
        world_.reset();
        std::atexit(finalize);
        // What the program says of an exception that all have met, rank 0 says for all.
        if (std::uncaught_exceptions() == exceptions_) unmute();
    }
    Ranks(const Ranks&) = delete;
    Ranks& operator=(const Ranks&) = delete;

    const World& world() const { return *world_; }

  private:
    static std::string& name() {
        static std::string name;
        return name;
    }
    [[noreturn]] static void last_words() {
        std::string words = "an exception of an unknown kind";
        if (const std::exception_ptr thrown = std::current_exception()) {
            try {
                std::rethrow_exception(thrown);
            } catch (const std::exception& e) { words = e.what(); } catch (...) {
            }
        }
        say_to_the_end(text("[distributed] ", name(), " ends by an exception that nobody catches:\n", words, "\n"));
        MPI_Abort(MPI_COMM_WORLD, 1);
        std::abort();
    }

    const int exceptions_ = std::uncaught_exceptions();
    std::optional<World> world_;
    std::optional<Communicator::Use> use_;
};

Session::Session(const SessionOptions& options) {
    if (!started_by_mpi()) return;
    int initialised = 0;
    MPI_Initialized(&initialised);
    if (initialised)
        fail<ValueError>("distributed", "a second session", "a process has one, and one MPI_Init",
                         "Open it in main, and hand it on.");
    ranks_ = std::make_unique<Ranks>(options);
}

Session::~Session() = default;

std::size_t Session::rank() const { return ranks_ ? ranks_->world().rank() : 0; }
std::size_t Session::size() const { return ranks_ ? ranks_->world().size() : 1; }

}  // namespace sevenfold::distributed
