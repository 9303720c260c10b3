// How often a test tried to break something. `./check --long` collects the lines into one table.
#pragma once

#include <cstddef>
#include <iostream>
#include <string>

class Tried {
  public:
    /// `kind` is a line of the table.
    explicit Tried(std::string kind) : kind_(std::move(kind)) {}
    Tried(const Tried&) = delete;
    Tried& operator=(const Tried&) = delete;
    ~Tried() { std::cout << "tried | " << kind_ << " | " << inputs_ << " | " << faults_ << '\n'; }

    /// One input more. `fault`: it was one that had to be survived: refused, undone or taken up again.
    void add(bool fault) {
        ++inputs_;
        faults_ += fault;
    }

  private:
    std::string kind_;
    std::size_t inputs_ = 0, faults_ = 0;
};
