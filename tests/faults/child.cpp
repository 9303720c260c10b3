#include "faults/child.hpp"

#include <fcntl.h>

#include <cstdio>
#include <stdexcept>

namespace faults {

Child::Child(const std::vector<std::string>& command, const std::filesystem::path& output) : pid_(fork()) {
    if (pid_ < 0) throw std::runtime_error("no process");
    if (pid_ > 0) return;
    const int file = ::open(output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666);
    ::dup2(file, STDOUT_FILENO);
    ::dup2(file, STDERR_FILENO);
    std::vector<char*> words;
    for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    ::execv(words[0], words.data());
    ::_exit(127);
}

Child::Child(const std::function<int()>& work) : pid_((std::fflush(nullptr), fork())) {
    if (pid_ < 0) throw std::runtime_error("no process");
    if (pid_ == 0) ::_exit(work());
}

Child::~Child() {
    if (waited_) return;
    send(SIGKILL);
    wait();
}

bool Child::ended() const {
    siginfo_t info{};
    return ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == pid_;
}

std::optional<int> Child::wait() {
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {}
    waited_ = true;
    return WIFEXITED(status) ? std::optional(WEXITSTATUS(status)) : std::nullopt;
}

}  // namespace faults
