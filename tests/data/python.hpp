// Python as the second opinion on a file format.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <string>

/// Runs a program with the path as sys.argv[1]; whether it ended without an error.
inline bool python(const std::string& program, const std::filesystem::path& path = {}) {
    const pid_t child = fork();
    if (child == 0) {
        execl("/usr/bin/python3", "python3", "-c", program.c_str(), path.c_str(), nullptr);
        _exit(127);
    }
    int status = 0;
    return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}
