// Another process: started, signalled, waited for.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace faults {

class Child {
  public:
    /// Starts a program; what it prints goes into the file `output`.
    Child(const std::vector<std::string>& command, const std::filesystem::path& output);
    /// Runs a function in a copy of this process, which then ends with what the function returns.
    explicit Child(const std::function<int()>& work);
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    ~Child();

    void send(int signal) const { ::kill(pid_, signal); }
    pid_t pid() const { return pid_; }
    bool ended() const;
    /// Waits until it ends. Its exit status; none if a signal ended it.
    std::optional<int> wait();

  private:
    pid_t pid_;
    bool waited_ = false;
};

}  // namespace faults
